"""Aegis' own OAuth button, as far as one gets without an account at GitHub."""

from urllib.parse import parse_qs, urlsplit

from tests.backends.conftest import browser_at

CALLBACK = "/api/v1/auth/oauth/github/callback"


async def test_the_login_page_offers_what_the_api_offers(on_aegis: str) -> None:
    async with browser_at(on_aegis) as browser:
        page = await browser.get("/login?next=/api/v1/orgs")

    assert page.links["Sign in with GitHub"] == "/-/oauth/github/start?next=%2Fapi%2Fv1%2Forgs"
    assert page.page.find("input[name=password]") is not None


async def test_one_is_sent_to_github_and_would_be_sent_back_here(on_aegis: str) -> None:
    async with browser_at(on_aegis) as browser:
        out = await browser.fetch("GET", "/-/oauth/github/start?next=/api/v1/orgs")

    there = urlsplit(out.headers["location"])
    assert (out.status, there.scheme, there.netloc) == (303, "https", "github.com")
    assert parse_qs(there.query)["redirect_uri"] == [on_aegis + CALLBACK]
    (cookie,) = out.headers.get_list("set-cookie")
    assert cookie.startswith("webapp_session_flow=")
    assert "myapp" not in str(out.headers)


async def test_what_the_api_refuses_is_told_on_the_login_page(on_aegis: str) -> None:
    async with browser_at(on_aegis) as browser:
        out = await browser.fetch("GET", "/-/oauth/github/start?next=/api/v1/orgs")
        state = parse_qs(urlsplit(out.headers["location"]).query)["state"][0]

        wrong = await browser.fetch("GET", f"{CALLBACK}?code=c&state=wrong{state}")
        assert wrong.headers["location"] == "/login?why=lost"
        back = await browser.fetch("GET", f"{CALLBACK}?error=access_denied&state={state}")
        page = await browser.get(back.headers["location"])

    assert page.url == "/login?why=denied&at=github&next=%2Fapi%2Fv1%2Forgs"
    assert page.status == 403
    assert page.page.one("#error").text == "GitHub did not let you in, or you chose not to sign in there."
    assert "myapp" not in str(back.headers)


async def test_a_provider_that_is_not_set_up_is_told(on_aegis: str) -> None:
    async with browser_at(on_aegis) as browser:
        page = await browser.get("/-/oauth/google/start")

    assert page.status == 503
    assert page.page.one("#error").text == "The API can't let anybody in with Google just now. Try again in a moment."
