"""What pages of other sites can do with somebody who is signed in here: nothing."""

import html
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.responses import Response as Answer
from starlette.routing import Route

from tests.browser.conftest import USERNAME, Live, sign_in
from tests.serving import serve

WRITES = {
    "/logout": "",
    "/login": "username=evil%40example.com&password=demo-pass-123",
    "/register": "email=evil%40example.com",
    "/-/operations/create-issue": "body/title=evil&body/project_id=1",
    "/-/bulk/delete-issue": "id=1&confirm=yes",
    "/-/account/devices/others": "",
}
READS = ("/issues", "/-/account", "/-/export/issues", "/issues/1", "/-/raw/issues", "/-/events/activity/stream")


@dataclass
class Foreign:
    """A site of somebody else."""

    url: str
    pages: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def show(self, body: str) -> str:
        """Put a page there; its address."""
        path = f"/page-{len(self.pages)}"
        self.pages[path] = f"<!doctype html><title>evil</title><body>{body}"
        return self.url + path


@pytest.fixture(scope="module", params=["127.0.0.1", "localhost"], ids=["cross-site", "same-site"])
def foreign(request: pytest.FixtureRequest) -> Iterator[Foreign]:
    """By another host name, which is another site, or by another port, which is the same with all its cookies."""
    pages: dict[str, str] = {}
    asked: list[str] = []

    async def page(request: Request) -> Answer:
        asked.append(str(request.url))
        return HTMLResponse(pages.get(request.url.path, "<!doctype html>"))

    app = Starlette(routes=[Route("/{path:path}", page, methods=["GET", "POST"])])
    with serve(app) as url:
        yield Foreign(url.replace("localhost", request.param), pages, asked)


@pytest.fixture
async def victim(chromium: Browser, live: Live) -> AsyncIterator[Page]:
    """Somebody who is signed in, in a browser whose complaints don't count: most of what is tried here is refused."""
    context = await chromium.new_context(base_url=live.url)
    context.set_default_timeout(10_000)
    page = await context.new_page()
    await sign_in(page)
    yield page
    await context.close()


def writes(live: Live) -> dict[str, int]:
    """How often the API was asked to do something."""
    return {name: count for name, count in live.demo.state.counters.items() if not name.startswith(("GET", "HEAD"))}


async def still_signed_in(page: Page) -> bool:
    other = await page.context.new_page()
    await other.goto("/-/account")
    known = USERNAME in await other.content()
    await other.close()
    return known


def _form(url: str, fields: str, *, encoding: str = "application/x-www-form-urlencoded", target: str = "") -> str:
    inputs = "".join(
        f'<input name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, _, value in (pair.partition("=") for pair in fields.split("&") if pair)
    )
    return f'<form method="post" action="{url}" enctype="{encoding}" target="{target}">{inputs}</form>'


ENCODINGS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


async def test_no_form_of_another_site_does_anything(
    victim: Page, foreign: Foreign, live: Live, figure: Callable[[str], None]
) -> None:
    before = writes(live)
    ways = [("inside", each) for each in ENCODINGS] + [("_blank", ENCODINGS[0]), ("_top", ENCODINGS[0])]
    tried = [*product(ways[:1], WRITES.items()), *product(ways[1:], list(WRITES.items())[:2])]
    for (target, encoding), (path, fields) in tried:
        page = await victim.context.new_page()
        form = _form(live.url + path, fields, encoding=encoding, target=target)
        await page.goto(foreign.show(f"{form}<iframe name=inside></iframe>"))
        async with victim.context.expect_event("response", partial(_is_at, path)) as waiting:
            await page.evaluate("() => { setTimeout(() => document.forms[0].submit()); }")
        response = await waiting.value
        assert response.status == 403, (path, response.status)
        assert "set-cookie" not in response.headers
        for each in victim.context.pages[1:]:
            await each.close()

    assert writes(live) == before
    assert await still_signed_in(victim)
    figure(f"{len(tried)} forms of another site: {len(tried)} refused, nothing done")


def _is_at(path: str, response: Response) -> bool:
    return path in response.url


async def test_no_script_of_another_site_does_or_reads_anything(
    victim: Page, foreign: Foreign, live: Live, figure: Callable[[str], None]
) -> None:
    before = writes(live)
    await victim.goto(foreign.show(""))
    tried: list[dict[str, Any]] = await victim.evaluate(
        """async ({url, writes, reads}) => {
          const outcomes = [];
          const attempt = async (name, path, options) => {
            let read = "";
            try {
              const answer = await fetch(url + path, {credentials: "include", ...options});
              read = answer.type === "opaque" || answer.type === "opaqueredirect" ? "" : await answer.text();
              if (answer.status) read += `status ${answer.status}`;
            } catch (error) { /* refused, as it should be */ }
            outcomes.push({name, path, read});
          };
          for (const [path, fields] of Object.entries(writes)) {
            const form = {"Content-Type": "application/x-www-form-urlencoded"};
            for (const mode of ["no-cors", "cors"])
              await attempt("post", path, {method: "POST", mode, body: fields, headers: form});
            await attempt("json", path, {method: "POST", body: "{}", headers: {"Content-Type": "application/json"}});
            await attempt("htmx", path, {method: "POST", body: fields, headers: {...form, "HX-Request": "true"}});
            await attempt("null", path, {method: "POST", mode: "no-cors", body: fields, referrerPolicy: "no-referrer"});
            for (const method of ["PUT", "PATCH", "DELETE"]) await attempt(method, path, {method});
            outcomes.push({name: "beacon", path, read: ""});
            navigator.sendBeacon(url + path, new Blob([fields], {type: "application/x-www-form-urlencoded"}));
          }
          for (const path of reads)
            for (const mode of ["cors", "no-cors", "same-origin"])
              for (const redirect of ["follow", "manual"]) await attempt("get", path, {mode, redirect});
          return outcomes;
        }""",
        {"url": live.url, "writes": WRITES, "reads": READS},
    )

    assert [each for each in tried if each["read"]] == []
    assert writes(live) == before
    assert await still_signed_in(victim)
    figure(f"{len(tried)} requests by scripts of another site: nothing done, nothing read")


EMBEDDED = {
    "img": '<img src="{}">',
    "script": '<script src="{}"></script>',
    "stylesheet": '<link rel="stylesheet" href="{}">',
    "object": '<object data="{}"></object>',
    "embed": '<embed src="{}">',
    "video": '<video src="{}" autoplay></video>',
    "track": '<video><track default src="{}"></video>',
    "iframe": '<iframe src="{}"></iframe>',
    "iframe sandbox": '<iframe sandbox="allow-scripts" src="{}"></iframe>',
    "frame in frame": "<iframe srcdoc='<iframe src=\"{}\"></iframe>'></iframe>",
    "prefetch": '<link rel="prefetch" href="{}">',
    "preload": '<link rel="preload" as="fetch" crossorigin="use-credentials" href="{}">',
    "modulepreload": '<link rel="modulepreload" href="{}">',
}
OURS = ("/issues", "/-/account", "/-/export/issues", "/login")

LOADED = """() => {
  const loaded = [];
  for (const each of document.querySelectorAll("[data-loaded]")) loaded.push(each.outerHTML);
  return loaded;
}"""


async def test_nothing_of_ours_is_shown_inside_another_site(
    victim: Page, foreign: Foreign, live: Live, figure: Callable[[str], None]
) -> None:
    before = writes(live)
    pieces = [how.format(live.url + path) for path in OURS for how in EMBEDDED.values()]
    await victim.goto(foreign.show(""))
    await victim.evaluate(
        """(pieces) => {
          document.addEventListener("load", (event) => event.target.dataset.loaded = "yes", true);
          for (const piece of pieces)
            document.body.append(document.createRange().createContextualFragment(piece));
        }""",
        pieces,
    )
    await victim.wait_for_load_state("networkidle")

    # Frames fire `load` for the error that stands in them.
    shown = [each for each in await victim.evaluate(LOADED) if not each.startswith(("<iframe", "<object", "<embed"))]
    assert [each for each in shown if 'rel="prefetch"' not in each] == []
    framed = [frame.url for frame in victim.frames if frame.url.startswith(live.url) and "/-/static/" not in frame.url]
    assert framed == []
    for frame in victim.frames[1:]:
        assert USERNAME not in await frame.content()
    assert writes(live) == before
    assert await still_signed_in(victim)
    figure(f"{len(pieces)} ways to embed {len(OURS)} addresses: 0 shown, 0 framed")


async def test_a_window_that_another_site_opens_is_out_of_its_reach(victim: Page, foreign: Foreign, live: Live) -> None:
    address = foreign.show("")
    for path in READS[:2]:
        await victim.goto(address)
        async with victim.context.expect_page() as opening:
            await victim.evaluate("(url) => { window.opened = window.open(url); }", live.url + path)
        opened = await opening.value
        await opened.wait_for_load_state()

        seen = await victim.evaluate(
            """() => {
              try { return JSON.stringify([opened.closed, opened.length, opened.document.body.innerText]); }
              catch (error) { return JSON.stringify([opened.closed, opened.length, ""]); }
            }"""
        )
        assert json.loads(seen) == [True, 0, ""]
        assert await opened.evaluate("window.opener") is None
        await opened.close()
