"""Signing out at the provider as well, begun here or there."""

import time

import pytest

from tests.oidc.issuer import ISSUER, Issuer
from tests.pages.elsewhere import APP, OPENID, Api, come_back, frontend, query_of, set_out, sign_in
from webapp.testing import Answer, Browser

LOGOUT = "/-/oidc/backchannel-logout"
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def tell(browser: Browser, token: str, **headers: str) -> Answer:
    """What the provider's server sends: no cookie, nothing of a browser."""
    server = browser.another()
    return await server.fetch("POST", LOGOUT, headers=URLENCODED | headers, content=f"logout_token={token}".encode())


async def is_in(browser: Browser) -> bool:
    answer = await browser.fetch("GET", "/orders")
    return answer.status == 200


async def signed_in_as(browser: Browser, issuer: Issuer, subject: str, sid: str) -> Browser:
    person = browser.another()
    issuer.claims = {"sub": subject, "sid": sid}
    await sign_in(person, issuer)
    return person


async def test_signing_out_here_goes_on_to_the_provider_by_a_page(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        await sign_in(browser, issuer)
        page = await browser.sign_out()

        assert "You are signed out here" in page.main
        assert page.history[0].headers["clear-site-data"] == '"storage", "prefetchCache"'
        on = page.links["Sign out at Example ID"]
        assert page.page.one("meta[http-equiv=refresh]").get("content") == f"0; url={on}"
        assert "eyJ" not in page.text
        assert not await is_in(browser)

        there = await browser.fetch("GET", on)
        assert there.headers["location"].startswith(f"{ISSUER}/end?tenant=1&id_token_hint=eyJ")
        query = query_of(there.headers["location"])
        assert query["post_logout_redirect_uri"] == f"{APP}/-/oidc/signed-out"
        assert query["client_id"] == "web"
        assert there.headers["referrer-policy"] == "no-referrer"

        back = await browser.get("/-/oidc/signed-out")
        assert back.url == "/login?why=signed-out"
        again = await browser.fetch("GET", on)
        assert again.headers["location"] == "/login?why=signed-out"


async def test_an_id_token_that_the_api_takes_goes_by_no_browser_to_the_provider(issuer: Issuer) -> None:
    api = Api({"id": OPENID})
    async with frontend(issuer, api, oidc_token="id") as browser:
        state = await set_out(browser, issuer)
        token = issuer.id_token()
        issuer.tokens, api.taken = {"id_token": token}, {f"Bearer {token}"}
        answers = [await come_back(browser, code="c-1", state=state)]
        assert await is_in(browser)
        page = await browser.sign_out()
        there = await browser.fetch("GET", page.links["Sign out at Example ID"])
        answers += [*page.history, page, there]

    query = query_of(there.headers["location"])
    assert "id_token_hint" not in query
    assert query["client_id"] == "web"
    assert query["post_logout_redirect_uri"] == f"{APP}/-/oidc/signed-out"
    assert not any(token in f"{each.headers} {each.text}" for each in answers)


async def test_a_refresh_token_is_revoked_first(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        await sign_in(browser, issuer)
        await browser.sign_out()

    (asked,) = [each for each in issuer.asked if each.url.path == "/revoke"]
    assert b"token=refresh-2" in asked.content


async def test_nobody_else_is_sent_with_ones_token(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        await sign_in(browser, issuer)
        page = await browser.sign_out()
        answer = await browser.another().fetch("GET", page.links["Sign out at Example ID"])
        assert answer.headers["location"] == "/login?why=signed-out"


async def test_without_a_place_to_sign_out_at_one_is_only_signed_out_here(issuer: Issuer) -> None:
    issuer.about["end_session_endpoint"] = None
    async with frontend(issuer) as browser:
        await sign_in(browser, issuer)
        assert (await browser.sign_out()).url == "/login?why=signed-out"
        assert not await is_in(browser)


async def test_a_subject_alone_ends_all_sessions_of_that_person_and_a_session_the_one(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        ada = [await signed_in_as(browser, issuer, "ada", f"s-{number}") for number in range(3)]
        bob = await signed_in_as(browser, issuer, "bob", "s-9")

        answer = await tell(browser, issuer.logout_token(sub=..., sid="s-1"))
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        assert [await is_in(each) for each in (*ada, bob)] == [True, False, True, True]

        await tell(browser, issuer.logout_token(sub="bob", sid="s-0"))
        assert [await is_in(each) for each in (*ada, bob)] == [True, False, True, True]

        await tell(browser, issuer.logout_token(sub="ada"))
        assert [await is_in(each) for each in (*ada, bob)] == [False, False, False, True]


async def test_whoever_was_signed_out_there_is_led_to_sign_in(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        await sign_in(browser, issuer)
        await tell(browser, issuer.logout_token())
        assert (await browser.get("/orders")).url.startswith("/login?next=%2Forders")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ISSUER},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Cookie": "webapp_session=x", "Origin": ISSUER},
    ],
)
async def test_the_providers_server_is_no_other_site(issuer: Issuer, headers: dict[str, str]) -> None:
    async with frontend(issuer) as browser:
        await sign_in(browser, issuer)
        assert (await tell(browser, issuer.logout_token(), **headers)).status == 200
        assert not await is_in(browser)
        # The exception is of this one address.
        assert (await browser.fetch("POST", "/login", headers=headers)).status == 403


async def test_what_is_no_token_of_the_providers_ends_nothing(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        await sign_in(browser, issuer)
        good = issuer.logout_token()
        for token in ("", "x", good[:-2], issuer.logout_token(aud="another"), issuer.logout_token(nonce="n")):
            answer = await tell(browser, token)
            assert (answer.status, answer.text) == (400, '{"error":"invalid_request"}')
        assert (await tell(browser, "x" * 70_000)).status == 413
        assert (await tell(browser, good, **{"Content-Type": "application/json"})).status == 415
        assert await is_in(browser)
        assert (await tell(browser, good)).status == 200
        assert (await tell(browser, good)).status == 400


async def test_too_many_wrong_tokens_are_too_many(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        statuses = [(await tell(browser, "x")).status for _ in range(62)]
        assert statuses == [400] * 60 + [429] * 2


async def test_without_the_providers_keys_it_is_to_be_told_again_later(issuer: Issuer) -> None:
    issuer.about["jwks_uri"] = f"{ISSUER}/nowhere"
    async with frontend(issuer) as browser:
        assert (await tell(browser, issuer.logout_token())).status == 503


async def test_without_a_provider_there_is_nothing_to_be_told(issuer: Issuer) -> None:
    async with frontend(issuer, Api({}), oidc_client_id=None, oidc_client_secret=None) as browser:
        assert (await tell(browser, "x")).status == 404
        assert (await browser.get("/-/oidc/signed-out")).url.startswith("/login")


async def test_whoever_is_signed_out_while_still_on_the_way_here_is_not_let_in(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        state = await set_out(browser, issuer)
        await tell(browser, issuer.logout_token(sub=..., sid="s-1"))
        assert (await come_back(browser, code="c-1", state=state)).headers["location"].startswith("/login?why=lost")

        issuer.claims = {"sid": "s-2", "iat": int(time.time()) - 30}
        state = await set_out(browser, issuer)
        await tell(browser, issuer.logout_token(sub="ada"))
        assert (await come_back(browser, code="c-1", state=state)).headers["location"].startswith("/login?why=lost")

        issuer.claims = {"sid": "s-3"}
        state = await set_out(browser, issuer)
        assert (await come_back(browser, code="c-1", state=state)).headers["location"] == "/orders"
