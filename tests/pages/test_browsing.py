"""Journeys where documents aren't as one would wish: none at all, elsewhere, another for each, and changing."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pages.house import TEXT, document
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI

USERS = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]


@asynccontextmanager
async def browser(api: FakeAPI, target: str = "http://api.test", **settings: Any) -> AsyncIterator[Browser]:
    """A browser on the frontend of an API."""
    async with Browser(create_app(target, transport=api.transport, settings=Settings(**settings))) as found:
        yield found


def without_document(answers: Mapping[str, Any]) -> FakeAPI:
    missing = (404, {"detail": "Not Found"})
    return FakeAPI({"GET /openapi.json": missing, **answers}, accounts=None)


async def test_an_api_without_a_document_is_browsed_from_its_first_page() -> None:
    root = {"users": "http://api.test/users", "site": "http://elsewhere.test"}
    api = without_document({"GET /": root, "GET /users": USERS, "GET /users/{id}": USERS[0]})

    async with browser(api) as found:
        home = await found.get("/")
        users = await found.click("Users")
        ada = await found.click("Ada")

    assert "No OpenAPI document was found" in home.main
    assert "elsewhere" not in home.main
    assert users.path == "/users"
    assert "Grace" in users.main
    assert ada.path == "/users/1"
    assert "Ada" in ada.main


async def test_rows_lead_where_they_say_they_are() -> None:
    rows = {"results": [{"name": "Ada", "url": "http://api.test/people/ada"}]}
    api = without_document({"GET /users": rows, "GET /people/ada": {"name": "Ada", "born": 1815}})

    async with browser(api) as found:
        await found.get("/users")
        ada = await found.click("Ada")

    assert ada.path == "/people/ada"
    assert "1815" in ada.main


async def test_an_items_links_are_pages_too() -> None:
    ada = {"name": "Ada", "team": "http://api.test/teams/3", "blog": "http://blog.test/ada"}
    api = without_document({"GET /people/ada": ada, "GET /teams/3": {"name": "Analytical"}})

    async with browser(api) as found:
        page = await found.get("/people/ada")

    assert "/teams/3" in page.links.values()
    assert "http://blog.test/ada" in page.links.values()


async def test_a_documents_url_is_enough() -> None:
    there = {**document(sign_in=False, paths=listing("/books")), "servers": [{"url": "http://api.test/v1"}]}
    api = FakeAPI({"GET /spec/openapi.json": there, "GET /v1/books": [{"id": 7, "title": "Emma"}]}, accounts=None)

    async with browser(api, "http://api.test/spec/openapi.json") as found:
        page = await found.get("/books")

    assert "Emma" in page.main


async def test_a_target_that_turns_out_to_be_the_document_is_not_the_apis_address() -> None:
    there = {**document(sign_in=False, paths=listing("/books")), "servers": [{"url": "http://api.test/v1"}]}
    api = FakeAPI({"GET /about": there, "GET /v1/books": [{"id": 7, "title": "Emma"}]}, accounts=None)

    async with browser(api, "http://api.test/about") as found:
        await found.get("/")
        page = await found.get("/books")

    assert "Emma" in page.main


async def test_while_the_document_cannot_be_had_the_server_is_alive_all_the_same() -> None:
    api = FakeAPI({"GET /openapi.json": httpx.ConnectError("down")}, accounts=None)

    async with browser(api, "http://api.test/openapi.json") as found:
        assert (await found.get("/-/livez")).status == 200
        assert (await found.get("/")).status == 503

        api.answers["GET /openapi.json"] = httpx.ConnectError("still down")
        assert (await found.get("/")).status == 503


async def test_a_file_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "books.yaml"
    path.write_text(
        "openapi: 3.1.0\ninfo: {title: Books}\nservers: [{url: http://api.test/v1}]\npaths: {/books: {get: {}}}"
    )
    api = FakeAPI({"GET /v1/books": [{"id": 7, "title": "Emma"}]}, accounts=None)

    async with browser(api, str(path)) as found:
        page = await found.get("/books")

    assert "Emma" in page.main


async def test_whoever_signs_in_has_the_pages_of_their_own_document() -> None:
    """As Directus does it: a few operations for strangers, all of them for admins."""
    api = FakeAPI({"GET /news": [], "GET /secrets": [{"id": 1, "name": "Gold"}]})

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/openapi.json":
            return await api.transport.handle_async_request(request)
        inside = request.headers.get("authorization", "").startswith("Bearer ")
        paths = {**listing("/news"), **(listing("/secrets") if inside else {})}
        return httpx.Response(200, json=document(paths=paths))

    app = create_app("http://api.test", transport=httpx.MockTransport(answer), settings=Settings())
    async with Browser(app) as ada:
        stranger = ada.another()
        before = await ada.get("/")
        await ada.sign_in()
        home = await ada.get("/")
        secrets = await ada.get("/secrets")
        outside = await stranger.get("/")
        closed = await stranger.get("/secrets")

    assert "Secrets" not in before.links
    assert "Secrets" in home.links
    assert "Gold" in secrets.main
    assert "News" in outside.links
    assert "Secrets" not in outside.links
    assert closed.status == 404


def hidden(known: Callable[[httpx.Request], bool], *, login: str = "") -> httpx.MockTransport:
    """An API that gives its document, and all else, only to those whom it knows."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == login:
            return httpx.Response(405) if request.method == "GET" else signed_in(request)
        if not known(request):
            return httpx.Response(401, json={"detail": "Not authenticated"})
        if request.url.path == "/openapi.json":
            return httpx.Response(200, json=document(sign_in=False, paths=listing("/secrets")))
        return httpx.Response(200, json=[{"id": 1, "name": "Gold"}]) if request.url.path == "/secrets" else nothing()

    return httpx.MockTransport(answer)


def signed_in(request: httpx.Request) -> httpx.Response:
    """A sign-in that wants JSON."""
    if "json" not in request.headers["content-type"]:
        return httpx.Response(415)
    right = json.loads(request.content) == {"username": "ada", "password": "secret"}
    return httpx.Response(200, json={"token": "t1"}) if right else httpx.Response(401)


def nothing() -> httpx.Response:
    return httpx.Response(404, json={"detail": "Not Found"})


@pytest.mark.parametrize(
    ("way", "typed", "authorization"),
    [
        ("basic", {"username": "ada", "password": "secret"}, "Basic YWRhOnNlY3JldA=="),
        ("bearer", {"token": "t1"}, "Bearer t1"),
    ],
)
async def test_where_the_document_is_hidden_one_can_sign_in_all_the_same(
    way: str, typed: dict[str, str], authorization: str
) -> None:
    transport = hidden(lambda request: request.headers.get("authorization") == authorization)

    async with Browser(create_app("http://api.test", transport=transport, settings=Settings())) as found:
        before = await found.get("/")
        closed = await found.get("/secrets")
        await found.get(f"/login?with={way}")
        await found.submit("main form", **dict.fromkeys(typed, "wrong"))
        wrong = found.current
        home = await found.submit("main form", **typed)
        page = await found.get("/secrets")

    assert "sign in to see what there is" in before.main
    assert closed.path == "/login"
    assert wrong is not None
    assert wrong.status == 401
    assert "Secrets" in home.links
    assert "Gold" in page.main


async def test_a_hidden_document_may_be_all_that_is_known_of_an_api() -> None:
    there = {**document(sign_in=False, paths=listing("/secrets")), "servers": [{"url": "http://api.test/v1"}]}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != "Bearer t1":
            return httpx.Response(401)
        known = {"/spec.json": there, "/v1/secrets": [{"id": 1, "name": "Gold"}]}
        return httpx.Response(200, json=known[request.url.path]) if request.url.path in known else nothing()

    app = create_app("http://api.test/spec.json", transport=httpx.MockTransport(answer), settings=Settings())
    async with Browser(app) as found:
        await found.get("/login?with=bearer")
        home = await found.submit("main form", token="t1")
        page = await found.click("Secrets")

    assert "Secrets" in home.links
    assert "Gold" in page.main


async def test_a_usual_place_to_sign_in_at_is_found_without_a_document() -> None:
    transport = hidden(lambda request: request.headers.get("authorization") == "Bearer t1", login="/auth/login")

    async with Browser(create_app("http://api.test", transport=transport, settings=Settings())) as found:
        await found.sign_in("ada", "secret")
        page = await found.get("/secrets")

    assert "Gold" in page.main


async def test_a_change_of_the_document_shows_without_a_restart() -> None:
    api = FakeAPI({"GET /openapi.json": document(sign_in=False, paths=listing("/books"))}, accounts=None)

    app = create_app("http://api.test", transport=api.transport, settings=Settings(document_refresh=1e-9))
    async with Browser(app) as found:
        before = await found.get("/")
        api.answers["GET /openapi.json"] = document(sign_in=False, paths=listing("/films"))
        await found.get("/")
        await app.state.frontend.sites.settled()
        after = await found.get("/")

    assert "Books" in before.links
    assert "Films" in after.links
    assert "Books" not in after.links


def listing(path: str) -> dict[str, Any]:
    rows = {"type": "array", "items": {"type": "object", "properties": {"id": TEXT, "name": TEXT}}}
    answer = {"200": {"description": "OK", "content": {"application/json": {"schema": rows}}}}
    one = {"200": {"description": "OK", "content": {"application/json": {"schema": rows["items"]}}}}
    return {path: {"get": {"responses": answer}}, f"{path}/{{id}}": {"get": {"responses": one}}}
