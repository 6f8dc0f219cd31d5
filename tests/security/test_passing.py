"""Which of the browser's headers reach the API: those of a list, whatever else is sent, over real sockets."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest

from tests.security.recorder import DOCUMENT, PREFIX, Recorder, Wire, recording
from tests.serving import serve
from webapp import Settings, create_app

MARK = "from-the-browser"

OURS = frozenset({"host", "accept", "accept-encoding", "x-request-id", "authorization", "cookie"})
"""What the client says for itself; the credentials are the session's."""
OF_A_BODY = frozenset({"content-type", "content-length", "transfer-encoding"})
PASSED = frozenset({"user-agent", "accept-language", "x-forwarded-for", "traceparent", "tracestate"})
OF_A_FILE = frozenset({"range", "if-range"})
OF_A_STREAM = frozenset({"last-event-id"})
OF_A_CHANGE = frozenset({"if-match", "if-unmodified-since", "idempotency-key"})
ALLOWED = OURS | OF_A_BODY | PASSED | OF_A_FILE | OF_A_STREAM | OF_A_CHANGE

HOSTILE = {
    # Of the connection
    "Connection": f"keep-alive, X-Named, {MARK}",
    "X-Named": MARK,
    "Keep-Alive": f"timeout=5, {MARK}",
    "Proxy-Connection": f"keep-alive, {MARK}",
    "Proxy-Authorization": f"Basic {MARK}",
    "Proxy-Authenticate": MARK,
    "TE": f"trailers, {MARK}",
    "Trailer": MARK,
    "Upgrade-Insecure-Requests": f"1 {MARK}",
    "HTTP2-Settings": MARK,
    # Of who somebody is
    "Cookie": f"webapp_session={MARK}; backend={MARK}; access_token={MARK}",
    "Authorization": f"Bearer {MARK}",
    "X-API-Key": MARK,
    "X-Auth-Token": MARK,
    "X-CSRF-Token": MARK,
    "X-User": MARK,
    "X-Remote-User": MARK,
    "Remote-User": MARK,
    "X-Authenticated-User": MARK,
    "X-Amzn-Oidc-Identity": MARK,
    "X-Goog-Authenticated-User-Email": MARK,
    "X-Client-Cert": MARK,
    "X-SSL-Client-Verify": MARK,
    # Of where it comes from
    "X-Forwarded-Host": f"{MARK}.example",
    "X-Forwarded-Port": MARK,
    "X-Forwarded-Server": MARK,
    "X-Forwarded-Prefix": f"/{MARK}",
    "X-Forwarded-Uri": f"/{MARK}",
    "X-Forwarded-Method": "DELETE",
    "X-Forwarded-Proto": MARK,
    "X-Forwarded-Ssl": MARK,
    "X-Forwarded-Scheme": MARK,
    "X-Forwarded-User": MARK,
    "X-Original-URL": f"/{MARK}",
    "X-Rewrite-URL": f"/{MARK}",
    "X-HTTP-Method-Override": "DELETE",
    "X-HTTP-Method": "DELETE",
    "X-Method-Override": "DELETE",
    "X-Host": MARK,
    "X-Real-IP": MARK,
    "X-Client-IP": MARK,
    "X-Originating-IP": MARK,
    "X-Cluster-Client-IP": MARK,
    "True-Client-IP": MARK,
    "CF-Connecting-IP": MARK,
    "Fastly-Client-IP": MARK,
    "Forwarded": f"for={MARK};host={MARK};proto=https",
    "Via": f"1.1 {MARK}",
    "X-Envoy-Original-Path": f"/{MARK}",
    "X-Amz-Cf-Id": MARK,
    # Of the browser
    "Origin": f"http://{MARK}.example",
    "Referer": f"http://{MARK}.example/",
    "Sec-Fetch-Dest": f"empty-{MARK}",
    "Sec-Fetch-User": MARK,
    "Sec-CH-UA": MARK,
    "Sec-WebSocket-Key": MARK,
    "Access-Control-Request-Method": MARK,
    "Access-Control-Request-Headers": MARK,
    "DNT": MARK,
    "Early-Data": MARK,
    "Expect-CT": MARK,
    "If-None-Match": f'"{MARK}"',
    "If-Modified-Since": MARK,
    "Cache-Control": f"no-cache, {MARK}",
    "Pragma": MARK,
    "Accept": f"text/html, {MARK}",
    "Accept-Encoding": f"gzip, {MARK}",
    "Accept-Charset": MARK,
    "Content-Encoding": "identity",
    "Content-Language": MARK,
    "Content-Location": f"/{MARK}",
    "Content-MD5": MARK,
    "Digest": MARK,
    "Baggage": f"user={MARK}",
    "B3": MARK,
    "X-B3-TraceId": MARK,
    "X-Request-Id": f"x {MARK}",
    "X-Correlation-Id": MARK,
    "HX-Request": f"true {MARK}",
    "HX-Current-URL": f"http://{MARK}.example",
    "HX-Prompt": MARK,
    "Idempotency-Key": f"{MARK}\u00e9",
    "Range": f"bytes=0-1{MARK}",
    "If-Range": f'"{MARK}" x',
    "Last-Event-ID": f"\u00e9{MARK}",
    "traceparent": MARK,
    "X_Forwarded_For": MARK,
    "Content_Length": MARK,
}
FINE = {
    "User-Agent": "Mozilla/5.0 (X11)",
    "Accept-Language": "de-CH, de;q=0.9",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "X-Request-Id": "0123456789abcdef",
}
FORM = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}

Asked = tuple[bytes, bytes, bytes]
WAYS: dict[str, Asked] = {
    "a page": (b"GET", b"/things/1", b""),
    "a list": (b"GET", b"/things", b""),
    "a file": (b"GET", b"/-/files/files/x", b""),
    "a picture": (b"GET", b"/-/inline/files/x", b""),
    "a stream": (b"GET", b"/-/events/streams/x", b""),
    "an export": (b"GET", b"/-/export/things", b""),
    "an action": (b"POST", b"/-/operations/start-thing", b"path%2Fthing_id=1"),
    "a change": (b"POST", b"/-/operations/change-thing", b"path%2Fthing_id=1&body%2Fname=x"),
    "several": (b"POST", b"/-/bulk/delete-thing", b"id=1&next=%2Fthings&confirm=yes"),
    "signing in": (b"POST", b"/login", b"username=ada&password=secret"),
    "signing out": (b"POST", b"/logout", b""),
}


@pytest.fixture(scope="module")
def backend() -> Iterator[Recorder]:
    with recording(DOCUMENT, extra={"Set-Cookie": "backend=the-backend-s; Path=/"}) as recorder:
        yield recorder


@pytest.fixture(scope="module")
def site(backend: Recorder) -> Iterator[str]:
    with serve(create_app(f"http://{backend.address}{PREFIX}", settings=Settings())) as url:
        yield url


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


def _signed_in(wire: Wire) -> str:
    body = urlencode({"username": "ada", "password": "secret"}).encode()
    status, headers, _ = wire.ask(b"POST", b"/login", _raw(FORM), body)
    assert status == 303, status
    return headers["set-cookie"].partition(";")[0]


@pytest.mark.parametrize("way", WAYS)
def test_of_all_headers_only_those_of_the_list_reach_the_api(
    way: str, site: str, backend: Recorder, figure: Callable[[str], None]
) -> None:
    method, target, body = WAYS[way]
    stream = {"Accept": "text/event-stream"} if way == "a stream" else {}
    reached = set()
    with Wire(site) as wire:
        cookie = _signed_in(wire)
        for name, value in HOSTILE.items():
            backend.requests.clear()
            sent = {**FORM, **stream, "Cookie": cookie, name: value}
            if name == "Cookie":
                sent["Cookie"] = f"{cookie}; {value}"
            status, _, _ = wire.ask(method, target, _raw(sent), body)
            assert status in (200, 303, 404), (name, status)
            if way == "signing out" and status == 303:
                cookie = _signed_in(wire)
            for each in backend.requests:
                reached |= {header for header, _ in each.headers}
                assert MARK not in str(each), (name, each)
                assert cookie.partition("=")[2] not in str(each), (name, each)
                assert each.all("cookie") in ([], ["backend=the-backend-s"]), (name, each)
                assert each.all("authorization") in ([], ["Bearer the-token"]), (name, each)

    assert reached <= ALLOWED, reached - ALLOWED
    assert reached >= OURS - {"authorization", "cookie"}
    assert len(HOSTILE) >= 60
    figure(f"{len(HOSTILE)} headers sent with {way}: {len(reached)} of the list reached the API, no cookie of ours")


def test_all_headers_at_once_reach_the_api_no_more_than_one_by_one(site: str, backend: Recorder) -> None:
    with Wire(site) as wire:
        cookie = _signed_in(wire)
        backend.requests.clear()
        status, _, _ = wire.ask(b"GET", b"/things/1", _raw({**HOSTILE, "Cookie": cookie}))

    assert status == 200
    assert {name for each in backend.requests for name, _ in each.headers} <= ALLOWED
    assert MARK not in str(backend.requests)


def test_what_describes_the_browser_reaches_the_api(site: str, backend: Recorder) -> None:
    with Wire(site) as wire:
        backend.requests.clear()
        wire.ask(b"GET", b"/things/1", _raw({**FORM, **FINE}))

    (asked,) = [each for each in backend.requests if "things/1" in each.target]
    assert asked.all("user-agent")[0].endswith("Mozilla/5.0 (X11)")
    assert asked.all("user-agent")[0].startswith("webapp/")
    assert asked.all("accept-language") == ["de-CH, de;q=0.9"]
    assert asked.all("traceparent") == [FINE["traceparent"]]
    assert asked.all("x-request-id") == [FINE["X-Request-Id"]]
    assert asked.all("x-forwarded-for") == ["127.0.0.1"]


@pytest.mark.parametrize(
    "value", ["x" * 20_000, "\xff\xfe\x80", "a\tb", "a  b", "é" * 400, "() { :; }; echo", "${jndi:ldap://x}", " "]
)
@pytest.mark.parametrize("name", ["User-Agent", "Accept-Language", "tracestate", "X-Request-Id"])
def test_odd_descriptions_of_a_browser_break_nothing(name: str, value: str, site: str, backend: Recorder) -> None:
    with Wire(site) as wire:
        backend.requests.clear()
        status, _, _ = wire.ask(b"GET", b"/things/1", _raw({**FORM, name: value}))

    assert status == 200
    (asked,) = [each for each in backend.requests if "things/1" in each.target]
    assert sum(len(each) for each in asked.all(name.lower())) <= 2 * 512 + len("webapp/0.1.0 ")
