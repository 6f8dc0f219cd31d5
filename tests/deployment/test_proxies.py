"""The README's nginx and Caddy: TLS, the visitor's address, slow clients, events, and compression left alone."""

import asyncio
import re
import ssl
from collections.abc import Callable, Iterator
from typing import NamedTuple

import httpx
import pytest

from tests.backends.processes import free_port
from tests.cli.process import Process, serving, up
from tests.deployment.api import TellingAPI
from tests.deployment.proxies import caddy_by_readme, for_caddy, for_nginx, nginx_by_readme
from tests.faults.certificates import written
from tests.robustness.strict import PASSWORD
from tests.serving import serve
from tests.serving.nginx import proxy
from webapp.testing import Browser

HEAD = b"GET /login HTTP/1.1\r\nHost: localhost\r\n"
SLOW_BODY = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nname="


class Site(NamedTuple):
    """A frontend behind a proxy."""

    url: str
    tls: ssl.SSLContext
    api: TellingAPI
    process: Process

    def browser(self) -> Browser:
        """Somebody's browser."""
        return Browser(base_url=self.url, transport=httpx.AsyncHTTPTransport(verify=self.tls))

    def http(self) -> httpx.AsyncClient:
        """A client that shows what is sent."""
        return httpx.AsyncClient(base_url=self.url, verify=self.tls, timeout=30)


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, port, api = tmp_path_factory.mktemp("proxy"), free_port(), TellingAPI()
    url, certificate = f"https://localhost:{port}", folder / "both.pem"
    written(certificate, "localhost")
    with serve(api.app) as at, serving("run", at, WEBAPP_PUBLIC_URL=url) as (frontend, process):
        up(frontend)
        address = frontend.removeprefix("http://")
        if request.param == "nginx":
            command = nginx_by_readme(folder, for_nginx(port, address, certificate))
        else:
            command = caddy_by_readme(folder, for_caddy(port, address, certificate))
        with proxy(command, folder, port):
            yield Site(url, ssl.create_default_context(cafile=str(certificate)), api, process)


async def test_one_signs_in_over_tls_though_two_of_three_frontends_are_gone(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.sign_in("ada", PASSWORD)
        for _ in range(6):
            assert "ada" in (await browser.get("/-/account")).main

        assert answer.headers["strict-transport-security"]
        assert "session" in browser.cookies.header("/")
        assert (await browser.sign_out()).status == 200


async def test_nobody_gets_to_choose_the_address_they_are_known_by(site: Site) -> None:
    async with site.browser() as browser:
        browser.headers |= {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http"}
        await browser.sign_in("eve", PASSWORD)

    assert "127.0.0.1" in site.process.said
    assert "203.0.113.7" not in site.process.said


async def slow(site: Site, beginning: bytes) -> tuple[bytes, float]:
    """What is answered to somebody who begins and sends no more, and after how many seconds the connection ends."""
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection("localhost", int(site.url.rpartition(":")[2]), ssl=site.tls)
    began = loop.time()
    try:
        writer.write(beginning)
        async with asyncio.timeout(60):
            return await reader.read(), loop.time() - began
    finally:
        writer.transport.abort()


async def test_slow_clients_are_closed_and_nobody_else_notices(site: Site, figure: Callable[[str], None]) -> None:
    async with site.http() as http:
        await http.get("/-/before")
    while "/-/before" not in site.process.said:  # what was said of requests until then comes late on a busy machine
        await asyncio.sleep(0.01)
    before = len(site.process.said)
    closing = [asyncio.create_task(slow(site, beginning)) for beginning in (b"", HEAD, SLOW_BODY)]
    async with site.http() as http:
        assert (await http.get("/-/livez")).text == "ok\n"
    ended = await asyncio.gather(*closing)

    # Caddy 2.6 answers a body that it gave up on with an empty 200; nothing is done for it.
    assert all(b"<html" not in answer for answer, _ in ended)
    assert not re.search("POST /login (200|303)", site.process.said[before:])
    figure(
        f"closed: a silent one after {ended[0][1]:.1f} s, half a head {ended[1][1]:.1f} s, a body {ended[2][1]:.1f} s"
    )


async def test_an_event_is_there_before_the_next_has_happened(site: Site) -> None:
    async with site.browser() as browser, site.http() as http:
        await browser.sign_in("ada", PASSWORD)
        site.api.told.clear()
        headers = {"Accept": "text/event-stream", "Cookie": browser.cookies.header("/")}
        async with http.stream("GET", "/-/events/ticks", headers=headers) as answer:
            seen = before = ""
            async for text in answer.aiter_text():
                seen += text
                if "second" in seen:
                    break
                if "first" in seen:
                    before = seen
                    site.api.told.set()

    assert "first" in before
    assert "second" in seen


async def test_what_the_frontend_leaves_uncompressed_stays_so(site: Site) -> None:
    async with site.http() as http:
        for elsewhere, coding in (("same-origin", "gzip"), ("cross-site", None)):
            headers = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": elsewhere, "Accept": "text/html"}
            assert (await http.get("/login", headers=headers)).headers.get("content-encoding") == coding
