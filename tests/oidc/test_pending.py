"""What browsers have begun elsewhere, and who may finish it: the same in one process and in all of a store."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.client.support import Clock
from tests.store.server import RedisServer, elapse, redis_server
from webapp.errors import StoreUnavailable
from webapp.oidc import Pending
from webapp.oidc.flows import MOST_OF_ADDRESS, MOST_OF_ONE, MOST_TOGETHER, SECONDS, Flow, Flows, MemoryFlows
from webapp.oidc.pending import MOST_SENT
from webapp.oidc.sharedflows import SharedFlows
from webapp.store import Deposits, Store, connect

HERE: dict[str, Any] = {"scheme": "http", "root_path": ""}
NEW, OLD = "a new key that is long enough for this", "an old key that is long enough for this"


@dataclass
class Kept:
    """A place where flows are kept, and what a test does to it."""

    flows: Flows
    elapse: Callable[[float], None]
    """Lets time pass."""

    @property
    def pending(self) -> Pending:
        return Pending("flow", self.flows)


@pytest.fixture(params=["memory", "store"])
def at(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        clock = Clock()
        return Kept(MemoryFlows(clock=clock), clock.advance)
    server: RedisServer = request.getfixturevalue("server")
    return Kept(shared(request.getfixturevalue("store")), lambda seconds: elapse(server, seconds))


def shared(store: Store, *keys: str) -> SharedFlows:
    return SharedFlows(store, keys or (NEW,), prefix="test")


async def kept(pending: Pending, key: str, cookie: str = "", *, kind: str = "oidc", address: str = "") -> str:
    """Begin something; the Cookie header that the browser sends from then on."""
    header = await pending.keep(cookie, kind, key, {"of": key}, **HERE, address=address)
    return header.partition(";")[0]


async def taken(pending: Pending, cookie: str, key: str, kind: str = "oidc") -> str | None:
    value = await pending.take(cookie, kind, key, **HERE)
    return value["of"] if value is not None else None


async def has(pending: Pending, cookie: str, key: str, kind: str = "oidc") -> bool:
    return await pending.has(cookie, kind, key, **HERE)


async def only(pending: Pending, cookie: str, kind: str = "oidc") -> str | None:
    value = await pending.only(cookie, kind, **HERE)
    return value["of"] if value is not None else None


async def test_only_the_browser_that_began_finishes_and_only_once(at: Kept) -> None:
    pending = at.pending
    mine, theirs = await kept(pending, "a"), await kept(pending, "b")

    assert await taken(pending, theirs, "a") is None
    assert await taken(pending, "", "a") is None
    assert await taken(pending, "flow=guessed", "a") is None
    assert await taken(pending, mine, "a", "leaving") is None
    assert await taken(pending, f"x=1; {mine}", "a") == "a"
    assert await taken(pending, mine, "a") is None
    assert await taken(pending, theirs, "b") == "b"


async def test_only_the_browser_that_began_is_told_that_it_has(at: Kept) -> None:
    pending = at.pending
    mine, theirs = await kept(pending, "a"), await kept(pending, "b")

    assert await has(pending, mine, "a")
    assert not await has(pending, theirs, "a")
    assert not await has(pending, mine, "a", "leaving")
    assert not await has(pending, "", "a")
    assert await has(pending, mine, "a")


async def test_however_many_come_back_at_once_one_finishes(at: Kept) -> None:
    pending = at.pending
    mine = await kept(pending, "a")

    found = await asyncio.gather(*(taken(pending, mine, "a") for _ in range(20)))

    assert sorted(map(str, found)) == [*["None"] * 19, "a"]


async def test_a_key_that_two_browsers_have_begun_is_each_ones_own(at: Kept) -> None:
    pending = at.pending
    mine, theirs = await kept(pending, "same"), await kept(pending, "same")

    assert await taken(pending, mine, "same") == "same"
    assert await taken(pending, theirs, "same") == "same"


async def test_tabs_of_one_browser_share_its_cookie_and_finish_in_any_order(at: Kept) -> None:
    pending = at.pending
    first = await kept(pending, "a")
    second = await kept(pending, "b", first)

    assert first == second
    assert await taken(pending, first, "b") == "b"
    assert await taken(pending, first, "a") == "a"


async def test_an_id_that_nobody_has_is_not_adopted(at: Kept) -> None:
    pending = at.pending
    mine = await kept(pending, "a")
    assert await taken(pending, mine, "a") == "a"

    assert await kept(pending, "b", "flow=planted") != "flow=planted"
    assert await kept(pending, "c", mine) != mine


async def test_planted_cookies_hide_nobodys_own_unless_there_are_too_many(at: Kept) -> None:
    pending = at.pending
    mine = await kept(pending, "a")
    planted = "; ".join(f"flow=planted-{number}" for number in range(MOST_SENT))

    assert await taken(pending, f"{planted}; {mine}", "a") is None
    assert await taken(pending, f"{planted.rpartition('; ')[0]}; {mine}", "a") == "a"


async def test_what_one_has_under_way_is_known_without_its_key_while_it_is_the_only_one(at: Kept) -> None:
    pending = at.pending
    mine, _ = await kept(pending, "a"), await kept(pending, "theirs")

    assert await only(pending, mine) == "a"
    assert await only(pending, f"{mine}; {mine}") == "a"
    assert await only(pending, mine, "api") is None
    assert await only(pending, "") is None
    await kept(pending, "of another kind", mine, kind="api")
    assert await only(pending, mine) == "a"
    await kept(pending, "b", mine)
    assert await only(pending, mine) is None
    assert await taken(pending, mine, "b") == "b"
    assert await only(pending, mine) == "a"
    at.elapse(SECONDS)
    assert await only(pending, mine) is None


async def test_it_is_over_after_minutes(at: Kept) -> None:
    pending = at.pending
    mine = await kept(pending, "a")
    at.elapse(SECONDS - 60)
    assert await has(pending, mine, "a")
    at.elapse(60)

    assert not await has(pending, mine, "a")
    assert await taken(pending, mine, "a") is None
    assert await kept(pending, "b", mine) != mine


async def test_one_browser_and_all_together_have_their_limits(at: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("flows", "sharedflows"):
        monkeypatch.setattr(f"webapp.oidc.{module}.MOST_TOGETHER", 30)
    pending, mine = at.pending, ""
    for number in range(MOST_OF_ONE + 1):
        mine = await kept(pending, f"{number}", mine)
    assert not await has(pending, mine, "0")
    assert await has(pending, mine, "1")
    others = [await kept(pending, f"other {number}") for number in range(30 - MOST_OF_ONE + 1)]

    assert not await has(pending, mine, "1")
    assert await has(pending, mine, "2")
    assert [await has(pending, each, f"other {number}") for number, each in enumerate(others)] == [True] * len(others)


async def test_whoever_floods_from_one_address_pushes_out_only_what_came_from_there(at: Kept) -> None:
    pending = at.pending
    victim = await kept(pending, "victim", address="192.0.2.1")
    flood = [await kept(pending, f"{number}", address="198.51.100.7") for number in range(MOST_OF_ADDRESS + 5)]

    there = [await has(pending, each, f"{number}") for number, each in enumerate(flood)]
    assert there == [False] * 5 + [True] * MOST_OF_ADDRESS
    assert await taken(pending, victim, "victim") == "victim"


async def test_what_is_finished_or_over_counts_no_more_for_its_address(at: Kept) -> None:
    pending, address = at.pending, "192.0.2.1"
    first = await kept(pending, "first", address=address)
    for number in range(MOST_OF_ADDRESS * 2):
        mine = await kept(pending, f"{number}", address=address)
        assert await taken(pending, mine, f"{number}") == f"{number}"
    assert await has(pending, first, "first")
    at.elapse(SECONDS)
    later = [await kept(pending, f"later {number}", address=address) for number in range(MOST_OF_ADDRESS)]
    assert await has(pending, later[0], "later 0")
    await kept(pending, "one more", address=address)
    assert not await has(pending, later[0], "later 0")


async def test_what_was_begun_again_is_what_was_begun_last_and_counts_once(at: Kept) -> None:
    pending = at.pending
    mine = await kept(pending, "a")
    for number in range(MOST_OF_ONE * 2):
        await pending.keep(mine, "oidc", "b", {"of": f"b {number}"}, **HERE)

    assert await taken(pending, mine, "a") == "a"
    assert await taken(pending, mine, "b") == f"b {MOST_OF_ONE * 2 - 1}"


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.nightly)])
async def test_thousands_that_one_browser_begins_are_a_handful(
    server: RedisServer, store: Store, count: int, figure: Callable[[str], None]
) -> None:
    memory = MemoryFlows()
    for flows in (memory, shared(store)):
        pending, mine = Pending("flow", flows), ""
        for number in range(count):
            mine = await kept(pending, f"{number}", mine, address="192.0.2.1")
        assert [await has(pending, mine, f"{number}") for number in range(count - 10, count)] == [False] * 2 + [
            True
        ] * 8

    with server.client() as client:
        assert len(memory) == MOST_OF_ONE
        assert client.dbsize() == MOST_OF_ONE + 2 * 3
        used = sum(client.memory_usage(key) for key in client.scan_iter("*"))
    figure(f"{count:,} sign-ins begun by one browser: {len(memory)} are kept, and the store holds {used:,} bytes")


async def test_all_together_have_their_limit_in_this_process() -> None:
    flows = MemoryFlows()
    pending = Pending("flow", flows)
    for number in range(MOST_TOGETHER + 5):
        await kept(pending, f"{number}")
    assert len(flows) == MOST_TOGETHER


@pytest.mark.nightly
async def test_a_flood_from_everywhere_leaves_the_store_as_many_as_may_be(
    server: RedisServer, store: Store, figure: Callable[[str], None]
) -> None:
    flows, value = shared(store), {"of": "x" * 3000}
    for number in range(3 * MOST_TOGETHER):
        await flows.keep(Flow(f"browser {number}", "oidc", "a"), value, address=f"{number}")

    with server.client() as client:
        values = sum(client.type(key) == b"string" and not key.endswith(b":sum") for key in client.scan_iter("*"))
        used = client.info("memory")["used_memory_dataset"]
    assert values == MOST_TOGETHER
    figure(f"{3 * MOST_TOGETHER:,} begun from as many addresses: {values:,} are kept, in {used / 1e6:.0f} MB")


async def test_the_cookie_is_bound_to_the_host_and_comes_back_from_other_sites() -> None:
    async def header(scheme: str, root_path: str = "", https: bool | None = None) -> str:
        pending = Pending("flow", MemoryFlows(), https=https)
        return await pending.keep("", "oidc", "a", {}, scheme=scheme, root_path=root_path)

    assert (await header("https")).startswith("__Host-flow=")
    below = await header("https", "/ui")
    assert below.startswith("__Secure-flow=")
    assert below.endswith(f"Max-Age={SECONDS}; Path=/ui; HttpOnly; SameSite=Lax; Secure")
    assert "Secure" not in await header("http")
    assert (await header("http", https=True)).startswith("__Host-flow=")


async def test_what_one_process_has_begun_another_finishes_and_only_one_of_them(
    server: RedisServer, store: Store
) -> None:
    another = Store(connect(server.url))
    here, there = Pending("flow", shared(store)), Pending("flow", shared(another))
    mine = await kept(here, "a")
    assert await kept(there, "b", mine) == mine
    assert await only(there, mine) is None

    found = await asyncio.gather(*(taken(process, mine, "a") for process in (here, there) * 10))
    await another.aclose()

    assert [each for each in found if each is not None] == ["a"]


async def test_what_was_begun_by_an_old_key_is_finished_by_a_new_one(store: Store) -> None:
    before = Pending("flow", shared(store, OLD))
    mine = await kept(before, "a")
    after, without = Pending("flow", shared(store, NEW, OLD)), Pending("flow", shared(store, NEW))

    assert not await has(without, mine, "a")
    assert await kept(after, "b", mine) == mine
    assert await only(after, mine) is None
    assert await taken(after, mine, "a") == "a"
    assert await taken(after, mine, "b") == "b"


async def test_the_store_holds_nothing_that_could_be_read_and_nothing_for_ever(
    server: RedisServer, store: Store
) -> None:
    pending = Pending("flow", shared(store))
    secrets = {"state": "state-5", "verifier": "verifier-7", "nonce": "nonce-9"}
    header = await pending.keep("", "oidc", "state-5", secrets, **HERE, address="192.0.2.1")
    browser = header.partition(";")[0].partition("=")[2]

    with server.client() as client:
        keys = client.keys("*")
        dump = b"\n".join(client.dump(key) + key for key in keys)
        assert all(0 < client.pttl(key) <= SECONDS * 1000 for key in keys)
    for text in (*secrets.values(), browser, "oidc", "verifier", "192.0.2.1"):
        assert text.encode() not in dump


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"version": 2, "kind": "oidc", "value": {"of": "a"}}),
        json.dumps({"version": 1, "kind": "oidc", "value": ["a"]}),
        json.dumps({"kind": "oidc", "value": {}}),
        json.dumps(["oidc"]),
        "{",
        b"\xff\xfe",
    ],
)
async def test_what_another_version_has_begun_is_none_and_stays(store: Store, content: str | bytes) -> None:
    pending, flow = Pending("flow", shared(store)), Flow("browser", "oidc", "a")
    deposits = Deposits(store, (NEW,), prefix="test", kind="flows", seconds=SECONDS)
    written = content if isinstance(content, bytes) else content.encode()
    await deposits.put("\0".join(flow), written, {"browser browser": MOST_OF_ONE})

    assert await taken(pending, "flow=browser", "a") is None
    assert not await has(pending, "flow=browser", "a")
    assert await only(pending, "flow=browser") is None
    assert await deposits.find("\0".join(flow)) is not None


async def test_what_is_damaged_or_was_moved_to_another_name_is_none(server: RedisServer, store: Store) -> None:
    pending = Pending("flow", shared(store))
    mine, theirs = await kept(pending, "a"), await kept(pending, "b")
    with server.client() as client:
        first, second = [
            each for each in client.scan_iter("*") if client.type(each) == b"string" and not each.endswith(b":sum")
        ]
        one, other = client.get(first), client.get(second)
        client.mset({first: other, second: one})
        assert [await taken(pending, each, key) for each, key in ((mine, "a"), (theirs, "b"))] == [None, None]
        client.mset({first: one[:-1] + bytes([one[-1] ^ 1]), second: b""})
    assert [await taken(pending, each, key) for each, key in ((mine, "a"), (theirs, "b"))] == [None, None]


async def test_a_stranger_does_not_ask_the_store_and_others_are_told_that_it_is_away() -> None:
    with redis_server() as gone:
        store = Store(connect(gone.url))
        pending = Pending("flow", shared(store))
        mine = await kept(pending, "a")
        gone.kill()

        assert await taken(pending, "other=1", "a") is None
        assert not await has(pending, "", "a")
        assert await only(pending, "") is None
        for asked in (taken(pending, mine, "a"), has(pending, mine, "a"), only(pending, mine), kept(pending, "b")):
            with pytest.raises(StoreUnavailable):
                await asked
        await store.aclose()
