"""Further sign-ins: on a real API, served on a socket, whose operations want different credentials."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from tests.pages.vault import ADA, ADMIN_HEADER, ADMIN_KEY, REPORT_KEY, ROBOT, VAULT, Vault
from tests.serving import serve
from webapp import Settings, create_app
from webapp.sessions import SessionRegistry
from webapp.testing import Answer, Browser

ADDED = ("/audits", "/reports", "/vaults", "/robots")
FORM = "form[action='/-/account/sign-ins']"


@pytest.fixture(params=[401, 403])
def vault(request: pytest.FixtureRequest) -> Vault:
    """The API, which refuses in one way or the other."""
    return Vault(refusal=request.param)


@pytest.fixture
def url(vault: Vault) -> Iterator[str]:
    with serve(vault.app) as url:
        yield url


@pytest.fixture
async def browser(url: str) -> AsyncIterator[Browser]:
    """Ada, signed in."""
    async with frontend(url) as browser:
        yield browser


@asynccontextmanager
async def frontend(url: str, *, sign_in: bool = True) -> AsyncIterator[Browser]:
    async with Browser(create_app(url, settings=Settings())) as browser:
        if sign_in:
            await browser.sign_in(*ADA)
        yield browser


def session_of(browser: Browser) -> str:
    """The browser's cookie."""
    return "".join(cookie.value or "" for cookie in browser.cookies if cookie.name == "webapp_session")


def heading(answer: Answer) -> str:
    return answer.page.one("h1").text


async def add(browser: Browser, path: str, **typed: str) -> Answer:
    """Go where more is wanted, and give it."""
    wanted = await browser.get(path)
    if wanted.status == 403 and path == "/robots":
        # The token that was sent may have been of the right kind, so it may be a plain refusal.
        wanted = await browser.click("Sign in with another access token")
    assert wanted.path == "/-/account/sign-ins", wanted.main
    return await browser.submit(FORM, **typed)


async def test_each_operation_gets_its_own_credential_in_one_session(vault: Vault, browser: Browser) -> None:
    notes = await browser.get("/notes")
    assert "Buy tea" in notes.main
    before = session_of(browser)

    wanted = await browser.get("/audits")
    assert heading(wanted) == "This needs another sign-in: admin key"
    assert wanted.page.find("input[name=password]") is None
    assert len(wanted.page.all(f"{FORM} input[type=password]")) == 1
    wrong = await browser.submit(FORM, **{"key-1": "not-the-key-at-all"})
    assert wrong.status == 401
    assert "doesn't accept this key" in wrong.main
    assert "not-the-key-at-all" not in wrong.text
    assert session_of(browser) == before
    audits = await browser.submit(FORM, **{"key-1": ADMIN_KEY})

    assert audits.path == "/audits"
    assert "opened" in audits.main
    assert session_of(browser) != before
    assert vault.sent_to("/audits") == {"admin": ADMIN_KEY}
    assert "Quarterly" in (await add(browser, "/reports", **{"key-1": REPORT_KEY})).main
    assert vault.sent_to("/reports") == {"report": REPORT_KEY}
    assert "Gold" in (await add(browser, "/vaults", username=VAULT[0], password=VAULT[1])).main
    assert vault.sent_to("/vaults")["authorization"].startswith("Basic ")
    assert "Marvin" in (await add(browser, "/robots", token=ROBOT)).main
    assert vault.sent_to("/robots") == {"authorization": f"Bearer {ROBOT}"}
    for path in ("/notes", "/audits", "/reports", "/vaults", "/robots"):
        assert (await browser.get(path)).path == path
    assert vault.sent_to("/notes") == {"authorization": "Bearer token-2"}
    assert "Hello, ada" in (await browser.get("/greetings")).main
    assert vault.sent_to("/greetings") == {"authorization": "Bearer token-2"}


async def test_the_command_of_an_operation_names_what_it_asks_for_before_one_holds_that(browser: Browser) -> None:
    async def command() -> str:
        await browser.get("/-/operations/add")
        return (await browser.submit("#form", button="curl", **{"body/text": "Tea"})).page.one("#curl").text

    before = await command()
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})

    assert await command() == before
    assert 'X-Admin-Key: \'"$X_ADMIN_KEY"' in before
    assert "$TOKEN" not in before


async def test_the_id_from_before_is_nobodys_once_something_was_added(browser: Browser) -> None:
    before = session_of(browser)
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})
    thief = browser.another()
    answer = await thief.fetch("GET", "/notes", headers={"Cookie": f"webapp_session={before}"})

    assert answer.status == 303
    assert "/login" in answer.headers["location"]
    assert "Buy tea" in (await browser.get("/notes")).main


async def test_a_session_that_is_revoked_while_something_is_added_stays_revoked(vault: Vault, url: str) -> None:
    app = create_app(url, settings=Settings())
    registry: SessionRegistry = app.state.frontend.registry
    loop = asyncio.get_running_loop()

    def revoke() -> None:
        vault.on_audits = lambda: None
        asyncio.run_coroutine_threadsafe(registry.end_all("id:1", by="operator"), loop).result(10)

    async with Browser(app) as browser:
        await browser.sign_in(*ADA)
        assert [each.owner for each in await registry.everybody()] == ["id:1"]
        await browser.get("/audits")
        vault.on_audits = revoke
        answer = await browser.submit(FORM, **{"key-1": ADMIN_KEY})

        assert answer.path == "/login"
        assert "session has ended" in answer.main
        assert session_of(browser) == ""
        assert await registry.everybody() == []


async def test_what_is_wanted_at_once_is_sent_at_once_though_fastapi_writes_it_as_alternatives(
    vault: Vault, browser: Browser
) -> None:
    combined = await add(browser, "/secrets", **{"key-1": ADMIN_KEY})

    assert "The combination" in combined.main
    assert vault.sent_to("/secrets") == {"authorization": "Bearer token-2", "admin": ADMIN_KEY}
    calls = len([path for path, _ in vault.seen if path == "/secrets"])
    await browser.get("/secrets")
    assert len([path for path, _ in vault.seen if path == "/secrets"]) == calls + 1


async def test_a_plain_refusal_offers_nothing_and_ends_nothing(browser: Browser) -> None:
    refused = await browser.get("/closed")

    assert (refused.status, refused.path) == (403, "/closed")
    assert "Insufficient permissions" in refused.main
    assert refused.page.find("a[href*=sign]") is None
    assert (await browser.get("/notes")).status == 200


async def test_a_key_that_is_refused_later_is_asked_for_anew_and_the_rest_goes_on(
    vault: Vault, browser: Browser
) -> None:
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})
    vault.admin_key = "the-next-admin-key"
    again = await browser.get("/audits")

    if vault.refusal == 401:
        assert heading(again) == "This needs another sign-in: admin key"
        audits = await browser.submit(FORM, **{"key-1": "the-next-admin-key"})
        assert "opened" in audits.main
    else:
        assert again.status == 403
    assert (await browser.get("/notes")).status == 200


async def test_a_wrong_key_that_is_refused_with_a_403_is_not_kept(vault: Vault, browser: Browser) -> None:
    vault.wrong_key = 403
    wrong = await add(browser, "/audits", **{"key-1": "not-the-key-at-all"})
    held = [each.text for each in (await browser.get("/-/account")).page.all("#credentials h3")]
    right = await add(browser, "/audits", **{"key-1": ADMIN_KEY})

    assert (wrong.status, wrong.path) == (403, "/-/account/sign-ins")
    assert "This wasn't added: wrong admin key" in wrong.main
    assert "can't sign in" not in wrong.main
    assert held == ["Sign-in of ada"]
    assert "opened" in right.main


async def test_whoever_is_signed_in_isnt_told_that_nobody_can(vault: Vault, browser: Browser) -> None:
    vault.wrong_key = 503
    unchecked = await add(browser, "/audits", **{"key-1": "not-the-key-at-all"})

    assert (unchecked.status, unchecked.path) == (503, "/-/account/sign-ins")
    assert "nothing was added. What you typed was not checked" in unchecked.main
    assert "can sign in" not in unchecked.main


async def test_a_key_that_is_refused_with_a_403_later_may_be_replaced(vault: Vault, browser: Browser) -> None:
    vault.wrong_key = 403
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})
    vault.admin_key = "the-next-admin-key"
    refused = await browser.get("/audits")
    await browser.click("Sign in with another admin key")
    audits = await browser.submit(FORM, **{"key-1": "the-next-admin-key"})

    assert refused.status == 403
    assert "Wrong admin key" in refused.main
    assert audits.path == "/audits"
    assert "opened" in audits.main
    assert "Sign in with another" not in (await browser.get("/closed")).main


async def test_a_token_that_is_lost_takes_nothing_along_and_is_had_again(vault: Vault, browser: Browser) -> None:
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})
    await browser.get("/notes")
    vault.tokens.clear()
    lost = await browser.get("/notes")

    assert heading(lost) == "This needs another sign-in: username and password"
    assert "opened" in (await browser.get("/audits")).main
    await browser.get(lost.url)
    notes = await browser.submit(FORM, username=ADA[0], password=ADA[1])
    assert notes.path == "/notes"
    assert "Buy tea" in notes.main
    assert "opened" in (await browser.get("/audits")).main
    assert vault.sent_to("/notes") == {"authorization": "Bearer token-3"}


async def test_without_anything_else_a_lost_token_ends_the_session(vault: Vault, browser: Browser) -> None:
    await browser.get("/notes")
    vault.tokens.clear()
    lost = await browser.get("/notes")

    assert lost.path == "/login"
    assert "session has ended" in lost.main
    assert session_of(browser) == ""


async def test_somebody_who_came_with_a_key_signs_in_besides(vault: Vault, url: str) -> None:
    async with frontend(url, sign_in=False) as browser:
        await browser.get("/login?with=api-key-x-admin-key&next=/audits")
        audits = await browser.submit("form[action='/login']", **{"key-1": ADMIN_KEY})
        assert "opened" in audits.main
        notes = await add(browser, "/notes", username=ADA[0], password=ADA[1])

        assert "Buy tea" in notes.main
        assert "opened" in (await browser.get("/audits")).main
        assert vault.sent_to("/audits") == {"admin": ADMIN_KEY}
        assert "ada" in (await browser.get("/-/account")).main


async def test_what_was_typed_into_a_form_is_there_again_with_what_was_missing(vault: Vault, browser: Browser) -> None:
    form = await browser.get(await operation(browser, "POST /audits"))
    assert form.status == 200
    wanted = await browser.submit("form#form", **{"body/text": "closed again"})
    assert heading(wanted) == "This needs another sign-in: admin key"
    assert vault.audits == ["opened"]
    back = await browser.submit(FORM, **{"key-1": ADMIN_KEY})

    assert back.page.one("[name='body/text']").text == "closed again"
    assert "You had to sign in" in back.page.one("#toasts").text
    await browser.submit("form#form")
    assert vault.audits == ["opened", "closed again"]


async def operation(browser: Browser, name: str) -> str:
    """The page of an operation, by its method and path."""
    index = await browser.get("/-/operations")
    entries = {" ".join(code.text for code in each.all("code")): each for each in index.page.all("#operations li")}
    return str(entries[name].one("a").get("href"))


async def test_a_part_of_a_page_says_where_to_get_what_is_missing(browser: Browser) -> None:
    await browser.get("/notes")
    part = await browser.htmx("GET", "/audits", target="list")

    assert part.status in (401, 403)
    assert part.hx_redirect is None
    assert "This needs another sign-in: admin key" in part.text
    assert "/-/account/sign-ins?scheme=admin&amp;next=" in part.text


async def test_the_account_lists_what_one_is_signed_in_with_and_drops_one(vault: Vault, browser: Browser) -> None:
    alone = await browser.get("/-/account")
    assert [each.text for each in alone.page.all("#credentials h3")] == ["Sign-in of ada"]
    assert alone.page.find("#credentials button") is None
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})
    both = await browser.get("/-/account")
    assert [each.text for each in both.page.all("#credentials h3")] == ["Sign-in of ada", "Admin key"]
    assert ADMIN_KEY not in both.text

    dropped = await browser.post("/-/account/sign-ins/drop", {"scheme": "admin"})

    assert "no longer signed in with that" in dropped.main
    assert [each.text for each in dropped.page.all("#credentials h3")] == ["Sign-in of ada"]
    assert (await browser.get("/audits")).path == "/-/account/sign-ins"
    assert (await browser.get("/notes")).status == 200


async def test_what_one_began_with_may_be_dropped_too_but_not_the_last(vault: Vault, browser: Browser) -> None:
    await browser.post("/-/account/sign-ins/drop", {"scheme": ""})
    assert (await browser.get("/notes")).path == "/notes"
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})
    await browser.post("/-/account/sign-ins/drop", {"scheme": ""})
    await browser.post("/-/account/sign-ins/drop", {"scheme": "admin"})

    assert "opened" in (await browser.get("/audits")).main
    assert heading(await browser.get("/notes")) == "This needs another sign-in: username and password"


async def test_what_is_added_and_dropped_is_written_down_by_its_name_and_is_no_sign_in(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "webapp.audit")
    async with Browser(create_app(url, settings=Settings(metrics=True))) as browser:
        await browser.sign_in(*ADA)
        await add(browser, "/audits", **{"key-1": ADMIN_KEY})
        await add(browser, "/vaults", username=VAULT[0], password=VAULT[1])
        await browser.post("/-/account/sign-ins/drop", {"scheme": "nothing"})
        await browser.post("/-/account/sign-ins/drop", {"scheme": "admin"})
        await browser.post("/-/account/sign-ins/drop", {"scheme": ""})
        metrics = await browser.get("/-/metrics")

    lines = [each.__dict__ for each in caplog.records if each.name == "webapp.audit"]
    told = [(each["event"], each.get("scheme", each.get("why"))) for each in lines]
    assert told[: told.index(("credential_dropped", "sign-in")) + 1] == [
        ("sign_in", None),
        ("session_ended", "goes on under a new id"),
        ("credential_added", "admin"),
        ("session_ended", "goes on under a new id"),
        ("credential_added", "vault"),
        ("credential_dropped", "admin"),
        ("credential_dropped", "sign-in"),
    ]
    assert {each["owner"] for each in lines} == {"id:1"}
    sessions = [each["session"] for each in lines]
    assert sessions[0] == sessions[1] != sessions[2] == sessions[3] != sessions[4] == sessions[5]
    assert 'webapp_sign_ins_total{outcome="accepted"} 1.0' in metrics.text
    assert not any(secret in caplog.text for secret in (ADMIN_KEY, VAULT[1], ADA[1]))


async def test_the_account_is_there_with_only_an_added_key_left(vault: Vault, browser: Browser) -> None:
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})
    await add(browser, "/vaults", username=VAULT[0], password=VAULT[1])
    vault.tokens.clear()
    await browser.get("/notes")
    account = await browser.get("/-/account")
    held = [each.text for each in account.page.all("#credentials h3")]
    dropped = await browser.post("/-/account/sign-ins/drop", {"scheme": "vault"})
    out = await browser.submit("main form[action='/logout']")

    assert (account.status, account.path) == (200, "/-/account")
    assert held == ["Admin key", "Name and password"]
    assert [each.text for each in dropped.page.all("#credentials h3")] == ["Admin key"]
    assert out.path == "/login"


async def test_whoever_lost_the_sign_in_is_told_so_and_gets_back_in_or_out(vault: Vault, browser: Browser) -> None:
    with_all = await browser.get("/reports")
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})
    vault.tokens.clear()
    await browser.get("/notes")
    further = await browser.get("/reports")

    assert "You stay signed in with all that you have." in with_all.main
    assert "Your sign-in has ended." in further.main
    again = await browser.get(further.links["Sign in again"])
    assert heading(again) == "This needs another sign-in: username and password"
    assert "Sign in again" not in again.links
    assert (await browser.submit("form[action='/logout']")).path == "/login"


@pytest.mark.parametrize("scheme", ["", "nothing", "admin,nothing", "../x"])
async def test_what_nobody_offers_is_not_there(browser: Browser, scheme: str) -> None:
    assert (await browser.get(f"/-/account/sign-ins?scheme={scheme}")).status == 404


async def test_guessing_a_password_is_slowed_here_too(vault: Vault, browser: Browser) -> None:
    vault.refusal = 401
    await browser.get("/vaults")
    statuses = [(await browser.submit(FORM, username=VAULT[0], password=f"guess-{n}")).status for n in range(30)]

    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert (await browser.get("/notes")).status == 200


async def test_a_stranger_signs_in_first(url: str) -> None:
    async with frontend(url, sign_in=False) as browser:
        answer = await browser.get("/-/account/sign-ins?scheme=admin&next=/audits")

        assert answer.url == "/login?next=%2Faudits"


async def test_it_leads_nowhere_else(browser: Browser) -> None:
    answer = await browser.get("/-/account/sign-ins?scheme=admin&next=//evil.test/")

    assert answer.page.one(f"{FORM} input[name=next]").get("value") == "/"


async def test_no_added_secret_is_on_any_page_or_in_the_log(
    browser: Browser, caplog: pytest.LogCaptureFixture, figure: Callable[[str], None]
) -> None:
    caplog.set_level(logging.DEBUG)
    await add(browser, "/audits", **{"key-1": ADMIN_KEY})
    await add(browser, "/reports", **{"key-1": REPORT_KEY})
    await add(browser, "/vaults", username=VAULT[0], password=VAULT[1])
    await add(browser, "/robots", token=ROBOT)
    raw = [f"/-/raw{path}" for path in ADDED]
    pages = [await browser.get(path) for path in ("/", "/notes", "/secrets", "/-/account", *ADDED, *raw)]
    seen = "".join(f"{page.text}{page.url}{page.headers}" for page in pages) + caplog.text
    hits = sum(seen.count(secret) for secret in (ADMIN_KEY, REPORT_KEY, VAULT[1], ROBOT))

    assert hits == 0
    assert ADMIN_HEADER in seen  # the command says where it goes
    figure(f"4 added secrets: {hits} hits on {len(pages)} pages and in the log")
