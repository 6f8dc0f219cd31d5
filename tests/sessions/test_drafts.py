"""What was typed, kept for a browser and a person: the same in one process and in all of a store."""

import asyncio
import json
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from tests.sessions.test_registry import Clock
from tests.store.server import RedisServer, elapse, left_there, redis_server
from webapp.client import APIClient
from webapp.errors import StoreUnavailable
from webapp.sessions import Draft, Drafts, Session
from webapp.sessions.draft import MOST_OF_ONE, PER_DRAFT, PER_PAIR, Folder
from webapp.sessions.drafts import LARGEST
from webapp.sessions.folders import MOST_OF_ADDRESS, MOST_TOGETHER, SECONDS, Folders, MemoryFolders
from webapp.sessions.sharedfolders import SharedFolders
from webapp.store import Deposits, Store, connect

CLIENT = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))
NEW, OLD = "a new key that is long enough for this", "an old key that is long enough for this"
TYPED = Draft((("body/name", "Saw"),))
FITTING = 127
"""The drafts just below the largest size, each in a folder of its own, that there is room for."""


def person(owner: str) -> Session:
    return Session.begin(CLIENT, user=owner, owner=owner)


def gone(owner: str = "") -> Session:
    return Session.stranger(CLIENT, owner=owner)


def of_size(size: int) -> Draft:
    """A draft that is counted as about so many bytes."""
    return Draft((("n", "x" * (size - Draft((("n", ""),)).size)),))


@dataclass
class Kept:
    """A place where drafts are kept, and what a test does to it."""

    folders: Folders
    elapse: Callable[[float], None]
    """Lets time pass."""
    count: Callable[[], int]
    """How many folders there are."""

    @property
    def drafts(self) -> Drafts:
        return Drafts("draft", self.folders)


def in_memory() -> Kept:
    clock = Clock()
    folders = MemoryFolders(clock=clock)

    def advance(seconds: float) -> None:
        clock.now += seconds

    return Kept(folders, advance, lambda: len(folders))


@pytest.fixture(params=["memory", "store"])
def at(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        return in_memory()
    server: RedisServer = request.getfixturevalue("server")
    folders = shared(request.getfixturevalue("store"))
    return Kept(folders, lambda seconds: elapse(server, seconds), lambda: len(left_there(server)))


def shared(store: Store, *keys: str) -> SharedFolders:
    return SharedFolders(store, keys or (NEW,), prefix="test")


async def kept(
    drafts: Drafts, session: Session, place: str = "/form", draft: Draft = TYPED, held: str = "", address: str = ""
) -> str:
    made = await drafts.keep(session, held, place, draft, address=address)
    assert made is not None
    return made


async def taken(drafts: Drafts, session: Session, held: str, place: str = "/form") -> Draft | None:
    return await drafts.take(session, held, place)


async def test_what_was_typed_is_handed_out_once(at: Kept) -> None:
    drafts = at.drafts
    held = await kept(drafts, gone("ada"))

    assert await taken(drafts, person("ada"), held) == TYPED
    assert await taken(drafts, person("ada"), held) is None
    assert at.count() == 0


@pytest.mark.parametrize(
    ("session", "held", "place"),
    [
        (person("bob"), None, "/form"),
        (gone("ada"), None, "/form"),
        (person("ada"), "guessed", "/form"),
        (person("ada"), None, "/other"),
    ],
)
async def test_nobody_else_gets_it_nor_anybody_who_is_not_signed_in(
    at: Kept, session: Session, held: str | None, place: str
) -> None:
    drafts = at.drafts
    own = await kept(drafts, gone("ada"))

    assert await taken(drafts, session, held or own, place) is None
    assert await taken(drafts, person("ada"), own) == TYPED


async def test_of_a_stranger_whoever_signs_in_at_that_browser_gets_it(at: Kept) -> None:
    drafts = at.drafts

    assert await taken(drafts, person("bob"), await kept(drafts, gone())) == TYPED


async def test_it_is_forgotten_in_time(at: Kept) -> None:
    drafts = at.drafts
    held = await kept(drafts, gone("ada"))
    at.elapse(SECONDS)

    assert await taken(drafts, person("ada"), held) is None
    assert at.count() == 0


async def test_several_forms_of_a_browser_are_found_by_its_newest_id_alone(at: Kept) -> None:
    drafts = at.drafts
    first = await kept(drafts, gone("ada"), "/one")
    # In the second tab nothing is known of who it was.
    second = await kept(drafts, gone(), "/two", held=first)

    assert await taken(drafts, person("ada"), first, "/one") is None
    assert await taken(drafts, person("bob"), second, "/two") is None
    assert await taken(drafts, person("ada"), second, "/one") == TYPED
    assert await taken(drafts, person("ada"), second, "/two") == TYPED


async def test_what_another_person_had_kept_at_the_browser_goes(at: Kept) -> None:
    drafts = at.drafts
    held = await kept(drafts, gone("bob"), "/two", held=await kept(drafts, gone("ada"), "/one"))

    assert await taken(drafts, person("ada"), held, "/one") is None
    assert await taken(drafts, person("bob"), held, "/one") is None
    assert await taken(drafts, person("bob"), held, "/two") == TYPED


async def test_there_is_a_bound_to_each_to_those_of_a_browser_and_to_all(at: Kept) -> None:
    drafts = at.drafts
    large = of_size(LARGEST - 1024)
    first = held = await kept(drafts, gone(), "/0", large)
    for number in range(1, MOST_OF_ONE + 1):
        held = await kept(drafts, gone(), f"/{number}", large, held)

    assert await drafts.keep(gone(), "", "/form", of_size(LARGEST)) is None
    assert await taken(drafts, person("ada"), held, "/0") is None
    assert await taken(drafts, person("ada"), held, "/1") == large

    for number in range(FITTING + 1):
        first = await kept(drafts, gone(), "/form", large, address=f"{number}")
    assert at.count() == FITTING
    assert await taken(drafts, person("ada"), held, "/2") is None
    assert await taken(drafts, person("ada"), first) == large


@pytest.mark.parametrize(("size", "count"), [(LARGEST - 1024, 100), (2000, 2_000)])
async def test_whoever_floods_from_one_address_pushes_out_only_what_came_from_there(
    at: Kept, size: int, count: int, figure: Callable[[str], None]
) -> None:
    drafts = at.drafts
    victim = await kept(drafts, gone("ada"), address="192.0.2.1")
    flood = [await kept(drafts, gone(), draft=of_size(size), address="198.51.100.7") for _ in range(count)]

    assert await taken(drafts, person("bob"), flood[-1]) == of_size(size)
    assert await taken(drafts, person("bob"), flood[0]) is None
    assert at.count() * size < MOST_TOGETHER / 16
    figure(f"of {count:,} drafts of {size:,} bytes from one address {at.count():,} are kept, and the others' all")
    assert await taken(drafts, person("ada"), victim) == TYPED


async def test_what_is_taken_or_over_or_moved_counts_no_more_for_its_address(at: Kept) -> None:
    drafts = at.drafts
    large = of_size(LARGEST - 1024)
    most = MOST_OF_ADDRESS // LARGEST - 1
    for number in range(50):
        held = await kept(drafts, gone("ada"), draft=large, address="192.0.2.1")
        if number % 2:
            assert await taken(drafts, person("ada"), held) == large
        else:
            held = await kept(drafts, gone("ada"), "/two", TYPED, held, address="198.51.100.7")
            assert await taken(drafts, person("ada"), held) == large
            assert await taken(drafts, person("ada"), held, "/two") == TYPED
    await kept(drafts, gone("ada"), draft=large, address="192.0.2.1")
    at.elapse(SECONDS)
    made = [await kept(drafts, gone("ada"), draft=large, address="192.0.2.1") for _ in range(most)]

    assert [await taken(drafts, person("ada"), each) for each in made] == [large] * most
    assert at.count() == 0


@pytest.mark.parametrize(
    ("https", "scheme", "secure"), [(None, "http", False), (None, "https", True), (True, "http", True)]
)
def test_the_cookie_is_for_this_mount_and_no_script(https: bool | None, scheme: str, secure: bool) -> None:
    header = Drafts("draft", MemoryFolders(), https=https).cookie("x", scheme=scheme, root_path="/app")

    name = "__Secure-draft" if secure else "draft"
    assert header.startswith(f"{name}=x; Max-Age=900; Path=/app; HttpOnly; SameSite=Lax")
    assert header.endswith("; Secure") is secure


def test_what_was_typed_is_in_no_representation() -> None:
    assert "Saw" not in repr(TYPED)


@pytest.mark.parametrize(("root", "path"), [("", "/"), ("/", "/"), ("/axX/", "/axX"), ("/größe", "/gr%C3%B6%C3%9Fe")])
def test_the_cookie_s_path_is_where_the_app_is_mounted(root: str, path: str) -> None:
    assert f"; Path={path}; " in Drafts("draft", MemoryFolders()).cookie("x", scheme="http", root_path=root)


async def test_what_is_handed_out_makes_room(at: Kept) -> None:
    drafts = at.drafts
    large = of_size(LARGEST - 1024)
    held = await kept(drafts, gone("ada"), "/a", large)
    await taken(drafts, person("ada"), await kept(drafts, gone("ada"), "/b", large, held), "/a")

    made = [await kept(drafts, gone("bob"), "/form", large, address=f"{number}") for number in range(FITTING)]

    # Hers was the oldest, and would be there still if there were room for one more.
    assert at.count() == FITTING
    assert await taken(drafts, person("bob"), made[0]) == large


@pytest.mark.parametrize(
    ("scheme", "root", "name"),
    [("http", "", "draft"), ("https", "", "__Host-draft"), ("https", "/app", "__Secure-draft")],
)
def test_over_https_only_an_id_that_no_other_site_can_plant_is_found(scheme: str, root: str, name: str) -> None:
    drafts = Drafts("draft", MemoryFolders())
    cookies = {"draft": "a", "__Host-draft": "b", "__Secure-draft": "c"}

    assert drafts.find(cookies, scheme=scheme, root_path=root) == cookies.pop(name)
    assert drafts.find(cookies, scheme=scheme, root_path=root) == ""
    assert drafts.cookie("x", scheme=scheme, root_path=root).startswith(f"{name}=x; ")


@pytest.mark.parametrize(
    "pairs",
    [
        lambda n: [("", "")] * 1000,
        lambda n: [(f"{n}/{each}", "") for each in range(1000)],
        lambda n: [(f"{n}/{each}", "") for each in range(100)],
        lambda n: [(f"n{n}", "")],
        lambda n: [(f"n{n}", f"{n}" + "\N{GRINNING FACE}" * 15_000)],
    ],
    ids=["empty", "nameless", "few", "one", "long"],
)
async def test_what_is_kept_of_a_flood_takes_no_more_memory_than_is_said(
    pairs: Callable[[int], list[tuple[str, str]]], figure: Callable[[str], None]
) -> None:
    at, sent = in_memory(), 0
    drafts = at.drafts
    tracemalloc.start()
    try:
        while at.count() == sent:
            # As a parser makes them: a tuple for each.
            draft = Draft(tuple((name[:], value[:]) for name, value in pairs(sent)))
            await kept(drafts, gone(f"owner {sent}"), f"/form/{sent}", draft, address=f"192.0.2.{sent}")
            sent += 1
        taking, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taking <= MOST_TOGETHER
    figure(f"{sent:,} drafts of {len(pairs(0)):,} inputs fill the room, and take {taking / 1e6:.1f} MB")


async def test_thousands_of_empty_inputs_are_too_much(at: Kept) -> None:
    assert await at.drafts.keep(gone(), "", "/form", Draft((("", ""),) * 4990)) is None


async def test_a_long_address_counts_too(at: Kept) -> None:
    assert await at.drafts.keep(gone(), "", "/" + "x" * LARGEST, TYPED) is None


def test_a_draft_takes_more_the_more_there_are_in_it_and_the_longer_they_are() -> None:
    empty = ("", "")
    nothing, one, two = Draft(()).size, Draft((empty,)).size, Draft((empty, empty)).size

    assert two - one == one - nothing > PER_PAIR
    assert nothing == PER_DRAFT
    assert Draft((("x" * 1000, ""),)).size - one == 1000
    assert Draft((("", "x" * 1000),)).size - one == 1000


async def test_room_that_was_made_by_handing_out_is_all_there_again(at: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("folders", "sharedfolders"):
        monkeypatch.setattr(f"webapp.sessions.{module}.MOST_TOGETHER", 3 * 4096)
    drafts, place = at.drafts, "/" + "x" * 1000
    for _ in range(100):
        held = await kept(drafts, person("ada"), "/other")
        held = await kept(drafts, person("ada"), place, held=held)
        assert await taken(drafts, person("ada"), held, place) == TYPED
        assert await taken(drafts, person("ada"), held, "/other") == TYPED
    all_held = [await kept(drafts, person("ada"), place) for _ in range(3)]

    assert [await taken(drafts, person("ada"), held, place) for held in all_held] == [TYPED] * 3


async def test_however_many_come_back_at_once_one_gets_it(at: Kept) -> None:
    drafts = at.drafts
    held = await kept(drafts, gone("ada"))

    found = await asyncio.gather(*(taken(drafts, person("ada"), held) for _ in range(20)))

    assert [each for each in found if each is not None] == [TYPED]


async def test_several_forms_that_come_back_at_once_all_do(at: Kept) -> None:
    drafts, held = at.drafts, ""
    for number in range(MOST_OF_ONE):
        held = await kept(drafts, gone("ada"), f"/{number}", of_size(1000 + number), held)

    found = await asyncio.gather(
        *(taken(drafts, person("ada"), held, f"/{each % MOST_OF_ONE}") for each in range(MOST_OF_ONE * 3))
    )

    assert sorted(each.size for each in found if each is not None) == [1000, 1001, 1002, 1003]
    assert at.count() == 0


async def test_what_is_left_when_one_came_back_is_kept_no_longer_than_before(at: Kept) -> None:
    drafts = at.drafts
    held = await kept(drafts, gone("ada"), "/two", held=await kept(drafts, gone("ada"), "/one"))
    at.elapse(SECONDS - 60)
    assert await taken(drafts, person("ada"), held, "/one") == TYPED
    at.elapse(60)

    assert await taken(drafts, person("ada"), held, "/two") is None


@pytest.mark.parametrize("text", ["Säge \N{GRINNING FACE}", "a\r\nb\0\x01", "\ud83d", '"}]', ""])
async def test_it_comes_back_as_it_was_typed(at: Kept, text: str) -> None:
    typed = Draft((("body/name", text), ("body/name", ""), (text, text)), lacks=True)
    drafts = at.drafts
    held = await kept(drafts, gone("ada"), draft=typed)

    assert await taken(drafts, person("ada"), held) == typed


async def test_what_was_typed_in_one_process_comes_back_in_another_once(server: RedisServer, store: Store) -> None:
    others = [Store(connect(server.url)) for _ in range(2)]
    one, two, three = (Drafts("draft", shared(each)) for each in (store, *others))
    held = await kept(two, gone(), "/two", held=await kept(one, gone("ada"), "/one"))

    assert await taken(three, person("bob"), held, "/one") is None
    found = await asyncio.gather(*(taken(each, person("ada"), held, "/one") for each in (one, two, three) * 7))
    assert [each for each in found if each is not None] == [TYPED]
    assert await taken(one, person("ada"), held, "/two") == TYPED
    for each in others:
        await each.aclose()


async def test_what_was_kept_by_an_old_key_comes_back_by_a_new_one(store: Store) -> None:
    held = await kept(Drafts("draft", shared(store, OLD)), gone("ada"), "/one")
    assert await taken(Drafts("draft", shared(store, NEW)), person("ada"), held, "/one") is None
    drafts = Drafts("draft", shared(store, NEW, OLD))
    held = await kept(drafts, gone("ada"), "/two", held=held)

    assert await taken(drafts, person("ada"), held, "/one") == TYPED
    assert await taken(drafts, person("ada"), held, "/two") == TYPED


async def test_the_store_holds_nothing_that_could_be_read_and_nothing_for_ever(
    server: RedisServer, store: Store
) -> None:
    drafts, typed = Drafts("draft", shared(store)), Draft((("body/name", "a saw of steel"),))
    held = await kept(drafts, gone("owner-of-it"), "/a-form", typed, address="192.0.2.1")

    with server.client() as client:
        keys = client.keys("*")
        dump = b"\n".join(client.dump(key) + key for key in keys)
        assert all(0 < client.pttl(key) <= SECONDS * 1000 for key in keys)
    texts = ("a saw of steel", "body/name", "/a-form", "owner-of-it", "192.0.2.1", held)
    assert not any(text.encode() in dump for text in texts)


async def test_what_takes_more_in_the_store_than_in_memory_counts_for_that(server: RedisServer, store: Store) -> None:
    drafts = Drafts("draft", shared(store))
    worst = Draft((("body/name", "\x01" * (LARGEST - 4096)),))
    for number in range(30):
        await kept(drafts, gone(), draft=worst, address=f"{number}")

    with server.client() as client:
        held = sum(client.strlen(each) for each in left_there(server))
    assert MOST_TOGETHER / 2 < held <= MOST_TOGETHER


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"version": 2, "owner": "ada", "drafts": [["/form", False, []]]}),
        json.dumps({"version": 1, "owner": "ada", "drafts": [["/form"]]}),
        json.dumps({"version": 1, "owner": "ada"}),
        json.dumps([]),
        "{",
        b"\xff\xfe",
    ],
)
async def test_what_another_version_has_kept_is_none_and_goes_in_nobodys_way(
    store: Store, content: str | bytes
) -> None:
    drafts, deposits = Drafts("draft", shared(store)), Deposits(store, (NEW,), prefix="test", kind="drafts", seconds=60)
    await deposits.put("held", content if isinstance(content, bytes) else content.encode(), {"all": MOST_TOGETHER})

    assert await taken(drafts, person("ada"), "held") is None
    assert await taken(drafts, person("ada"), await kept(drafts, gone("ada"), held="held")) == TYPED


async def test_what_changed_meanwhile_is_changed_by_nobody_who_has_not_seen_that(at: Kept) -> None:
    folders = at.folders
    before = Folder("ada").holding("/one", TYPED).holding("/two", TYPED)
    await folders.keep("a", before, address="", instead_of=None)
    seen = await folders.find("a")
    assert seen is not None
    assert await folders.change(seen, before.without("/one"))

    assert not await folders.change(seen, before.without("/two"))
    assert not await folders.change(seen, Folder("ada"))
    assert not await folders.keep("b", before, address="", instead_of=seen)
    now = await folders.find("a")
    assert now is not None
    assert now.folder == before.without("/one")
    assert await folders.find("b") is None


async def test_whoever_has_typed_nothing_does_not_ask_the_store_and_others_are_told_that_it_is_away() -> None:
    with redis_server() as away:
        store = Store(connect(away.url))
        drafts = Drafts("draft", shared(store))
        held = await kept(drafts, gone("ada"))
        away.kill()

        assert await taken(drafts, person("ada"), "") is None
        assert await taken(drafts, gone("ada"), held) is None
        for asked in (taken(drafts, person("ada"), held), kept(drafts, gone("ada"))):
            with pytest.raises(StoreUnavailable):
                await asked
        await store.aclose()
