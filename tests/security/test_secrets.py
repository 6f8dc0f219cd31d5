"""Six secrets, and everything that comes out of a whole run: pages, headers, addresses, logs and metrics."""

import contextlib
from collections import deque
from collections.abc import Callable

import httpx
import pytest

from tests.cli.process import serving
from tests.security.tattletale import MARKERS, Tattletale, spellings
from tests.serving import serve
from webapp.testing import Answer, Browser

MOST_PAGES = 80
BROKEN = ("/broken", "/invalid", "/garbled", "/elsewhere", "/nowhere", "/..%2f", "/-/raw/broken", "/-/export/things",
          "/-/files/report", "/-/events/feed?-wait=1", "/-/follow/things/1", "/-/choices/things?q=o")  # fmt: skip
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#main", "Sec-Fetch-Site": "same-origin"}


class Walk:
    """A browser that goes everywhere, and keeps all that it is given."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.heard: list[tuple[str, str]] = []
        self.pages: set[str] = set()
        self.forms = 0

    async def everywhere(self) -> None:
        """Every link, as a page and as a part; every form; and what goes wrong."""
        waiting = deque(["/", *BROKEN])
        while waiting and len(self.pages) < MOST_PAGES:
            path = waiting.popleft()
            if path in self.pages:
                continue
            self.pages.add(path)
            answer = self._kept(await self.browser.fetch("GET", path, headers={"Sec-Fetch-Site": "same-origin"}))
            self._kept(await self.browser.fetch("GET", path, headers=HTMX))
            waiting += self._links(answer)
            await self._send_forms(path, answer)

    def _kept(self, answer: Answer) -> Answer:
        for each in (*answer.history, answer):
            # The cookie itself has to be handed out, by this one header and no other.
            headers = [pair for pair in each.headers.multi_items() if pair[0] != "set-cookie"]
            self.heard.append((f"{each.method} {each.url}", f"{each.url} {headers} {each.text}"))
        return answer

    def _links(self, answer: Answer) -> list[str]:
        if not answer.is_html:
            return []
        found = [link.get("href") for link in answer.page.all("a[href]")]
        return [each.partition("#")[0] for each in found if each.startswith("/") and "/-/static" not in each]

    async def _send_forms(self, path: str, answer: Answer) -> None:
        if not answer.is_html:
            return
        for number, form in enumerate(answer.forms):
            if "/logout" in (form.get("action") or "") or (form.get("method") or "get").lower() != "post":
                continue
            secret = form.find("input[type=password]")
            values = {secret.get("name"): MARKERS["password"]} if secret is not None else {}
            await self.browser.get(path)
            with contextlib.suppress(AssertionError, IndexError):
                self._kept(await self.browser.submit(number, **values))
                self.forms += 1


async def _try_passwords(walk: Walk) -> None:
    """The right password for the wrong name, and one that is wrong by a letter."""
    for name, password in (("nobody", MARKERS["password"][:-1]), ("ada", "wrong")):
        walk._kept(await walk.browser.try_sign_in(name, password))


@pytest.mark.parametrize("form", ["console", "json"])
async def test_no_secret_comes_out_of_a_whole_run(form: str, figure: Callable[[str], None]) -> None:
    api = Tattletale()
    with (
        serve(api.app) as backend,
        serving("run", backend, WEBAPP_DEBUG="1", WEBAPP_LOG_FORMAT=form, WEBAPP_METRICS="1") as (url, process),
    ):
        ada = Browser(base_url=url, transport=httpx.AsyncHTTPTransport(), lint_except=["lang"])
        async with ada:
            by_password = Walk(ada)
            await _try_passwords(by_password)
            by_password._kept(await ada.sign_in("ada", MARKERS["password"]))
            cookies = [ada.cookies.get("webapp_session") or ""]
            await by_password.everywhere()
            by_password._kept(await ada.sign_out())
            by_key = Walk(ada.another())
            cookies += await _sign_in_by_key(by_key)
            await by_key.everywhere()
            metrics = await ada.fetch("GET", "/-/metrics")
    logged = process.said

    secrets = {**MARKERS, "session cookie": cookies[0], "session id": cookies[0].partition(".")[0]}
    assert all(cookies)
    assert api.seen == set(MARKERS)  # all of them were in use
    heard = [*by_password.heard, *by_key.heard, ("metrics", metrics.text), ("log", logged)]
    found = [
        (name, where, text[max(0, text.find(each) - 80) : text.find(each) + 40])
        for name, ways in spellings(secrets).items()
        for each in ways
        for where, text in heard
        if each and each in text
    ]
    assert not found, "\n".join(map(str, found[:10]))
    assert metrics.status == 200
    assert logged.count("\n") > 100
    figure(
        f"{len(secrets)} secrets, {len(heard)} answers of {len(by_password.pages | by_key.pages)} pages and "
        f"{by_password.forms + by_key.forms} forms, {logged.count(chr(10))} log lines, "
        f"{metrics.text.count(chr(10))} lines of metrics: 0 hits"
    )


async def _sign_in_by_key(walk: Walk) -> list[str]:
    browser = walk.browser
    page = await browser.get("/login")
    await browser.click(next(text for text in page.links if "key" in text.lower()))
    answer = await browser.submit(**{"key-1": MARKERS["API key"]})
    walk._kept(answer)
    return [browser.cookies.get("webapp_session") or ""]
