"""Nobody is led to another site, as a browser itself reads every address that we send it to."""

import re
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlencode

import pytest
from playwright.async_api import Browser as Chromium
from starlette.types import ASGIApp, Message

from tests.security.redirectpayloads import FINE, payloads
from webapp import Settings, create_app
from webapp.testing import FakeAPI

BASE = "http://localhost:8123"
ACCOUNT = {"ada@example.com": "secret"}

JUDGE = """([addresses, base]) => addresses.filter((address) => {
  let url;
  try { url = new URL(address, base); } catch (error) { return false; }
  return url.origin !== new URL(base).origin || !/^https?:$/.test(url.protocol);
})"""
"""The WHATWG's rules, by the one who goes by them. What is no address at all leads nowhere."""


class Site:
    """The frontend, asked with bytes that no client would send as they are."""

    def __init__(self) -> None:
        issue = {"id": 1, "title": "x"}
        answers = {
            "GET /issues": [issue],
            "GET /issues/{id}": issue,
            "PATCH /issues/{id}": issue,
            "DELETE /issues/{id}": (204, None),
            "POST /auth/register": (201, issue),
        }
        api = FakeAPI(answers, accounts=ACCOUNT)
        settings = Settings(oidc_issuer="https://id.example.com", oidc_client_id="frontend")
        self.app: ASGIApp = create_app("http://api", transport=api.transport, settings=settings)
        self.cookie = b""
        self.known: dict[str, str] = {}
        """Where signing in leads, by `next`."""

    async def ask(
        self,
        method: str,
        target: bytes,
        *,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an answer."""
        path, _, query = target.partition(b"?")
        body = urlencode(form or {}, errors="surrogatepass").encode()
        given = {
            "host": "localhost:8123",
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
            **(headers or {}),
        }
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": _decoded(path), "raw_path": path, "query_string": query, "root_path": "", "state": {},
            "headers": [
                *((name.lower().encode(), value.encode("latin-1", "replace")) for name, value in given.items()),
                *([(b"cookie", self.cookie)] if self.cookie else []),
            ],
            "client": ("127.0.0.1", 1), "server": ("localhost", 8123), "extensions": {},
        }  # fmt: skip
        answer: dict[str, Any] = {"body": b""}

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            answer.update({key: value for key, value in message.items() if key != "body"})
            answer["body"] += message.get("body", b"")

        await self.app(scope, receive, send)
        told = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer["headers"]}
        return answer["status"], told, answer["body"].decode("utf-8", "replace")

    async def sign_in(self, where: str) -> tuple[int, dict[str, str], str]:
        """Sign in and be led on."""
        return await self.ask(
            "POST", b"/login", form={"username": "ada@example.com", "password": "secret", "next": where}
        )


def _decoded(path: bytes) -> str:
    return unquote_to_bytes(path).decode("utf-8", "replace")


LEADS = ("location", "hx-redirect", "hx-location", "hx-push-url", "hx-replace-url", "refresh")


def led(headers: Mapping[str, str]) -> Iterable[str]:
    """Where an answer leads."""
    return [headers[name] for name in LEADS if name in headers]


def _raw(payload: str) -> bytes:
    return quote(payload, safe="/%\\:@;?#&=.~").encode()


async def _at_login_while_in(site: Site, payload: str) -> Iterable[str]:
    _, headers, _ = await site.ask("GET", b"/login?next=" + quote(payload, safe="").encode())
    return led(headers)


async def _at_sign_in(site: Site, payload: str) -> Iterable[str]:
    status, headers, _ = await site.sign_in(payload)
    assert status == 303, (payload, status)
    return led(headers)


async def _on_the_login_page(site: Site, payload: str) -> Iterable[str]:
    status, _, text = await site.ask("GET", b"/login?next=" + quote(payload, safe="").encode())
    assert status == 200
    return _addresses(text)


async def _on_the_register_page(site: Site, payload: str) -> Iterable[str]:
    _, headers, text = await site.ask("GET", b"/register?next=" + quote(payload, safe="").encode())
    found = [*led(headers), *_addresses(text)]
    return [*found, *await _led_on(site, found)]


async def _on_the_way_to_a_provider(site: Site, payload: str) -> Iterable[str]:
    _, headers, _ = await site.ask("GET", b"/-/oidc/start?next=" + quote(payload, safe="").encode())
    return led(headers)


async def _of_a_form(site: Site, payload: str) -> Iterable[str]:
    page = b"/-/operations/patch-issues-id?id=1"
    _, headers, text = await site.ask("GET", page + b"&next=" + quote(payload, safe="").encode())
    found = [*led(headers), *_addresses(text)]
    _, headers, text = await site.ask("POST", page, form={"path/id": "1", "body/title": "y", "next": payload})
    return [*found, *led(headers), *_addresses(text)]


async def _of_several(site: Site, payload: str) -> Iterable[str]:
    found: list[str] = []
    for more in ({}, {"confirm": "yes"}):
        form = {"id": "1", "next": payload, **more}
        _, headers, text = await site.ask("POST", b"/-/bulk/delete-issues-id", form=form)
        found += [*led(headers), *_addresses(text)]
    return found


async def _by_htmx(site: Site, payload: str) -> Iterable[str]:
    found: list[str] = []
    for current in (payload, BASE + payload, f"http://localhost:8123{payload}", f"http://localhost:8123@{payload}"):
        asked = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": current.replace("\n", "")}
        status, headers, _ = await site.ask("GET", b"/issues", headers=asked)
        assert status == 401, (payload, status)
        found += led(headers)
    return [*found, *await _led_on(site, found)]


async def _as_an_address(site: Site, payload: str) -> Iterable[str]:
    found: list[str] = []
    for target in (_raw(payload), b"/" + _raw(payload), _raw(payload) + b"?q=", b"/-/raw/" + _raw(payload)):
        _, headers, text = await site.ask("GET", target.partition(b"#")[0])
        found += [*led(headers), *_addresses(text)]
    return [*found, *await _led_on(site, found)]


def _addresses(text: str) -> list[str]:
    """What a page's links and forms lead to, as they stand there, and where they would lead on."""
    links = [
        unescape(each) for each in re.findall(r'(?:href|action|src|hx-\w+)="([^"]*)"', text) if "data:" not in each
    ]
    hidden = [unescape(each) for each in re.findall(r'name="next" value="([^"]*)"', text)]
    return [*links, *hidden]


async def _led_on(site: Site, addresses: Iterable[str]) -> list[str]:
    """Where one is after signing in, for addresses that say where to go on to."""
    found: list[str] = []
    for where in sorted({each for address in addresses for each in _nexts(address)}):
        if where not in site.known:
            _, headers, _ = await site.sign_in(where)
            site.known[where] = headers["location"]
        found.append(site.known[where])
    return found


def _nexts(address: str) -> list[str]:
    return parse_qs(address.partition("?")[2], errors="replace").get("next", [])


async def _signed_in(site: Site) -> None:
    _, headers, _ = await site.sign_in("/")
    site.cookie = headers["set-cookie"].partition(";")[0].encode()


RENDERED = (_of_a_form, _of_several)
"""Ways that take several pages for each payload, so that half of them has to do."""
WAYS: dict[str, tuple[Callable[..., Any], bool]] = {
    "next at /login, for somebody who is in": (_at_login_while_in, True),
    "next of a sign-in": (_at_sign_in, False),
    "next on the login page": (_on_the_login_page, False),
    "next on the registration page": (_on_the_register_page, False),
    "next on the way to a provider, for somebody who is in": (_on_the_way_to_a_provider, True),
    "next of a form": (_of_a_form, True),
    "next of a change of several": (_of_several, True),
    "HX-Current-URL": (_by_htmx, False),
    "the address itself": (_as_an_address, False),
    "the address itself, for somebody who is in": (_as_an_address, True),
}


@pytest.mark.parametrize("way", WAYS)
async def test_no_payload_leads_to_another_site(way: str, chromium: Chromium, figure: Callable[[str], None]) -> None:
    ask, inside = WAYS[way]
    site, tried = Site(), payloads()[:: 2 if ask in RENDERED else 1]
    if inside:
        await _signed_in(site)
    found = {address for payload in tried for address in await ask(site, payload)}

    page = await chromium.new_page()
    leaving = [] if not found else await page.evaluate(JUDGE, [sorted(found), f"{BASE}/login"])
    proof = await page.evaluate(JUDGE, [tried, f"{BASE}/login"])
    await page.close()

    assert leaving == []
    assert len(tried) >= 1000
    assert len(proof) > len(tried) / 4  # as they stand, these do lead away
    assert found
    figure(f"{len(tried)} payloads by {way}: {len(found)} addresses, 0 leave the site, 0 are scripts")


async def test_what_leads_on_here_still_does() -> None:
    site = Site()
    for where in FINE:
        _, headers, _ = await site.sign_in(where)
        assert headers["location"] == quote(where, safe="/?=&%#:"), where
