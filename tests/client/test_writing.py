"""What every write carries because the configuration says so, and the key that every call does."""

import httpx
import pytest

from tests.client.support import client
from webapp.client import Credentials
from webapp.client.hiding import hidden
from webapp.client.keys import ApiKey
from webapp.client.writing import CSRF, Writing
from webapp.errors import BadRequest

SECRET = "k-very-secret/+1"


class Guarded:
    """An API that takes no write without its token, which a GET of /csrf brings as a cookie."""

    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.url.path == "/csrf":
            return httpx.Response(204, headers={"set-cookie": "csrftoken=a%3Db; Path=/"})
        if request.method != "GET" and request.headers.get("x-csrftoken") != "a=b":
            return httpx.Response(400, json={"detail": "CSRF Failed"})
        return httpx.Response(200, json={"access_token": "t"})


async def test_writes_carry_what_is_said_and_reads_nothing_of_it() -> None:
    api = Guarded()
    writing = Writing({"x-requested-with": "XMLHttpRequest"}, CSRF("csrftoken", "X-CSRFToken"))
    session = client(api, credentials=Credentials("t", cookies={"csrftoken": "a%3Db"}), writing=writing)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        await session.request(method, "/things")
    await session.request("GET", "/things")

    *writes, read = api.seen
    assert {each.headers["x-requested-with"] for each in writes} == {"XMLHttpRequest"}
    assert {each.headers["x-csrftoken"] for each in writes} == {"a=b"}
    assert "x-requested-with" not in read.headers
    assert "x-csrftoken" not in read.headers


async def test_a_token_that_is_not_there_is_got_where_it_is_said_to_be() -> None:
    api = Guarded()
    session = client(api, writing=Writing(csrf=CSRF("csrftoken", "X-CSRFToken", "/csrf")))
    await session.sign_in("/login", data={"username": "ada", "password": "x"})
    await session.request("POST", "/things", json={})

    assert session.signed_in
    assert [each.url.path for each in api.seen] == ["/csrf", "/login", "/things"]


async def test_without_a_place_to_get_it_from_the_api_says_what_is_wrong() -> None:
    api = Guarded()
    with pytest.raises(BadRequest, match="CSRF"):
        await client(api, writing=Writing(csrf=CSRF("csrftoken", "X-CSRFToken"))).request("POST", "/things")

    assert [each.url.path for each in api.seen] == ["/things"]


async def test_json_is_called_what_the_api_calls_it() -> None:
    api = Guarded()
    session = client(
        api,
        credentials=Credentials("t", cookies={"csrftoken": "a%3Db"}),
        writing=Writing(csrf=CSRF("csrftoken", "x-csrftoken"), media_type="application/vnd.api+json"),
    )
    await session.request("POST", "/things", json={"a": 1})
    await session.request("POST", "/things", data={"a": "1"})
    await session.request("POST", "/things", content=b"x", headers={"Content-Type": "image/png"})
    kinds = [each.headers["content-type"] for each in api.seen]

    assert kinds == ["application/vnd.api+json", "application/x-www-form-urlencoded", "image/png"]
    assert api.seen[0].headers["accept"] == "application/vnd.api+json, application/json;q=0.9"


@pytest.mark.parametrize("place", ["header", "query", "cookie"])
async def test_the_key_of_all_goes_where_it_is_wanted_and_never_comes_back(place: str) -> None:
    seen: list[httpx.Request] = []

    def echo(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        sent = {**request.headers, "url": str(request.url), "raw": SECRET}
        return httpx.Response(200, json=sent, headers={"link": f"<{request.url}&key={SECRET}>; rel=next"})

    api = client(echo, api_key=SECRET, api_key_name="Gate-Key", api_key_in=place)
    reply = await api.request("GET", "/things", params={"a": "1"})

    request = seen[0]
    sent = {
        "header": request.headers.get("gate-key"),
        "query": request.url.params.get("Gate-Key"),
        "cookie": request.headers.get("cookie", "").removeprefix("Gate-Key="),
    }
    assert sent[place] == SECRET
    assert SECRET not in str(reply.data) + str(reply.headers) + repr(api) + repr(api.config)
    assert "k-very-secret" not in reply.text + str(reply.headers)
    assert reply.data["raw"] == "***"


async def test_the_key_of_all_is_hidden_in_what_comes_in_pieces() -> None:
    async def pieces() -> object:
        for start in range(0, len(body), 3):
            yield body[start : start + 3]

    body = b"a " + SECRET.encode() + b" b " + SECRET.encode()[:5] + b" c"
    key = ApiKey("header", "x", f"Bearer {SECRET}")
    told = b"".join([piece async for piece in hidden(pieces(), key)])  # type: ignore[arg-type]

    assert told == b"a " + b"*" * len(SECRET) + b" b " + SECRET.encode()[:5] + b" c"
    assert len(told) == len(body)


async def test_a_stream_hides_it_too() -> None:
    api = client(lambda request: httpx.Response(200, text=f"data: {request.headers['x-api-key']}\n"), api_key=SECRET)
    async with api.stream("GET", "/events") as reply:
        lines = [line async for line in reply.lines()]

    assert lines == ["data: " + "*" * len(SECRET)]
