"""The client's calls: what is sent, and what comes back."""

import asyncio
import io
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.client.support import Clock, answering, client
from webapp.client import APIClient, Credentials, RefreshEndpoint, Reply, RequestContext, request_context
from webapp.client.bodies import encode_body
from webapp.client.call import prepare
from webapp.client.config import BaseURL, ClientConfig
from webapp.client.reply import ReplyKind
from webapp.client.turns import Turns
from webapp.errors import (
    APIError,
    BadGateway,
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    RateLimited,
    SettingsError,
    TooLarge,
    Unauthorized,
    Unavailable,
    UnsafePath,
    Unsupported,
)


def echo(request: httpx.Request) -> httpx.Response:
    return httpx.Response(
        200,
        json={
            "method": request.method,
            "url": str(request.url),
            "headers": dict(request.headers),
            "body": request.content.decode("latin-1"),
        },
    )


async def test_the_verbs_give_decoded_json() -> None:
    api = client(echo)

    assert (await api.get("/a", params={"q": "x"}))["url"] == "http://api.test/a?q=x"
    assert (await api.post("/a", {"x": None}))["body"] == '{"x":null}'
    assert (await api.put("/a", json=None, params={"p": 1}))["body"] == "null"
    assert (await api.patch("/a", [1]))["method"] == "PATCH"
    assert (await api.delete("/a", params={"hard": True}))["url"] == "http://api.test/a?hard=true"
    assert (await api.delete("/a", {"ids": [1]}))["body"] == '{"ids":[1]}'
    assert (await api.post_form("/a", {"x": ["1", "2"], "y": None, "z": True}))["body"] == "x=1&x=2&z=true"
    sent = await api.post_multipart("/a", {"x": "1"}, files={"f": ("a.txt", b"content", "text/plain")})
    assert sent["headers"]["content-type"].startswith("multipart/form-data; boundary=")
    assert 'filename="a.txt"' in sent["body"]
    assert api.last_error is None


async def test_a_verb_gives_none_on_any_error_and_says_which(caplog: pytest.LogCaptureFixture) -> None:
    api = answering(404, json={"detail": "No such project"})

    assert await api.get("/projects/9?token=hush") is None
    assert isinstance(api.last_error, NotFound)
    assert api.last_error.detail == "No such project"
    (record,) = caplog.records
    assert record.name == "webapp.client"
    assert record.levelno == logging.WARNING
    assert f"GET /projects/9?token=*** -> 404 NotFound [{api.last_error.request_id}]" in record.getMessage()


async def test_a_verb_gives_none_for_an_unsafe_path(caplog: pytest.LogCaptureFixture) -> None:
    api = client(echo)

    assert await api.get("/../admin") is None
    assert isinstance(api.last_error, BadRequest)
    assert await api.get("/fine") is not None
    assert api.last_error is None


@pytest.mark.parametrize(
    ("response", "kind", "data", "text"),
    [
        (httpx.Response(204), ReplyKind.NO_CONTENT, None, ""),
        (httpx.Response(205), ReplyKind.NO_CONTENT, None, ""),
        (httpx.Response(304), ReplyKind.NO_CONTENT, None, ""),
        (httpx.Response(200), ReplyKind.EMPTY, None, ""),
        (httpx.Response(201, headers={"content-type": "application/json"}), ReplyKind.EMPTY, None, ""),
        (httpx.Response(200, json=None, content=b"null", headers={"content-type": "application/json"}),
         ReplyKind.JSON, None, "null"),
        (httpx.Response(200, json=[1]), ReplyKind.JSON, [1], "[1]"),
        (httpx.Response(200, content=b'{"a":1}', headers={"content-type": "application/hal+json; charset=utf-8"}),
         ReplyKind.JSON, {"a": 1}, '{"a":1}'),
        (httpx.Response(200, content=b'\xef\xbb\xbf{"a":1}', headers={"content-type": "text/json"}),
         ReplyKind.JSON, {"a": 1}, '{"a":1}'),
        (httpx.Response(200, content='"é"'.encode("utf-16"), headers={"content-type": "application/json"}),
         ReplyKind.JSON, "é", None),
        (httpx.Response(200, content=b'{"a":1}'), ReplyKind.JSON, {"a": 1}, '{"a":1}'),
        (httpx.Response(200, text="hello"), ReplyKind.TEXT, None, "hello"),
        (httpx.Response(200, content=b"hello"), ReplyKind.TEXT, None, "hello"),
        (httpx.Response(200, content=b"\xe4", headers={"content-type": "text/plain; charset=latin-1"}),
         ReplyKind.TEXT, None, "ä"),
        (httpx.Response(200, content=b"x", headers={"content-type": 'text/plain; a=b; charset="nonsense"'}),
         ReplyKind.TEXT, None, "x"),
        (httpx.Response(200, content=b"x", headers={"content-type": "text/csv; charset=undefined"}),
         ReplyKind.TEXT, None, "x"),
        (httpx.Response(200, content=b'{"a":1}\n', headers={"content-type": "application/x-ndjson"}),
         ReplyKind.TEXT, None, '{"a":1}\n'),
        (httpx.Response(200, content=b"\x89PNG", headers={"content-type": "image/png"}), ReplyKind.BINARY, None, None),
        (httpx.Response(200, content=b"\xff\xfe\x00"), ReplyKind.BINARY, None, None),
    ],
)  # fmt: skip
async def test_the_kinds_of_answers_can_be_told_apart(
    response: httpx.Response, kind: ReplyKind, data: Any, text: str | None
) -> None:
    reply = await client(lambda _: response).request("GET", "/")

    assert (reply.kind, reply.data, reply.status) == (kind, data, response.status_code)
    assert text is None or reply.text == text
    assert reply.media_type == response.headers.get("content-type", "").partition(";")[0]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"<html>",
        b"[" * 100_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"[" * 201 + b"]" * 201,
        b'{"a":' * 201 + b"1" + b"}" * 201,
        b'[["]"], ' + b"[" * 200 + b'"[]"' + b"]" * 200 + b"]",
        b"1" * 5_000,
        b'{"a": [-' + b"1" * 5_000 + b"]}",
        b'"\xff"',
        b'{"a":1} trailing',
        b"[1,]",
        b"nul",
    ],
    ids=lambda content: content[:8],
)
async def test_invalid_json_is_a_bad_gateway(content: bytes) -> None:
    with pytest.raises(BadGateway, match="isn't the JSON"):
        await answering(200, content=content, headers={"content-type": "application/json"}).request("GET", "/")


async def test_json_that_others_write_wrongly_is_read_usefully() -> None:
    content = b'{"a": NaN, "b": [Infinity, -Infinity], "a2": 1, "a2": 2, "half": "x\\ud800y", "pair": "\\ud83d\\ude00"}'
    api = answering(200, content=content, headers={"content-type": "application/json"})

    assert await api.get("/") == {"a": None, "b": [None, None], "a2": 2, "half": "x?y", "pair": "😀"}


async def test_numbers_that_no_float_holds_are_read_as_null() -> None:
    content = b'{"a": 1e999, "b": [-1e999, 1.5, 1E+400], "c": ' + b"1" * 400 + b'.0, "d": 1e-999}'
    api = answering(200, content=content, headers={"content-type": "application/json"})

    assert await api.get("/") == {"a": None, "b": [None, 1.5, None], "c": None, "d": 0.0}


@pytest.mark.parametrize("status", [200, 400, 401, 422, 500])
@pytest.mark.parametrize("content", [b'{"detail": ' + b"1" * 5_000 + b"}", b"[" * 5_000 + b"]" * 5_000])
async def test_json_that_cannot_be_held_is_an_api_error_whatever_the_status(status: int, content: bytes) -> None:
    with pytest.raises(APIError):
        await answering(status, content=content, headers={"content-type": "application/json"}).request("GET", "/")


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200 + b"]" * 200,
        b"[" + b"[[]]," * 500 + b"0]",
        b'{"a": "' + b"[{" * 500 + b'", "b": [1, {"c": null}]}',
    ],
    ids=["deep", "wide", "in a string"],
)
async def test_json_is_read_as_deep_as_pages_can_show_it(content: bytes) -> None:
    api = answering(200, content=content, headers={"content-type": "application/json"})

    assert (await api.request("GET", "/")).data == json.loads(content)


async def test_whole_pairs_of_surrogates_are_left_alone() -> None:
    api = answering(200, content=b'["\\ud83d\\ude00"]', headers={"content-type": "application/json"})

    assert await api.get("/") == ["😀"]


@pytest.mark.parametrize(
    ("status", "error", "shown"),
    [
        (400, BadRequest, 400),
        (401, Unauthorized, 401),
        (402, BadRequest, 400),
        (403, Forbidden, 403),
        (404, NotFound, 404),
        (405, BadRequest, 400),
        (408, Unavailable, 503),
        (409, Conflict, 409),
        (410, NotFound, 404),
        (412, PreconditionFailed, 412),
        (413, TooLarge, 413),
        (415, Unsupported, 415),
        (418, BadRequest, 400),
        (422, Invalid, 422),
        (423, Conflict, 409),
        (428, PreconditionFailed, 412),
        (429, RateLimited, 429),
        (499, BadRequest, 400),
        (500, BadGateway, 502),
        (501, BadGateway, 502),
        (502, Unavailable, 503),
        (503, Unavailable, 503),
        (504, Unavailable, 503),
        (599, BadGateway, 502),
        (300, BadGateway, 502),
    ],
)
async def test_each_status_is_one_error(status: int, error: type[APIError], shown: int) -> None:
    with pytest.raises(APIError) as caught:
        await answering(status, json={"detail": "Sorry"}).request("GET", "/")

    assert type(caught.value) is error
    assert caught.value.status == shown
    assert caught.value.api_status == status
    assert caught.value.detail == ("Sorry" if status >= 400 else "The API's answer can't be used.")


async def test_a_400_that_names_fields_is_invalid_input() -> None:
    with pytest.raises(Invalid) as caught:
        await answering(400, json={"title": ["Required."]}).request("POST", "/")

    assert caught.value.fields == {"title": ("Required.",)}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("60", 60.0),
        (" 0 ", 0.0),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0),
        ("Fri, 15 Jan 2016 08:01:00 GMT", 0.0),
        ("99999999999999999999", 86400.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("Fri, 99 Jan 2027 08:01:00 GMT", None),
    ],
)
async def test_retry_after_is_in_seconds(value: str, seconds: float | None) -> None:
    api = client(lambda _: httpx.Response(429, headers={"retry-after": value}), clock=Clock())
    with pytest.raises(RateLimited) as caught:
        await api.request("GET", "/")

    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.ConnectTimeout("slow"), Unavailable),
        (httpx.ReadTimeout("slow"), Unavailable),
        (httpx.ReadError("reset"), Unavailable),
        (httpx.WriteError("reset"), Unavailable),
        (httpx.PoolTimeout("full"), RateLimited),
        (httpx.RemoteProtocolError("junk"), BadGateway),
        (OSError("broken"), Unavailable),
    ],
)
async def test_no_answer_is_one_of_ours(failure: Exception, error: type[APIError]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(APIError) as caught:
        await client(fail).request("POST", "/")

    assert type(caught.value) is error
    assert caught.value.api_status is None
    assert caught.value.request_id


@pytest.mark.parametrize(
    ("method", "times"), [("GET", 2), ("HEAD", 2), ("POST", 1), ("PUT", 1), ("PATCH", 1), ("DELETE", 1)]
)
async def test_only_reads_are_tried_again_and_only_where_no_connection_was_made(method: str, times: int) -> None:
    seen = 0

    def refuse(_: httpx.Request) -> httpx.Response:
        nonlocal seen
        seen += 1
        raise httpx.ConnectError("refused")

    with pytest.raises(Unavailable):
        await client(refuse).request(method, "/")

    assert seen == times


async def test_no_write_is_sent_twice_whatever_goes_wrong() -> None:
    seen = 0
    faults = [httpx.ReadError, httpx.ReadTimeout, httpx.WriteError, httpx.RemoteProtocolError, httpx.ConnectError]

    def fail(_: httpx.Request) -> httpx.Response:
        nonlocal seen
        seen += 1
        if seen % 3 == 0:
            return httpx.Response([500, 502, 503, 504, 429, 401, 307][seen % 7], headers={"location": "/else"})
        raise faults[seen % 5]("fault")

    api = client(fail)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for _ in range(250):
            with pytest.raises(APIError):
                await api.request(method, "/", json={})

    assert seen == 1000


async def test_headers_say_who_asks_and_what_for() -> None:
    api = client(echo, headers={"X-Tenant": "acme"}, api_key="k", api_key_name="X-Key", credentials=Credentials("t"))
    headers = (await api.get("/", headers={"Accept": "text/csv"}))["headers"]

    assert headers["x-tenant"] == "acme"
    assert headers["x-key"] == "k"
    assert headers["authorization"] == "Bearer t"
    assert headers["accept"] == "text/csv"
    assert headers["accept-encoding"] == "gzip, deflate"
    assert headers["user-agent"].startswith("webapp/")
    assert headers["host"] == "api.test"
    assert len(headers["x-request-id"]) == 32
    assert "content-type" not in headers
    assert "cookie" not in headers


async def test_a_sessions_own_key_comes_before_the_shared_one() -> None:
    sent: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["x-api-key"])
        return httpx.Response(200, json={})

    api = client(serve, api_key="shared")
    await api.get("/")
    await api.for_session(Credentials(api_key="own")).get("/")

    assert sent == ["shared", "own"]


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_factory_makes_auth_headers_for_each_call(asynchronous: bool) -> None:
    count = 0

    def make() -> Mapping[str, str]:
        nonlocal count
        count += 1
        return {"Authorization": f"Signed {count}"}

    async def make_later() -> Mapping[str, str]:
        return make()

    api = client(echo, auth_header_factory=make_later if asynchronous else make)

    assert (await api.get("/"))["headers"]["authorization"] == "Signed 1"
    assert (await api.get("/"))["headers"]["authorization"] == "Signed 2"


async def test_the_request_at_hand_lends_its_id_and_headers_but_no_credentials(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lent = {
        "X-Forwarded-For": "192.0.2.7",
        "Accept-Language": "de",
        "User-Agent": "Mozilla/5.0 é",
        "Cookie": "sid=stolen",
        "Authorization": "Basic x",
        "Host": "evil.test",
        "Content-Length": "999",
        "Transfer-Encoding": "chunked",
        "Connection": "close",
    }
    caplog.set_level(logging.INFO)
    token = request_context.set(RequestContext("abc123", lent))
    try:
        headers = (await client(echo).post("/", {}))["headers"]
        with pytest.raises(NotFound) as caught:
            await answering(404).request("GET", "/x")
    finally:
        request_context.reset(token)

    assert headers["x-request-id"] == "abc123"
    assert headers["x-forwarded-for"] == "192.0.2.7"
    assert headers["accept-language"] == "de"
    assert headers["user-agent"].startswith("webapp/")
    assert headers["user-agent"].endswith(" Mozilla/5.0 é")
    assert headers["content-length"] == "2"
    assert headers["host"] == "api.test"
    assert not {"cookie", "authorization", "connection", "transfer-encoding"} & headers.keys()
    assert caught.value.request_id == "abc123"
    assert "[abc123]" in caplog.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "a\r\nX-B: b"},
        {"X-A": "a\nb"},
        {"X-A": "a\x00b"},
        {"X A": "a"},
        {"X-A\r\nX-B": "a"},
        {"": "a"},
        {"X-A": 7},
        {"Host": "evil.test"},
        {"Transfer-Encoding": "chunked"},
        {"connection": "close"},
    ],
)
async def test_no_header_can_be_smuggled(headers: Any) -> None:
    with pytest.raises(UnsafePath):
        await client(echo).request("GET", "/", headers=headers)


async def test_no_header_can_be_smuggled_through_credentials() -> None:
    for credentials in (Credentials("a\r\nX-B: b"), Credentials(api_key="a\nb"), Credentials(cookies={"a": "b\r\nc"})):
        with pytest.raises(UnsafePath):
            await client(echo, credentials=credentials).request("GET", "/")


async def test_a_method_is_a_word() -> None:
    for method in ("GET /evil HTTP/1.1\r\nX: y\r\n", "", "CONNECT", "Ǳ"):
        with pytest.raises(UnsafePath):
            await client(echo).request(method, "/")
    assert (await client(echo).request("get", "/")).data["method"] == "GET"


async def test_values_beyond_ascii_arrive() -> None:
    reply = await client(echo).request("GET", "/", headers={"X-Name": "Zoë", "X-Sign": "✓"})

    assert reply.data["headers"]["x-sign"] == "✓" or reply.data["headers"]["x-name"] == "Zoë"


async def test_one_body_at_a_time() -> None:
    with pytest.raises(TypeError, match="one body"):
        await client(echo).request("POST", "/", json={}, data={})
    with pytest.raises(TypeError, match="one body"):
        await client(echo).request("POST", "/", content=b"", files={"f": b""})


async def test_json_cannot_hold_nan() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        await client(echo).request("POST", "/", json=float("nan"))


async def test_a_write_without_a_body_says_so() -> None:
    assert (await client(echo).post("/"))["headers"]["content-length"] == "0"
    assert "content-length" not in (await client(echo).delete("/"))["headers"]
    assert "content-length" not in (await client(echo).get("/"))["headers"]


async def test_content_is_sent_as_it_is() -> None:
    reply = await client(echo).request("PUT", "/", content="é", headers={"Content-Type": "text/markdown"})
    assert reply.data["headers"]["content-type"] == "text/markdown"
    assert reply.data["headers"]["content-length"] == "2"
    reply = await client(echo).request("PUT", "/", content=b"\x00\x01", headers={"Content-Length": "99"})
    assert reply.data["headers"]["content-length"] == "2"
    assert "content-type" not in reply.data["headers"]


async def test_a_file_is_read_as_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 100_000)
    with path.open("rb") as file:
        assert len((await client(echo).request("POST", "/", content=file)).data["body"]) == 100_000


class Tape(io.RawIOBase):
    """A file that can't be wound back."""

    def __init__(self) -> None:
        self.left = [b"content", b""]

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.left.pop(0)


@pytest.mark.parametrize(
    ("files", "replayable"),
    [
        ({"f": b"content"}, True),
        ({"f": ("a.txt", "content", "text/plain")}, True),
        ([("f", io.BytesIO(b"content"))], True),
        ({"f": Tape()}, False),
        ({"f": ("a.txt", Tape())}, False),
    ],
)
async def test_files_that_can_be_read_twice_are_known(files: Any, replayable: bool) -> None:
    body = encode_body("POST", ..., {"a": ["1", "2"]}, files, None)

    assert body.replayable is replayable
    assert "content" in (await client(echo).request("POST", "/", data={"a": "1"}, files=files)).data["body"]


async def test_a_head_has_no_body() -> None:
    reply = await answering(200, content=b"", headers={"content-length": "999999999999"}).request("HEAD", "/")

    assert reply.kind is ReplyKind.EMPTY


async def test_headers_of_the_answer_are_there_all_of_them() -> None:
    reply = await answering(200, json=1, headers=[("Link", "</2>"), ("Link", "</3>"), ("ETag", '"x"')]).request(
        "GET", "/"
    )

    assert reply.headers.get_list("link") == ["</2>", "</3>"]
    assert reply.headers["etag"] == '"x"'


@pytest.mark.parametrize(
    ("base", "location", "followed"),
    [
        ("http://api.test", "/items/", "http://api.test/items/"),
        ("http://api.test", "items/", "http://api.test/items/"),
        ("http://api.test", "http://api.test/items/?page=2", "http://api.test/items/?page=2"),
        ("http://api.test", "HTTP://API.test/items/", "http://api.test/items/"),
        ("http://api.test/v1", "/v1/items/", "http://api.test/v1/items/"),
        ("https://api.test", "http://api.test/items/", "https://api.test/items/"),
        ("http://api.test", "http://evil.test/items/", None),
        ("http://api.test", "//evil.test/items/", None),
        ("http://api.test", "http://api.test:8080/items/", None),
        ("http://api.test", "https://api.test/items/", None),
        ("http://api.test", "http://user@api.test/items/", None),
        ("http://api.test", "http://api.test@evil.test/", None),
        ("http://api.test", "javascript:alert(1)", None),
        ("http://api.test", "\\\\evil.test/", None),
        ("http://api.test", "http://[", None),
        ("http://api.test/v1", "/admin/", None),
        ("http://api.test/v1", "/v1x/", None),
        ("http://api.test/v1", "../../admin", None),
        ("http://api.test/v1", "/v1/%2e%2e/admin", None),
        ("http://api.test", "", None),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_within_the_api_only(
    base: str, location: str, followed: str | None, status: int
) -> None:
    asked = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        assert request.url.host == "api.test"
        return httpx.Response(status, headers={"location": location}) if len(asked) == 1 else echo(request)

    api = client(redirect, base)
    if followed is None:
        with pytest.raises(BadGateway):
            await api.request("GET", "/items")
        assert len(asked) == 1
    else:
        assert (await api.request("GET", "/items")).data["url"] == followed


async def test_redirects_in_a_circle_end() -> None:
    asked = 0

    def circle(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(307, headers={"location": "/again"})

    with pytest.raises(BadGateway, match="circle"):
        await client(circle).request("GET", "/")
    assert asked == 6


@pytest.mark.parametrize(
    ("status", "methods"), [(303, ["POST", "GET"]), (302, ["POST", "GET"]), (307, ["POST"]), (308, ["POST"])]
)
async def test_a_write_is_followed_by_a_read_or_not_at_all(status: int, methods: list[str]) -> None:
    asked: list[httpx.Request] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, headers={"location": "/done"}) if len(asked) == 1 else echo(request)

    api = client(redirect)
    if status in (302, 303):
        reply = await api.request("POST", "/", json={"a": 1}, headers={"Content-Type": "application/vnd.api+json"})
        assert reply.data["body"] == ""
        assert not {"content-type", "content-length"} & reply.data["headers"].keys()
    else:
        with pytest.raises(BadGateway, match="/done"):
            await api.request("POST", "/", json={"a": 1})
    assert [request.method for request in asked] == methods


@pytest.mark.parametrize(("method", "sent"), [("POST", True), ("GET", False)])
async def test_a_write_was_sent_even_if_where_it_led_could_not_be_asked_for(method: str, sent: bool) -> None:
    def redirect(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/done":
            raise httpx.PoolTimeout("No connection was free.")
        return httpx.Response(303, headers={"location": "/done"})

    with pytest.raises(APIError) as failed:
        await client(redirect).request(method, "/")

    assert failed.value.sent is sent


async def test_cookies_are_kept_and_sent_back_where_they_belong() -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/set":
            set_cookies = [
                ("set-cookie", "a=1; Path=/"),
                ("set-cookie", "b=2; Path=/v1/deep; Secure"),
                ("set-cookie", ";"),
            ]
            return httpx.Response(302, headers=[*set_cookies, ("location", "/v1/deep/x")])
        return httpx.Response(200, json=request.headers.get("cookie"))

    api = client(serve, "http://api.test/v1")

    assert await api.get("/set") == "b=2; a=1"
    assert await api.get("/other") == "a=1"
    assert not api.signed_in
    api.clear_cookies()
    assert await api.get("/other") is None


async def test_an_api_can_delete_its_cookies() -> None:
    answers = [["a=1; Path=/"], ["a=; Path=/; Max-Age=0"], []]

    def serve(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, headers=[("set-cookie", c) for c in answers.pop(0)], json=request.headers.get("cookie")
        )

    api = client(serve)

    assert [await api.get("/"), await api.get("/"), await api.get("/")] == [None, "a=1", None]


async def test_sessions_share_nothing_but_the_transport() -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        name = request.url.path.strip("/")
        return httpx.Response(200, headers={"set-cookie": f"who={name}; Path=/"}, json=request.headers.get("cookie"))

    base = client(serve)
    ada, bob = base.for_session(), base.for_session()
    await ada.get("/ada")
    await bob.get("/bob")

    assert await ada.get("/ada") == "who=ada"
    assert await bob.get("/bob") == "who=bob"
    assert await base.get("/base") is None
    assert (ada.base_url, ada.last_error) == ("http://api.test", None)


async def test_a_client_for_a_token_is_another_session() -> None:
    api = client(echo, credentials=Credentials("mine", cookies={"sid": "mine"}))
    other = api.with_bearer("theirs")

    headers = (await other.get("/"))["headers"]
    assert headers["authorization"] == "Bearer theirs"
    assert "cookie" not in headers
    assert (await api.get("/"))["headers"]["authorization"] == "Bearer mine"


class Closing(httpx.MockTransport):
    closed = 0

    async def aclose(self) -> None:
        self.closed += 1


async def test_a_transport_that_was_given_is_never_closed() -> None:
    transport = Closing(echo)
    async with APIClient("http://api.test", transport=transport) as api:
        await api.for_session().aclose()
        await api.get("/")
        await api.aclose()

    assert transport.closed == 0


async def test_a_closed_session_asks_to_sign_in_again() -> None:
    api = client(echo).for_session(Credentials("t"))
    await api.aclose()

    assert api.over
    with pytest.raises(Unauthorized, match="The session has ended") as caught:
        await api.request("GET", "/")
    assert caught.value.ended
    assert await api.get("/") is None
    assert isinstance(api.last_error, Unauthorized)
    with pytest.raises(Unauthorized):
        async with api.stream("GET", "/"):
            pass
    with pytest.raises(Unauthorized):
        await api.sign_out("/logout")


@pytest.mark.parametrize("status", [200, 401])
async def test_a_session_closed_while_a_call_waits_gets_that_answer_and_no_more(status: int) -> None:
    reached, held, paths = asyncio.Event(), asyncio.Event(), list[str]()

    async def slow(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        reached.set()
        await held.wait()
        return httpx.Response(status, json={})

    endpoint = RefreshEndpoint("/refresh", "json")
    api = client(slow, refresh=endpoint).for_session(Credentials("t", refresh_token="r"))
    waiting = asyncio.create_task(api.request("GET", "/"))
    await reached.wait()
    await api.aclose()
    held.set()

    if status == 200:
        assert (await waiting).data == {}
    else:
        with pytest.raises(Unauthorized) as caught:
            await waiting
        assert caught.value.ended
    assert paths == ["/"]
    with pytest.raises(Unauthorized):
        await api.request("GET", "/next")


async def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBAPP_API_URL", "http://api.test:8000/v1/")
    api = APIClient(transport=httpx.MockTransport(echo))

    assert api.base_url == "http://api.test:8000/v1"
    assert (await api.get("/x"))["url"] == "http://api.test:8000/v1/x"
    assert repr(api) == "<APIClient http://api.test:8000/v1 <Credentials 0 cookies>>"
    monkeypatch.delenv("WEBAPP_API_URL")
    with pytest.raises(SettingsError, match="WEBAPP_API_URL is not set"):
        APIClient()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.test",
        "ftp://api.test",
        "http://api.test:0",
        "http://api.test:99999",
        "http://",
        "http:///x",
        "http://[",
        "http://a:b@api.test",
        "http://api.test?x=1",
        "http://api.test/#x",
        "http://api.test/?",
        "http://api.test/a/%2e%2e/b",
        "javascript:alert(1)",
        "http://a b/",
    ],
)
def test_an_address_that_is_none_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(SettingsError, match="WEBAPP_API_URL"):
        APIClient(url, transport=httpx.MockTransport(echo))


async def test_urls_are_remembered_but_not_without_end() -> None:
    api = client(echo)
    for number in range(600):
        assert (await api.get(f"/{number}"))["url"] == f"http://api.test/{number}"
    assert (await api.get("/0"))["url"] == "http://api.test/0"


async def test_what_is_logged_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = Credentials(
        "hush-bearer", refresh_token="hush-refresh", api_key="hush-key", cookies={"sid": "hush-cookie"}
    )
    detail = [
        {"loc": ["body", "password"], "msg": "hush-password is weak", "input": "hush-password", "ctx": {"x": "hush"}}
    ]
    api = client(lambda _: httpx.Response(422, json={"detail": detail}), credentials=secrets)

    assert await api.post("/users?token=hush", {"password": "hush-password"}) is None
    with pytest.raises(Invalid) as caught:
        await api.request("POST", "/users", json={"password": "hush-password"}, headers={"X-Own": "hush"})

    assert caught.value.fields == {"password": ("*** is weak",)}
    assert "hush" not in caplog.text
    assert "hush" not in repr(api)
    assert "hush" not in repr(vars(caught.value))


async def test_a_reply_shows_nothing_of_what_it_holds() -> None:
    api = answering(200, json={"access_token": "hush"}, headers={"set-cookie": "sid=hush"})
    reply = await api.request("GET", "/")

    assert isinstance(reply, Reply)
    assert "hush" not in repr(reply)


def test_a_call_shows_neither_its_query_nor_what_it_sends() -> None:
    config = ClientConfig(
        base=BaseURL.parse("http://api.test"),
        transport=httpx.MockTransport(echo),
        headers={"x-own": "hush"},
        user_agent="",
        timeout=1,
        connect_timeout=1,
        max_body=1,
        clock=lambda: 0,
        api_key=None,
        api_key_name="x-api-key",
        auth_header_factory=None,
        renewals=Turns(1, patience=1),
    )
    call = prepare(config, "POST", "/reset", params={"token": "hush"}, json={"a": "hush"}, headers={"x-b": "hush"})

    assert call.target == "/reset?token=hush"
    assert "hush" not in repr(call)


async def test_a_request_id_cannot_smuggle_a_header() -> None:
    token = request_context.set(RequestContext("a\r\nX-B: b"))
    try:
        with pytest.raises(UnsafePath):
            await client(echo).request("GET", "/")
    finally:
        request_context.reset(token)
