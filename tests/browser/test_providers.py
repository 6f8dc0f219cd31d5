"""Signing in at real OpenID providers, in a real browser, on a site of another name than theirs."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.backends.conftest import backend
from tests.browser.chromium import WATCH_CSP, Watch, axe_violations
from tests.browser.protected import Federated, OpaqueOrders, Orders, SignedOrders
from tests.serving import serve
from webapp import Settings, create_app

DISCOVERY = "/.well-known/openid-configuration"
ELSEWHERE = re.compile(r"^https?://(?!localhost|127\.0\.0\.1)")


@dataclass(frozen=True)
class Place:
    """A provider, an API that takes its tokens, and the frontend."""

    provider: str
    orders: Orders
    url: str
    """By address, where the provider has a name: to a browser they are two sites."""

    def tell(self, path: str) -> None:
        """Have the provider do something."""
        httpx.post(self.provider + path, trust_env=False).raise_for_status()

    def seen(self) -> list[dict[str, object]]:
        """What the provider was asked."""
        listed: list[dict[str, object]] = httpx.get(f"{self.provider}/seen", trust_env=False).json()
        return listed


def place(provider: str, orders: Orders) -> Iterator[Place]:
    settings = Settings(oidc_client_id="orders-web", oidc_client_secret="s3cret", oidc_name="Example ID")
    with serve(orders.app) as api, serve(create_app(api, settings=settings)) as url:
        yield Place(provider, orders, url.replace("localhost", "127.0.0.1"))


@pytest.fixture(scope="module")
def asking() -> Iterator[Place]:
    """A provider that shows a login page."""
    with backend("run-oidc.sh", health=DISCOVERY) as provider:
        yield from place(provider, OpaqueOrders(provider))


@pytest.fixture(scope="module")
def checking() -> Iterator[Place]:
    """A provider that checks PKCE, and lets everybody in by itself."""
    with backend("run-oauth2-mock.sh", health=DISCOVERY) as provider:
        yield from place(provider, SignedOrders(provider))


Open = Callable[..., Awaitable[BrowserContext]]


@pytest.fixture
async def opened(chromium: Browser) -> AsyncIterator[Open]:
    """Opens a browser of its own; fails the test for what our pages complained about."""
    watch = Watch()
    contexts: list[BrowserContext] = []

    async def open_context(**options: bool) -> BrowserContext:
        context = await chromium.new_context(reduced_motion="reduce", java_script_enabled=options.get("script", True))
        context.set_default_timeout(15_000)
        await context.add_init_script(WATCH_CSP)
        await context.route(ELSEWHERE, lambda route: route.abort())
        watch.over(context)
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        await context.close()
    # The provider's own pages ask for fonts and styles elsewhere.
    assert [each for each in watch.complaints if "Failed to load resource: net::" not in each] == []


async def sign_in(page: Page, at: Place, who: str = "alice") -> None:
    await page.goto(f"{at.url}/orders?q=tea")
    await page.get_by_role("link", name="Sign in with Example ID").click()
    await page.get_by_role("button", name=who).click()
    await expect(page).to_have_url(f"{at.url}/orders?q=tea")


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Account:").click()
    await page.get_by_role("button", name="Sign out").click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_one_signs_in_at_the_providers_page_and_comes_back(asking: Place, opened: Open, script: bool) -> None:
    context = await opened(script=script)
    page = await context.new_page()
    await sign_in(page, asking)

    await expect(page.locator("main")).to_contain_text("alice")
    await expect(page.get_by_text("Alice", exact=True).first).to_be_visible()
    assert asking.orders.served[-1][0] == "alice"
    token = asking.orders.served[-1][1]
    assert token not in await page.content()
    cookies = {str(each.get("name")): each for each in await context.cookies(asking.url)}
    assert set(cookies) <= {"webapp_session", "webapp_session_flow"}
    assert all(each.get("httpOnly") and each.get("sameSite") == "Lax" for each in cookies.values())
    assert not any(token in str(each) for each in cookies.values())


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_who_refuses_at_the_provider_is_told_so(asking: Place, opened: Open, script: bool) -> None:
    page = await (await opened(script=script)).new_page()
    await page.goto(f"{asking.url}/orders")
    await page.get_by_role("link", name="Sign in with Example ID").click()
    async with page.expect_response(lambda response: "/login" in response.url) as waiting:
        await page.get_by_role("button", name="Deny").click()
    answer = await waiting.value

    assert answer.status == 403
    await expect(page.get_by_role("alert")).to_have_text(
        "Example ID did not let you in, or you chose not to sign in there."
    )
    assert "code=" not in page.url
    assert "state=" not in page.url
    assert await axe_violations(page) == [] if script else True
    await page.get_by_role("link", name="Sign in with Example ID").click()
    await page.get_by_role("button", name="bob").click()
    # This provider sends its refusal without the state; this browser's one sign-in tells where it wanted to go.
    await expect(page).to_have_url(f"{asking.url}/orders")


async def test_two_tabs_sign_in_at_once(asking: Place, opened: Open) -> None:
    context = await opened()
    first, second = await context.new_page(), await context.new_page()
    for page, where in ((first, "one"), (second, "two")):
        await page.goto(f"{asking.url}/orders?q={where}")
        await page.get_by_role("link", name="Sign in with Example ID").click()
    for page, where in ((second, "two"), (first, "one")):
        await page.get_by_role("button", name="alice").click()
        await expect(page).to_have_url(f"{asking.url}/orders?q={where}")
    await second.reload()
    await expect(second.locator("main")).to_contain_text("alice")


async def test_going_back_to_the_provider_and_through_the_used_answer_does_no_harm(asking: Place, opened: Open) -> None:
    context = await opened()
    page = await context.new_page()
    answers: list[str] = []
    page.on("request", lambda request: answers.append(request.url) if "/-/oidc/callback" in request.url else None)
    await sign_in(page, asking)
    (used,) = answers

    await page.goto(used)
    assert page.url == f"{asking.url}/"
    await page.go_back(wait_until="commit")
    await expect(page).to_have_url(f"{asking.url}/orders?q=tea")
    await page.go_back(wait_until="commit")
    await page.get_by_role("button", name="alice").click()
    await expect(page).to_have_url(f"{asking.url}/")  # that sign-in is over; this one goes on
    stranger = await (await opened()).new_page()
    await stranger.goto(used)
    await expect(stranger).to_have_url(f"{asking.url}/login?why=lost")
    await expect(stranger.get_by_role("alert")).to_contain_text("another browser")


async def test_what_the_provider_revokes_leads_to_the_sign_in(asking: Place, opened: Open) -> None:
    page = await (await opened()).new_page()
    await sign_in(page, asking)
    asking.tell("/users/alice/revoke-tokens")

    await page.reload()
    await expect(page).to_have_url(re.compile(r"/login\?next=%2Forders%3Fq%3Dtea&why=ended"))
    await page.get_by_role("link", name="Sign in with Example ID").click()
    await page.get_by_role("button", name="alice").click()
    await expect(page).to_have_url(f"{asking.url}/orders?q=tea")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_signing_out_ends_it_at_the_provider_too(asking: Place, opened: Open, script: bool) -> None:
    page = await (await opened(script=script)).new_page()
    await sign_in(page, asking)
    await sign_out(page)

    await expect(page.get_by_role("heading", name="End Session")).to_be_visible()
    assert "id_token_hint=" in page.url
    await page.get_by_role("button", name="End session").click()
    await expect(page).to_have_url(f"{asking.url}/login?why=signed-out")
    await page.goto(f"{asking.url}/orders")
    await expect(page).to_have_url(re.compile("/login"))


async def test_the_provider_checks_what_only_this_site_can_know(checking: Place, opened: Open) -> None:
    page = await (await opened()).new_page()
    await page.goto(f"{checking.url}/orders")
    await page.get_by_role("link", name="Sign in with Example ID").click()

    await expect(page).to_have_url(f"{checking.url}/orders")
    await expect(page.locator("main")).to_contain_text("johndoe")
    await expect(page.get_by_text("John Doe", exact=True).first).to_be_visible()
    seen = checking.seen()
    assert {"path": "/token", "grant": "authorization_code", "verifier": True} in seen


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_an_apis_own_button_leads_to_the_provider_and_back_with_its_cookies_kept_here(
    checking: Place, opened: Open, script: bool
) -> None:
    federated = Federated(checking.provider)
    with serve(federated.app) as api, serve(create_app(api)) as named:
        url = named.replace("localhost", "127.0.0.1")
        context = await opened(script=script)
        page = await context.new_page()
        await page.goto(f"{url}/auth/me")
        await page.get_by_role("link", name="Sign in with Example").click()

        await expect(page).to_have_url(f"{url}/auth/me")
        await expect(page.locator("main")).to_contain_text("johndoe")
        names = {str(each.get("name")) for each in await context.cookies()}
        assert names <= {"webapp_session", "webapp_session_flow"}
        assert federated.hosts[-1] == api.removeprefix("http://")

        stranger = await (await opened()).new_page()
        await stranger.goto(f"{url}/auth/oauth/example/callback?code=c&state=made-up")
        await expect(stranger).to_have_url(f"{url}/login?why=lost")


async def test_access_is_renewed_without_the_user_noticing_and_a_refusal_asks_to_sign_in(
    checking: Place, opened: Open
) -> None:
    page = await (await opened()).new_page()
    await page.goto(f"{checking.url}/orders")
    await page.get_by_role("link", name="Sign in with Example ID").click()
    await expect(page).to_have_url(f"{checking.url}/orders")
    before = checking.orders.served[-1][1]
    checking.orders.spend()

    await page.reload()
    await expect(page.locator("main")).to_contain_text("johndoe")
    assert checking.orders.served[-1][1] != before

    # Out at the provider too: it leads back by itself.
    await sign_out(page)
    await expect(page).to_have_url(f"{checking.url}/login?why=signed-out")
    seen = checking.seen()
    assert {"path": "/endsession", "hint": 3} in seen
    assert {"path": "/revoke"} in seen

    await page.goto(f"{checking.url}/orders")
    await page.get_by_role("link", name="Sign in with Example ID").click()
    await expect(page).to_have_url(f"{checking.url}/orders")
    checking.tell("/refuse")
    checking.orders.spend()
    await page.reload()
    await expect(page).to_have_url(re.compile("/login.*why=ended"))
    await expect(page.locator(".note")).to_contain_text("Your session has ended")
