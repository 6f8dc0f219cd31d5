"""Whatever stands in place of an id, the API is asked at its own host and below its own prefix."""

import posixpath
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import quote, unquote, urlencode

import pytest

from tests.security.pathpayloads import ODD_IDS, payloads
from tests.security.recorder import DOCUMENT, PREFIX, Recorded, Recorder, Wire, recording
from tests.serving import serve
from webapp import Settings, create_app

OWN = [
    (b"Sec-Fetch-Site", b"same-origin"),
    (b"Content-Type", b"application/x-www-form-urlencoded"),
    (b"Accept", b"text/html, text/event-stream"),
]

PLACES = {
    "an item's page": b"/things/%s",
    "a part's page": b"/things/1/parts/%s",
    "what lies below": b"/things/%s/parts",
    "a file": b"/-/files/files/%s",
    "a picture": b"/-/inline/files/%s",
    "a stream": b"/-/events/streams/%s",
    "an export": b"/-/export/things/%s/parts",
    "a raw answer": b"/-/raw/things/%s",
    "work to follow": b"/-/follow/things/%s",
    "the whole path": b"%s",
    "the whole path, from a slash": b"/%s",
}
FORMS = {
    "an action": "/-/operations/start-thing",
    "a change": "/-/operations/change-thing",
    "several": "/-/bulk/delete-thing",
}


@pytest.fixture(scope="module")
def backend() -> Iterator[Recorder]:
    with recording(DOCUMENT) as recorder:
        yield recorder


@pytest.fixture(scope="module")
def site(backend: Recorder) -> Iterator[str]:
    # Every request is looked at, so the document is not to be asked for again meanwhile.
    with serve(create_app(f"http://{backend.address}{PREFIX}", settings=Settings(document_refresh=3600))) as url:
        yield url


def strays(recorded: Recorded, address: str) -> str:
    """What is wrong with where a request went; empty where nothing is."""
    method, target = recorded.method, recorded.target
    if recorded.line != f"{method} {target} HTTP/1.1".encode("latin-1") or " " in target or not target.isascii():
        return f"{recorded.line!r} is no request line"
    if recorded.all("host") != [address] or recorded.all("x-injected"):
        return f"{recorded.headers!r} were injected"
    path = target.partition("?")[0]
    for _ in range(5):
        for reading in (path, path.replace("\\", "/"), _simplified(path)):
            if not _is_below(reading):
                return f"{target!r} can be read as {reading!r}"
        path = unquote(path)
    return ""


def _simplified(path: str) -> str:
    """As the most careless of servers reads it."""
    folded = unicodedata.normalize("NFKC", path).replace("\u3002", ".").replace("\\", "/")
    return "/".join(part.partition(";")[0].strip() for part in folded.split("/"))


def _is_below(path: str) -> bool:
    whole = posixpath.normpath(path)
    return (
        (whole == PREFIX or whole.startswith(f"{PREFIX}/"))
        and "\r" not in path
        and "\n" not in path
        and "\0" not in path
    )


@pytest.mark.parametrize("place", PLACES)
def test_no_payload_in_an_address_leaves_the_api(
    place: str, site: str, backend: Recorder, figure: Callable[[str], None]
) -> None:
    backend.requests.clear()
    tried = payloads()
    statuses = set()
    with Wire(site) as wire:
        for payload in tried:
            statuses.add(wire.ask(b"GET", PLACES[place] % payload, OWN)[0])

    wrong = [complaint for each in backend.requests if (complaint := strays(each, backend.address))]
    assert not wrong, "\n".join(wrong[:20])
    assert len(tried) >= 500
    assert 500 not in statuses
    asked = sum(each.target != f"{PREFIX}/openapi.json" for each in backend.requests)
    figure(f"{len(tried)} payloads in {place}: {asked} calls, all below the API's host and prefix")


@pytest.mark.parametrize("place", [b"%s", b"/%s", b"/things/%s", b"/-/files/%s", b"/-/raw/%s"])
def test_no_payload_leaves_an_api_that_nothing_is_known_of(place: bytes, figure: Callable[[str], None]) -> None:
    tried = payloads()
    with (
        recording({}) as backend,
        serve(create_app(f"http://{backend.address}{PREFIX}", settings=Settings(document_refresh=0))) as url,
        Wire(url) as wire,
    ):
        wire.ask(b"GET", b"/", OWN)
        backend.requests.clear()  # where a document might lie was asked for, from the host's root on
        statuses = {wire.ask(b"GET", place % payload, OWN)[0] for payload in tried}

    wrong = [complaint for each in backend.requests if (complaint := strays(each, backend.address))]
    assert not wrong, "\n".join(wrong[:20])
    assert 500 not in statuses
    figure(f"{len(tried)} payloads in {place.decode()} without a document: {len(backend.requests)} calls, none astray")


@pytest.mark.parametrize("form", FORMS)
def test_no_payload_in_a_form_leaves_the_api(
    form: str, site: str, backend: Recorder, figure: Callable[[str], None]
) -> None:
    backend.requests.clear()
    tried = payloads()
    statuses = set()
    with Wire(site) as wire:
        for payload in tried:
            texts = (unquote(payload.decode("latin-1")), payload.decode("latin-1"))
            for text in dict.fromkeys(texts):
                fields = {"path/thing_id": text, "body/name": "x", "id": text, "next": "/things", "confirm": "yes"}
                body = urlencode(fields, errors="surrogateescape").encode()
                statuses.add(wire.ask(b"POST", FORMS[form].encode(), OWN, body)[0])

    wrong = [complaint for each in backend.requests if (complaint := strays(each, backend.address))]
    assert not wrong, "\n".join(wrong[:20])
    assert 500 not in statuses
    asked = sum(each.target != f"{PREFIX}/openapi.json" for each in backend.requests)
    figure(f"{len(tried)} payloads in the form of {form}: {asked} calls, all below the API's host and prefix")


def test_odd_ids_arrive_as_they_are(site: str, backend: Recorder, figure: Callable[[str], None]) -> None:
    wrong = []
    with Wire(site) as wire:
        for odd in ODD_IDS:
            backend.requests.clear()
            wire.ask(b"GET", f"/things/{quote(odd, safe='')}".encode(), OWN)
            wire.ask(b"GET", f"/-/files/files/{quote(odd, safe='')}".encode(), OWN)
            wire.ask(b"POST", b"/-/operations/start-thing", OWN, urlencode({"path/thing_id": odd}).encode())
            arrived = {unquote(each.target.removeprefix(PREFIX).split("/")[2]) for each in backend.requests}
            kinds = {(each.method, each.target.removeprefix(PREFIX).split("/")[1]) for each in backend.requests}
            if arrived != {odd} or kinds != {("GET", "things"), ("GET", "files"), ("POST", "things")}:
                wrong.append((odd, [each.line for each in backend.requests]))

    assert not wrong, "\n".join(map(str, wrong))
    figure(f"{len(ODD_IDS)} of {len(ODD_IDS)} odd ids arrive as they are, from a page, a file and a form")
