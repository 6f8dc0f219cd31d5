"""What a client shares with others of its kind, and what it keeps from those of another."""

import httpx
import pytest

from tests.client.support import Clock, client
from webapp.client import APIClient, Credentials, RefreshEndpoint, RequestContext, request_context
from webapp.errors import BadGateway, Unauthorized, Unavailable


class Provider:
    """A token endpoint on a host of its own, that answers once as it's told and remembers what it was asked."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer


def api_of(provider: Provider, clock: Clock | None = None) -> APIClient:
    """A client of an API that takes the token `new`, signed in with a cookie and a token that is spent."""

    def api(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200 if request.headers.get("authorization") == "Bearer new" else 401, json={})

    there = client(provider, "https://id.test/realm", lends=False)
    endpoint = RefreshEndpoint(
        "/token", "grant", extra={"client_id": "web"}, headers={"Authorization": "Basic d2Vi"}, elsewhere=there.config
    )
    credentials = Credentials("old", refresh_token="r1", cookies={"sid": "secret"})
    return client(api, credentials=credentials, refresh=endpoint, api_key="key-1", clock=clock or Clock())


async def test_access_is_renewed_at_another_host_which_sees_nothing_of_the_apis() -> None:
    answer = {"access_token": "new", "refresh_token": "r2"}
    provider = Provider(httpx.Response(200, json=answer, headers={"Set-Cookie": "theirs=1; Path=/"}))
    api = api_of(provider)
    lent = request_context.set(RequestContext("id-1", {"User-Agent": "Firefox", "X-Forwarded-For": "203.0.113.7"}))
    try:
        await api.request("GET", "/items")
    finally:
        request_context.reset(lent)

    (asked,) = provider.asked
    assert str(asked.url) == "https://id.test/realm/token"
    assert asked.content == b"grant_type=refresh_token&refresh_token=r1&client_id=web"
    assert asked.headers["authorization"] == "Basic d2Vi"
    assert asked.headers["host"] == "id.test"
    assert not {"cookie", "x-api-key", "x-forwarded-for"} & set(asked.headers)
    assert "Firefox" not in asked.headers["user-agent"]
    assert api.credentials.refresh_token == "r2"
    assert "theirs" not in (api.credentials.cookies.header("/", 0) or "")


async def test_the_token_that_is_asked_for_is_the_one_that_is_taken() -> None:
    provider = Provider(httpx.Response(200, json={"access_token": "other", "id_token": "new"}))
    api = api_of(provider)
    assert api.config.transport is not None
    endpoint = RefreshEndpoint(
        "/token", "grant", token_field="id_token", elsewhere=client(provider, "https://id.test").config
    )
    api = api.for_session(Credentials("old", refresh_token="r1"), refresh=endpoint)

    await api.request("GET", "/items")

    assert api.credentials.bearer == "new"


async def test_only_a_refusal_of_the_other_host_ends_the_session() -> None:
    clock = Clock()
    provider = Provider(httpx.Response(503))
    api = api_of(provider, clock)

    with pytest.raises(Unavailable):
        await api.request("GET", "/items")
    assert not api.over

    clock.advance(60)
    provider.answer = httpx.Response(400, json={"error": "invalid_grant"})
    with pytest.raises(Unauthorized):
        await api.request("GET", "/items")
    assert api.over


async def test_a_redirect_is_an_answer_to_a_browser_on_its_way() -> None:
    location = {"Location": "https://id.test/authorize?state=1"}
    api = client(lambda _: httpx.Response(302, headers={**location, "Set-Cookie": "flow=1"}))

    reply = await api.sign_in("/oauth/start", method="GET", params={"next": "/"})

    assert reply.status == 302
    assert reply.headers["location"] == location["Location"]
    assert api.credentials.cookies.header("/oauth/callback", 0) == "flow=1"


async def test_a_redirect_is_no_answer_to_what_is_posted() -> None:
    api = client(lambda _: httpx.Response(302, headers={"Location": "https://id.test/"}))

    with pytest.raises(BadGateway):
        await api.sign_in("/login", json={})
