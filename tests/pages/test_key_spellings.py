"""A key that is configured for everybody: on no page and in no file, in whichever way the API repeats it."""

from typing import Any

import httpx
import pytest

from tests.client.escapes import KEY, WAYS, plain
from tests.pages.library import AUTHOR, get
from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI, Received

ROWS, ROW, FILE, WRONG, EVENTS = "/authors", "/authors/7", "/notes", "/wrong", "/events"
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Authors", "version": "1"},
    "paths": {
        ROWS: get({"type": "array", "items": AUTHOR}),
        "/authors/{id}": get(AUTHOR, {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}),
        FILE: get({"type": "string", "format": "binary"}, types="application/octet-stream"),
        WRONG: get({"type": "array", "items": AUTHOR}),
        EVENTS: get({"type": "string"}, types="text/event-stream"),
    },
}


def repeating(way: str) -> FakeAPI:
    """An API that repeats the key in a way, wherever it can, and gives parts of files."""

    def told(received: Received) -> str:
        return WAYS[way](received.headers["x-api-key"])

    def answer(kind: str, form: str, status: int = 200) -> Any:
        def answered(received: Received) -> httpx.Response:
            text = told(received)
            body = form.replace("KEY", text).encode()
            headers = {"Content-Type": kind, "X-Echo": text, "Link": f'</authors?k={text}>; rel="next"'}
            part = received.headers.get("range", "").removeprefix("bytes=")
            if not part:
                return httpx.Response(status, content=body, headers={**headers, "Accept-Ranges": "bytes"})
            first, last = map(int, part.split("-"))
            headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
            return httpx.Response(206, content=body[first : last + 1], headers=headers)

        return answered

    row = '{"id": 7, "name": "Ann KEY", "more": {"KEY": "KEY"}}'
    answers = {
        f"GET {ROWS}": answer("application/json", f"[{row}]"),
        "GET /authors/{id}": answer("application/json", row),
        f"GET {FILE}": answer("application/octet-stream", "begins KEY ends"),
        f"GET {WRONG}": answer("application/json", '{"detail": "Not with KEY"}', 400),
        f"GET {EVENTS}": answer("text/event-stream", 'data: "KEY"\n\ndata: {"a": "KEY"}\n\n'),
    }
    return FakeAPI(answers, accounts=None, document=DOCUMENT)


PLACES = [
    *(f"{prefix}{path}" for path in (ROWS, ROW, FILE, WRONG) for prefix in ("", "/-/raw", "/-/files", "/-/inline")),
    *(f"/-/export{path}?format={kind}" for path in (ROWS, WRONG) for kind in ("csv", "json")),
    EVENTS,
    f"/-/events{EVENTS}",
]


@pytest.mark.parametrize("way", WAYS)
async def test_it_is_nowhere_in_whichever_way(way: str) -> None:
    api = repeating(way)
    app = create_app("http://api", transport=api.transport, settings=Settings(api_key=KEY))
    async with Browser(app) as browser:
        taken = {place: await browser.fetch("GET", place) for place in PLACES}
    leaks = [
        place
        for place, each in taken.items()
        if any(part in plain(f"{each.text}{each.headers}") for part in (KEY, "dEf/123"))
    ]

    assert leaks == []
    assert "Not with ***" in taken[WRONG].text
    assert "Ann ***" in taken[ROWS].text
    assert taken[f"/-/files{FILE}"].text == f"begins {'*' * len(WAYS[way](KEY))} ends"


async def test_parts_of_a_file_do_not_tell_it_either() -> None:
    api = repeating("as it is")
    app = create_app("http://api", transport=api.transport, settings=Settings(api_key=KEY))
    async with Browser(app) as browser:
        parts = [
            await browser.fetch("GET", f"/-/files{FILE}", headers={"Range": f"bytes={part}"})
            for part in ("0-12", "13-40")
        ]

    assert [each.status for each in parts] == [200, 200]
    assert {each.text for each in parts} == {f"begins {'*' * len(KEY)} ends"}
