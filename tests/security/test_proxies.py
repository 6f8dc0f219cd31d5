"""Whose word about the browser's address is believed: that of proxies which are trusted, hop by hop."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from webapp import Settings, create_app
from webapp.testing import FakeAPI

BROWSER = "203.0.113.9"
PROXY = "10.0.0.2"
BALANCER = "10.0.0.1"

Chain = tuple[str, str, tuple[str, ...], str | None]

CHAINS: dict[str, Chain] = {
    # what is trusted, who connects, what X-Forwarded-For says, what the API is told
    "no proxy": ("127.0.0.1", BROWSER, (), BROWSER),
    "nobody is trusted": ("127.0.0.1", BROWSER, ("198.51.100.1",), BROWSER),
    "one proxy": (PROXY, PROXY, (BROWSER,), BROWSER),
    "one proxy behind a liar": (PROXY, PROXY, (f"198.51.100.1, {BROWSER}",), BROWSER),
    "two headers are one": (PROXY, PROXY, ("198.51.100.1", BROWSER), BROWSER),
    "two hops": (f"{PROXY}, {BALANCER}", PROXY, (f"{BROWSER}, {BALANCER}",), BROWSER),
    "two hops of a network": ("10.0.0.0/8", PROXY, (f"198.51.100.1, {BROWSER}, {BALANCER}",), BROWSER),
    "a hop that isn't trusted": (PROXY, PROXY, (f"{BROWSER}, {BALANCER}",), BALANCER),
    "a liar who claims to be a proxy": ("10.0.0.0/8", PROXY, (f"{BALANCER}, {BROWSER}",), BROWSER),
    "with a port": (PROXY, PROXY, (f"{BROWSER}:51234",), BROWSER),
    "IPv6": (PROXY, PROXY, ("2001:db8::9",), "2001:db8::9"),
    "IPv6 with a port": (PROXY, PROXY, ("[2001:db8::9]:51234",), "2001:db8::9"),
    "IPv6 in another spelling": (PROXY, PROXY, ("2001:0DB8:0:0::9",), "2001:db8::9"),
    "IPv6 with a zone": (PROXY, PROXY, ('fe80::9%"><script>',), "fe80::9"),
    "an IPv6 proxy": ("2001:db8::1", "2001:db8::1", (BROWSER,), BROWSER),
    "IPv4 in IPv6": (PROXY, PROXY, (f"::ffff:{BROWSER}",), BROWSER),
    "junk": (PROXY, PROXY, ("unknown",), None),
    "an obfuscated name": (PROXY, PROXY, ("_hidden",), None),
    "junk before the browser": (PROXY, PROXY, (f"'; drop table, {BROWSER}",), BROWSER),
    "nothing": (PROXY, PROXY, ("",), PROXY),
    "commas": (PROXY, PROXY, (" , ,",), PROXY),
    "a thousand hops": ("10.0.0.0/8", PROXY, (", ".join([BROWSER, *[BALANCER] * 1000]),), BROWSER),
    "all are trusted": ("*", PROXY, (f"{BROWSER}, {BALANCER}",), BROWSER),
}


def told(trusted: str, peer: str, headers: list[tuple[str, str]]) -> Callable[[], Any]:
    """Asks for a page through the server's own reading of proxies; gives the app's answer and the API's request."""

    async def ask() -> tuple[httpx.Response, httpx.Headers]:
        api = FakeAPI({"GET /orders": []}, accounts=None)
        app: Any = ProxyHeadersMiddleware(
            create_app("http://api", transport=api.transport, settings=Settings()),  # type: ignore[arg-type]
            trusted_hosts=trusted,
        )
        transport = httpx.ASGITransport(app, client=(peer, 51000))
        async with httpx.AsyncClient(transport=transport, base_url="http://app.example.com") as browser:
            answer = await browser.get("/orders", headers=headers)
        return answer, api.requests[-1].headers

    return ask


@pytest.mark.parametrize("case", CHAINS)
async def test_the_api_is_told_the_address_that_a_chain_of_proxies_leads_to(case: str) -> None:
    trusted, peer, chain, expected = CHAINS[case]

    _, sent = await told(trusted, peer, [("X-Forwarded-For", each) for each in chain])()

    assert sent.get("x-forwarded-for") == expected


@pytest.mark.parametrize(
    ("trusted", "proto", "https"),
    [
        (PROXY, "https", True),
        (PROXY, "http", False),
        (PROXY, "https, http", False),
        (PROXY, "javascript", False),
        (PROXY, "", False),
        ("127.0.0.1", "https", False),
    ],
)
async def test_the_scheme_is_a_trusted_proxy_s_to_tell(trusted: str, proto: str, https: bool) -> None:
    answer, _ = await told(trusted, PROXY, [("X-Forwarded-Proto", proto)])()

    assert ("strict-transport-security" in answer.headers) is https


@pytest.mark.parametrize("trusted", [PROXY, "127.0.0.1"])
async def test_nobody_s_word_is_taken_for_the_host(trusted: str) -> None:
    answer, sent = await told(trusted, PROXY, [("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil")])()

    assert "evil" not in answer.text
    assert sent["host"] == "api"
    assert not {"x-forwarded-host", "forwarded"} & set(sent)
