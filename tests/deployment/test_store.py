"""The README's Redis: the frontend can do all its work there by the rights that it's given, and needs each of them."""

import asyncio
from collections.abc import Iterator

import pytest
import redis

from tests.cli.process import serving, up
from tests.deployment.readme import file
from tests.deployment.store import PASSWORD, Deployed, deployed_store
from tests.robustness.strict import PASSWORD as OF_USERS
from tests.robustness.strict import Fault, StrictAPI
from tests.serving import serve
from webapp.oidc.flows import MOST_OF_ONE, Flow
from webapp.oidc.sharedflows import SharedFlows
from webapp.sessions.draft import Draft, Folder
from webapp.sessions.sharedfolders import SharedFolders
from webapp.store import Store, connect
from webapp.testing import Browser

KEY = "a key that all processes have and that is long enough"
TOKEN = "an operator's token, which is long enough"


@pytest.fixture(scope="module")
def store() -> Iterator[Deployed]:
    with deployed_store() as found:
        yield found


async def test_the_frontend_does_everything_by_the_rights_it_has_and_needs_each(store: Deployed) -> None:
    api = StrictAPI("json")
    store.operator.config_resetstat()
    store.operator.acl_log_reset()
    with (
        serve(api.app) as at,
        serving(
            "run",
            at,
            WEBAPP_SESSION_STORE=store.url,
            WEBAPP_SECRET_KEY=KEY,
            WEBAPP_ADMIN_TOKEN=TOKEN,
            WEBAPP_MAX_SESSIONS_PER_USER="2",
        ) as (url, _),
    ):
        up(url)
        async with Browser(base_url=url) as browser:
            assert '"status":"ready"' in (await browser.fetch("GET", "/-/readyz")).text
            await browser.sign_in("ada", OF_USERS)
            for _ in range(2):
                await browser.another().sign_in("ada", OF_USERS)
            other = browser.another()
            await other.sign_in("eve", OF_USERS)
            assert "eve" in (await other.get("/-/account")).main
            api.expire()
            assert (await other.get("/things")).status == 200
            assert api.refreshes == 1
            api.faults["eve"] = Fault()
            api.expire()
            await other.get("/things")
            api.faults.clear()
            await other.get("/things")
            headers = {"Authorization": f"Bearer {TOKEN}"}
            assert (await browser.fetch("GET", "/-/admin/sessions", headers=headers)).status == 200
            await other.sign_out()
            bob = browser.another()
            await bob.sign_in("bob", OF_USERS)
            async with asyncio.timeout(60):
                while "setrange" not in used(store):  # when somebody was here is noted a moment later
                    await bob.get("/things")
                    await asyncio.sleep(0.1)

    granted = {word[1:] for word in file("redis.conf").split() if word.startswith("+")}
    assert not [entry for entry in store.operator.acl_log() if entry["username"] == "webapp"]
    assert granted - used(store) == set()


async def test_it_keeps_what_is_under_way_and_what_was_typed_by_the_same_rights(store: Deployed) -> None:
    store.operator.acl_log_reset()
    asked = Store(connect(store.url))
    flows = SharedFlows(asked, (KEY,), prefix="webapp_session")
    folders = SharedFolders(asked, (KEY,), prefix="webapp_session")
    for number in range(MOST_OF_ONE + 1):
        await flows.keep(Flow("browser", "oidc", f"{number}"), {"of": number}, address="192.0.2.1")
    last = Flow("browser", "oidc", f"{MOST_OF_ONE}")
    typed = Folder("ada").holding("/a", Draft((("name", "Saw"),))).holding("/b", Draft(()))
    await folders.keep("first", typed, address="", instead_of=None)
    await folders.keep("second", typed, address="", instead_of=await folders.find("first"))
    held = await folders.find("second")
    assert held is not None
    assert await folders.change(held, typed.without("/a"))

    assert len(await flows.of_browser("browser", "oidc")) == MOST_OF_ONE
    assert await flows.knows("browser")
    assert await flows.take(last) == {"of": MOST_OF_ONE}
    assert await flows.take(last) is None
    assert await folders.find("first") is None
    assert not [entry for entry in store.operator.acl_log() if entry["username"] == "webapp"]
    await asked.aclose()


def used(store: Deployed) -> set[str]:
    """The commands that it was asked."""
    return {name.removeprefix("cmdstat_") for name in store.operator.info("commandstats")}


def test_it_lets_nobody_in_without_the_password_and_nobody_further_than_the_sessions(store: Deployed) -> None:
    with redis.Redis.from_url(store.url) as webapp:
        assert webapp.get("webapp_session:nothing") is None
        for forbidden in (["GET", "another"], ["FLUSHALL"], ["KEYS", "*"], ["CONFIG", "GET", "*"], ["ACL", "LIST"]):
            with pytest.raises(redis.exceptions.NoPermissionError):
                webapp.execute_command(*forbidden)
    for others in (store.url.replace(PASSWORD, "wrong"), store.url.replace(f"webapp:{PASSWORD}@", "")):
        with redis.Redis.from_url(others) as stranger, pytest.raises(redis.exceptions.AuthenticationError):
            stranger.get("webapp_session:nothing")


def test_it_evicts_nothing_and_keeps_what_it_has(store: Deployed) -> None:
    found = store.operator.config_get("maxmemory*", "append*")

    assert found["maxmemory-policy"] == "noeviction"
    assert found["maxmemory"] == str(4 * 1024**3)
    assert (found["appendonly"], found["appendfsync"]) == ("yes", "everysec")
