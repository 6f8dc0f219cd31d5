"""What is remembered of logout tokens: the same in one process and in all that share a store."""

import asyncio
from dataclasses import replace

import pytest

from tests.oidc.issuer import Issuer, provider, read
from tests.store.server import RedisServer
from webapp.oidc import Identity, LogoutRefused
from webapp.oidc.endings import Endings, MemoryEndings, SharedEndings
from webapp.oidc.logout import LogoutTokens
from webapp.store import Marks, Store

NEW, OLD = "a new key that is long enough for this", "an old key that is long enough for this"


@pytest.fixture(params=["memory", "store", "cluster"])
def endings(request: pytest.FixtureRequest) -> Endings:
    return MemoryEndings() if request.param == "memory" else shared(request.getfixturevalue(request.param))


def shared(store: Store, *keys: str) -> Endings:
    return SharedEndings(Marks(store, keys or (NEW,), prefix="test"))


async def test_a_token_is_used_once_however_many_come_at_once(endings: Endings) -> None:
    used = await asyncio.gather(*(endings.use("a", now=0, until=60) for _ in range(20)), return_exceptions=True)

    assert sum(each is None for each in used) == 1
    assert sum(isinstance(each, LogoutRefused) for each in used) == 19
    await endings.use("b", now=0, until=60)


async def test_a_token_that_was_given_back_may_come_again(endings: Endings) -> None:
    await endings.use("a", now=0, until=60)
    await endings.give_back("a")

    await endings.use("a", now=0, until=60)


async def test_the_last_end_of_a_sign_in_is_known_and_of_no_other(endings: Endings) -> None:
    await endings.note("ada", 1_700_000_000.25)
    await endings.note("ada", 1_700_000_001.5)

    assert await endings.noted("ada") == 1_700_000_001.5
    assert await endings.noted("bob") == -1.0


async def test_what_one_process_was_told_holds_in_another(store: Store) -> None:
    issuer = Issuer()
    here, there = (LogoutTokens(endings=shared(store)) for _ in range(2))
    at, token = provider(issuer), issuer.logout_token(sid="s-1")

    whose = await read(here, at, token, "id.test")

    with pytest.raises(LogoutRefused, match="before"):
        await read(there, at, token, "id.test")
    assert await there.has_ended(replace(whose, issued_at=whose.issued_at - 1))
    assert not await there.has_ended(Identity(whose.issuer, "bob", "s-2", issued_at=whose.issued_at - 1))


async def test_where_the_sessions_could_not_be_ended_the_token_may_come_again() -> None:
    issuer, tokens = Issuer(), LogoutTokens()
    at, token = provider(issuer), issuer.logout_token()

    with pytest.raises(ConnectionError):
        async with tokens.read(at, token, "id.test"):
            raise ConnectionError

    assert (await read(tokens, at, token, "id.test")).subject == "ada"


async def test_an_end_that_was_noted_by_an_old_key_is_found_by_a_new_one(store: Store) -> None:
    await shared(store, OLD).note("ada", 7.0)

    assert await shared(store, NEW, OLD).noted("ada") == 7.0
    assert await shared(store, NEW).noted("ada") == -1.0


async def test_the_store_holds_nobodys_name_and_nothing_for_ever(server: RedisServer, store: Store) -> None:
    endings = shared(store)
    await endings.use("https://id.test jti-secret", now=0, until=60)
    await endings.note("https://id.test ada", 1.0)

    with server.client() as client:
        names = client.keys()
        assert len(names) == 2
        assert not any(secret in name for name in names for secret in (b"ada", b"jti-secret", b"id.test"))
        assert all(0 < client.pttl(name) <= 3_600_000 for name in names)


async def test_a_token_is_used_once_by_processes_that_have_another_key_first(store: Store) -> None:
    here, there = shared(store, OLD, NEW), shared(store, NEW, OLD)
    await here.use("a", now=0, until=60)

    with pytest.raises(LogoutRefused):
        await there.use("a", now=0, until=60)
    await there.give_back("a")
    await here.use("a", now=0, until=60)
