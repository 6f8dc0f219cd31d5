"""The wiring: targets, mounting, start and stop, what comes first."""

import json
import os
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from tests.pages.house import DEMO, document
from webapp import Settings, SettingsError, create_app, render
from webapp.app import Frontend
from webapp.demo.app import create_demo
from webapp.testing import Browser, FakeAPI


class Backend(httpx.AsyncBaseTransport):
    """An API that has a document and counts what becomes of its transport."""

    def __init__(self) -> None:
        self.closed = 0
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        return httpx.Response(200, json=document())

    async def aclose(self) -> None:
        self.closed += 1


async def own_page(request: Request) -> Response:
    return render(request, "own.html", {"answer": 42})


def test_without_a_target_the_environment_says_which_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBAPP_API_URL", "http://api.example.com/v1")

    frontend: Frontend = create_app().state.frontend

    assert frontend.settings.api_url == "http://api.example.com/v1"


def test_without_any_target_the_start_stops_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEBAPP_API_URL", raising=False)

    with pytest.raises(SettingsError, match="WEBAPP_API_URL is not set"):
        create_app()


def test_a_target_that_is_no_url_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="WEBAPP_API_URL"):
        create_app("api.example.com")


@pytest.mark.parametrize(("seconds", "title"), [(0, "As it was read"), (1, "Written since!")])
async def test_a_file_that_says_where_its_api_is_is_read_once_unless_it_was_written_since(
    seconds: int, title: str, tmp_path: Path
) -> None:
    path = tmp_path / "openapi.json"
    content = json.dumps(document(title="As it was read") | {"servers": [{"url": "http://api.example.com"}]})
    path.write_text(content)
    written = path.stat().st_mtime_ns
    app = create_app(str(path), settings=Settings())
    # As long, and to tell from the other by its time alone.
    path.write_text(content.replace("As it was read", "Written since!"))
    os.utime(path, ns=(written, written + seconds * 10**9))

    async with Browser(app) as browser:
        page = await browser.get("/")

    assert page.page.one("h1").text == title


async def test_the_lifespan_closes_the_pool_and_every_session_once() -> None:
    backend = Backend()
    app = create_app("http://api.test", transport=backend, settings=Settings())

    async with Browser(app) as browser:
        await browser.get("/")
        assert backend.closed == 0

    assert backend.closed == 1


async def test_an_app_whose_lifespan_is_never_run_starts_with_its_first_request() -> None:
    backend = Backend()
    app = create_app("http://api.test", transport=backend, settings=Settings())
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answer = await client.get("/-/readyz")

    assert answer.status_code == 200
    await app.state.frontend.close()
    assert backend.closed == 1


async def test_under_a_sub_path_every_link_redirect_and_cookie_follows() -> None:
    inner = create_app(create_demo(), settings=Settings())
    app = Starlette(routes=[Mount("/ui", inner)], lifespan=lambda _: inner.state.frontend.lifespan(inner))

    async with Browser(app) as browser:
        login = await browser.get("/ui/projects")
        assert login.url == "/ui/login?next=%2Fui%2Fprojects"
        page = await browser.try_sign_in(*DEMO)

        assert page.url == "/ui/projects"
        assert {cookie.path for cookie in browser.cookies} == {"/ui", "/ui/login"}
        targets = [
            element.get(name)
            for tag, name in (("a", "href"), ("form", "action"), ("link", "href"), ("script", "src"))
            for element in page.page.all(f"{tag}[{name}]")
        ]
        assert [each for each in targets if not each.startswith(("/ui/", "?", "#", "data:"))] == []
        stylesheet = page.page.one("link[rel=stylesheet]").get("href")
        assert (await browser.fetch("GET", stylesheet)).status == 200


async def test_pages_of_ones_own_come_before_ours_and_use_ones_own_templates(tmp_path: Path) -> None:
    (tmp_path / "own.html").write_text(
        "{% extends layout %}{% block main %}<h1>The answer is {{ answer }}</h1>{% endblock %}"
    )
    routes = [Route("/projects", own_page)]
    app = create_app(create_demo(), routes=routes, templates=tmp_path, settings=Settings())

    async with Browser(app) as browser:
        page = await browser.get("/projects")

    assert page.page.one("h1").text == "The answer is 42"


async def test_a_fastapi_app_in_the_same_process_is_a_target() -> None:
    async with Browser(create_app(create_demo(), settings=Settings())) as browser:
        await browser.get("/login?next=/projects")
        page = await browser.try_sign_in(*DEMO)

    assert page.status == 200
    assert page.page.all("table tbody tr")


async def test_static_files_are_served_for_ever_under_the_name_of_their_content() -> None:
    async with Browser(create_app("http://api.test", transport=Backend(), settings=Settings())) as browser:
        page = await browser.get("/")
        href = page.page.one("link[rel=stylesheet]").get("href")
        answer = await browser.fetch("GET", href)
        missing = await browser.fetch("GET", "/-/static/nothing.css")

    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert missing.status == 404


async def test_a_write_from_another_site_never_reaches_a_page() -> None:
    backend = Backend()
    async with Browser(create_app("http://api.test", transport=backend, settings=Settings())) as browser:
        answer = await browser.fetch("POST", "/login", headers={"Sec-Fetch-Site": "cross-site"}, content=b"")

    assert answer.status == 403
    assert "/auth/token" not in backend.asked


async def test_two_frontends_in_one_process_share_nothing() -> None:
    async def plain(_: Request) -> Response:
        return PlainTextResponse("x")

    first = create_app("http://one.test", transport=Backend(), routes=[Route("/x", plain)], settings=Settings())
    second = create_app("http://two.test", transport=Backend(), settings=Settings())

    assert first.state.frontend.registry is not second.state.frontend.registry
    async with Browser(second) as browser:
        assert (await browser.get("/x")).status == 404


def readme_template(beginning: str) -> str:
    """The template of the README that begins like this."""
    blocks = re.findall(r"```jinja\n(.*?)```", (Path(__file__).parent.parent / "README.md").read_text(), re.DOTALL)
    [found] = [block for block in blocks if block.startswith(beginning)]
    return str(found)


async def test_the_readmes_template_changes_one_list_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "projects").mkdir()
    (tmp_path / "projects" / "list.html").write_text(readme_template("{% extends"))
    app = create_app(create_demo(), templates=tmp_path, settings=Settings())

    async with Browser(app) as browser:
        await browser.try_sign_in(*DEMO)
        projects, users = await browser.get("/projects"), await browser.get("/users")

    assert "What we are working on." in projects.main
    assert projects.page.all("table tbody tr")
    assert "What we are working on." not in users.main


async def test_the_readmes_page_of_ones_own_sends_strangers_to_sign_in_and_back(tmp_path: Path) -> None:
    async def dashboard(request: Request) -> Response:
        orders = await request.state.api.get("/orders", params={"status": "open"})
        return render(request, "dashboard.html", {"orders": orders})

    (tmp_path / "dashboard.html").write_text(readme_template("{# templates/dashboard.html #}"))
    api = FakeAPI({"GET /orders": [{"id": 1, "item": "Tea"}]})
    routes = [Route("/dashboard", dashboard)]
    app = create_app("http://api", transport=api.transport, templates=tmp_path, routes=routes, settings=Settings())

    async with Browser(app) as browser:
        login = await browser.get("/dashboard")
        assert login.url == "/login?next=%2Fdashboard"
        page = await browser.sign_in()

    assert page.url == "/dashboard"
    assert page.page.one("h1").text == "1 open orders"
