"""Where a fault meets people: each place asks the frontend as a browser would, and gives what came back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from tests.faults.workshop import UNLUCKY
from webapp.testing import Answer, Browser
from webapp.testing.forms import Submission, Value, fill_in

TYPED = 'Säge & <b>Beil</b> "12"'
"""What somebody types, and wants to find again."""
EDIT = "/-/operations/change-part?id=7"
LONGEST_LOOK = 1.0
"""Seconds for which an open stream is watched."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it: the first answer, and the page that one ended on."""

    answer: Answer
    page: Answer
    end: str = ""
    """What became of the body: see `expected.TABLE`."""
    typed: str = ""
    """The input whose text is to be kept."""

    @property
    def told(self) -> str:
        """The cell as the table has it."""
        return f"{self.answer.status}{self.end}"


Place = Callable[[ASGIApp, Browser], Awaitable[Seen]]


def _page(path: str) -> Place:
    async def look(_: ASGIApp, browser: Browser) -> Seen:
        return _seen(await browser.get(path))

    return look


async def _part(_: ASGIApp, browser: Browser) -> Seen:
    await browser.get("/parts")
    browser.url = "/things"
    return _seen(await browser.htmx("GET", "/things", target="list", data={"q": "saw"}))


async def _aside(_: ASGIApp, browser: Browser) -> Seen:
    await browser.get("/-/operations/create-thing")
    return _seen(await browser.htmx("GET", "/-/choices/things", target="form", data={"q": "saw"}))


async def _create(_: ASGIApp, browser: Browser) -> Seen:
    await browser.get("/-/operations/create-thing")
    return _seen(await browser.submit("#form", **{"body/name": TYPED}), "body/name")


async def _create_by_htmx(_: ASGIApp, browser: Browser) -> Seen:
    form = await _filled(browser, "/-/operations/create-thing", {"body/name": TYPED})
    return _seen(await browser.htmx("POST", form.action, target="form", data=form.fields), "body/name")


async def _edit(_: ASGIApp, browser: Browser) -> Seen:
    await browser.get(EDIT)
    return _seen(await browser.submit("#form", **{"body/name": TYPED}), "body/name")


async def _edit_in_place(_: ASGIApp, browser: Browser) -> Seen:
    await browser.get("/parts/7")
    opened = await browser.htmx("GET", EDIT, target="facts")
    form = fill_in(opened.page, opened.page.one("#form"), {"body/name": TYPED})
    return _seen(await browser.htmx("POST", form.action, target="form", data=form.fields), "body/name")


async def _upload(_: ASGIApp, browser: Browser) -> Seen:
    await browser.get("/-/operations/add-drawing")
    file: Any = ("plan.txt", b"lines " * 1000, "text/plain")
    return _seen(await browser.submit("#form", **{"body/caption": TYPED, "body/file": file}), "body/caption")


async def _bulk(_: ASGIApp, browser: Browser) -> Seen:
    fields = [("id", "7"), ("next", "/parts"), ("confirm", "yes")]
    return _seen(await browser.post("/-/bulk/delete-part", fields))


async def _login(_: ASGIApp, browser: Browser) -> Seen:
    stranger = browser.another()
    return _seen(await stranger.try_sign_in(UNLUCKY, "sesame-open"))


async def _wait(_: ASGIApp, browser: Browser) -> Seen:
    return _seen(await browser.get("/-/events/feed?-wait=1"))


async def _file(app: ASGIApp, browser: Browser) -> Seen:
    return await _watch(app, browser, "/-/files/dump", "*/*")


async def _stream(app: ASGIApp, browser: Browser) -> Seen:
    seen = await _watch(app, browser, "/-/events/feed", "text/event-stream")
    unended = seen.told == "200" and b"event: " not in seen.answer.content
    return Seen(seen.answer, seen.page, "~") if unended else seen


PLACES: dict[str, Place] = {
    "list": _page("/things"),
    "item": _page("/things/7"),
    "part": _part,
    "view": _page("/anything"),
    "poll": _page("/-/follow/jobs/7"),
    "aside": _aside,
    "form": _create,
    "hx": _create_by_htmx,
    "edit": _edit,
    "inline": _edit_in_place,
    "upload": _upload,
    "bulk": _bulk,
    "login": _login,
    "file": _file,
    "wait": _wait,
    "sse": _stream,
}


def _seen(page: Answer, typed: str = "") -> Seen:
    return Seen(page.history[0] if page.history else page, page, typed=typed)


async def _filled(browser: Browser, path: str, values: dict[str, Value]) -> Submission:
    page = (await browser.get(path)).page
    return fill_in(page, page.one("#form"), values)


@dataclass(slots=True)
class _Taken:
    """An answer as it goes out."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    begins: bytearray = field(default_factory=bytearray)
    """The first of it; 300 MB are not kept."""
    whole: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
            return
        if len(self.begins) < 65536:
            self.begins += message.get("body", b"")
        self.whole = not message.get("more_body", False)


async def _watch(app: ASGIApp, browser: Browser, path: str, accept: str) -> Seen:
    """Ask without waiting for the end of the answer for ever."""
    taken, left = _Taken(), asyncio.Event()

    async def receive() -> Message:
        if not left.is_set():
            left.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    headers = {"host": "testserver", "accept": accept, "cookie": browser.cookies.header("/") or ""}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "state": {},
    }
    call = asyncio.ensure_future(app(scope, receive, taken.send))
    end = ""
    while not call.done() and not end:
        seen_until_now = len(taken.begins)
        await asyncio.wait([call], timeout=LONGEST_LOOK)
        if not call.done() and taken.status == 200 and len(taken.begins) == seen_until_now < 65536:
            end = "+"
    if end:
        call.cancel()
        await asyncio.wait([call])
    else:
        await call
    answer = Answer("GET", path, taken.status, httpx.Headers(taken.headers), bytes(taken.begins))
    return Seen(answer, answer, end or ("" if taken.whole else "!"))
