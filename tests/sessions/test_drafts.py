"""What was typed, kept for a browser and a person."""

import tracemalloc
from collections.abc import Callable

import httpx
import pytest

from tests.sessions.test_registry import Clock
from webapp.client import APIClient
from webapp.sessions import Draft, Drafts, Session
from webapp.sessions.drafts import LARGEST, MOST_OF_ADDRESS, MOST_OF_ONE, MOST_TOGETHER, PER_DRAFT, PER_PAIR, SECONDS

CLIENT = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))
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


def kept(
    drafts: Drafts, session: Session, place: str = "/form", draft: Draft = TYPED, held: str = "", address: str = ""
) -> str:
    made = drafts.keep(session, held, place, draft, address=address)
    assert made is not None
    return made


def taken(drafts: Drafts, session: Session, held: str, place: str = "/form") -> Draft | None:
    return drafts.take(session, held, place)


def test_what_was_typed_is_handed_out_once() -> None:
    drafts = Drafts("draft")
    held = kept(drafts, gone("ada"))

    assert taken(drafts, person("ada"), held) == TYPED
    assert taken(drafts, person("ada"), held) is None
    assert len(drafts) == 0


@pytest.mark.parametrize(
    ("session", "held", "place"),
    [
        (person("bob"), None, "/form"),
        (gone("ada"), None, "/form"),
        (person("ada"), "guessed", "/form"),
        (person("ada"), None, "/other"),
    ],
)
def test_nobody_else_gets_it_nor_anybody_who_is_not_signed_in(session: Session, held: str | None, place: str) -> None:
    drafts = Drafts("draft")
    own = kept(drafts, gone("ada"))

    assert taken(drafts, session, held or own, place) is None
    assert taken(drafts, person("ada"), own) == TYPED


def test_of_a_stranger_whoever_signs_in_at_that_browser_gets_it() -> None:
    drafts = Drafts("draft")

    assert taken(drafts, person("bob"), kept(drafts, gone())) == TYPED


def test_it_is_forgotten_in_time() -> None:
    clock = Clock()
    drafts = Drafts("draft", clock=clock)
    held = kept(drafts, gone("ada"))
    clock.now += SECONDS

    assert taken(drafts, person("ada"), held) is None
    assert len(drafts) == 0


def test_several_forms_of_a_browser_are_found_by_its_newest_id_alone() -> None:
    drafts = Drafts("draft")
    first = kept(drafts, gone("ada"), "/one")
    # In the second tab nothing is known of who it was.
    second = kept(drafts, gone(), "/two", held=first)

    assert taken(drafts, person("ada"), first, "/one") is None
    assert taken(drafts, person("bob"), second, "/two") is None
    assert taken(drafts, person("ada"), second, "/one") == TYPED
    assert taken(drafts, person("ada"), second, "/two") == TYPED


def test_what_another_person_had_kept_at_the_browser_goes() -> None:
    drafts = Drafts("draft")
    held = kept(drafts, gone("bob"), "/two", held=kept(drafts, gone("ada"), "/one"))

    assert taken(drafts, person("ada"), held, "/one") is None
    assert taken(drafts, person("bob"), held, "/one") is None
    assert taken(drafts, person("bob"), held, "/two") == TYPED


def test_there_is_a_bound_to_each_to_those_of_a_browser_and_to_all() -> None:
    drafts = Drafts("draft")
    large = of_size(LARGEST - 1024)
    first = held = kept(drafts, gone(), "/0", large)
    for number in range(1, MOST_OF_ONE + 1):
        held = kept(drafts, gone(), f"/{number}", large, held)

    assert drafts.keep(gone(), "", "/form", of_size(LARGEST)) is None
    assert taken(drafts, person("ada"), held, "/0") is None
    assert taken(drafts, person("ada"), held, "/1") == large

    for number in range(FITTING + 1):
        first = kept(drafts, gone(), "/form", large, address=f"{number}")
    assert len(drafts) == FITTING
    assert taken(drafts, person("ada"), held, "/2") is None
    assert taken(drafts, person("ada"), first) == large


@pytest.mark.parametrize(("size", "count"), [(LARGEST - 1024, 500), (2000, 20_000)])
def test_whoever_floods_from_one_address_pushes_out_only_what_came_from_there(
    size: int, count: int, figure: Callable[[str], None]
) -> None:
    drafts = Drafts("draft")
    victim = kept(drafts, gone("ada"), address="192.0.2.1")
    flood = [kept(drafts, gone(), draft=of_size(size), address="198.51.100.7") for _ in range(count)]

    assert taken(drafts, person("bob"), flood[-1]) == of_size(size)
    assert taken(drafts, person("bob"), flood[0]) is None
    assert len(drafts) * size < MOST_TOGETHER / 16
    figure(f"of {count:,} drafts of {size:,} bytes from one address {len(drafts):,} are kept, and the others' all")
    assert taken(drafts, person("ada"), victim) == TYPED


def test_what_is_taken_or_over_or_moved_counts_no_more_for_its_address() -> None:
    clock = Clock()
    drafts = Drafts("draft", clock=clock)
    large = of_size(LARGEST - 1024)
    most = MOST_OF_ADDRESS // LARGEST - 1
    for number in range(50):
        held = kept(drafts, gone("ada"), draft=large, address="192.0.2.1")
        if number % 2:
            assert taken(drafts, person("ada"), held) == large
        else:
            held = kept(drafts, gone("ada"), "/two", TYPED, held, address="198.51.100.7")
            assert taken(drafts, person("ada"), held) == large
            assert taken(drafts, person("ada"), held, "/two") == TYPED
    kept(drafts, gone("ada"), draft=large, address="192.0.2.1")
    clock.now += SECONDS
    made = [kept(drafts, gone("ada"), draft=large, address="192.0.2.1") for _ in range(most)]

    assert [taken(drafts, person("ada"), each) for each in made] == [large] * most
    assert len(drafts) == 0


@pytest.mark.parametrize(
    ("https", "scheme", "secure"), [(None, "http", False), (None, "https", True), (True, "http", True)]
)
def test_the_cookie_is_for_this_mount_and_no_script(https: bool | None, scheme: str, secure: bool) -> None:
    header = Drafts("draft", https=https).cookie("x", scheme=scheme, root_path="/app")

    name = "__Secure-draft" if secure else "draft"
    assert header.startswith(f"{name}=x; Max-Age=900; Path=/app; HttpOnly; SameSite=Lax")
    assert header.endswith("; Secure") is secure


def test_what_was_typed_is_in_no_representation() -> None:
    assert "Saw" not in repr(TYPED)


@pytest.mark.parametrize(("root", "path"), [("", "/"), ("/", "/"), ("/axX/", "/axX"), ("/größe", "/gr%C3%B6%C3%9Fe")])
def test_the_cookie_s_path_is_where_the_app_is_mounted(root: str, path: str) -> None:
    assert f"; Path={path}; " in Drafts("draft").cookie("x", scheme="http", root_path=root)


def test_what_is_handed_out_makes_room() -> None:
    drafts = Drafts("draft")
    large = of_size(LARGEST - 1024)
    held = kept(drafts, gone("ada"), "/a", large)
    taken(drafts, person("ada"), kept(drafts, gone("ada"), "/b", large, held), "/a")

    made = [kept(drafts, gone("bob"), "/form", large, address=f"{number}") for number in range(FITTING)]

    # Hers was the oldest, and would be there still if there were room for one more.
    assert len(drafts) == FITTING
    assert taken(drafts, person("bob"), made[0]) == large


@pytest.mark.parametrize(
    ("scheme", "root", "name"),
    [("http", "", "draft"), ("https", "", "__Host-draft"), ("https", "/app", "__Secure-draft")],
)
def test_over_https_only_an_id_that_no_other_site_can_plant_is_found(scheme: str, root: str, name: str) -> None:
    drafts = Drafts("draft")
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
def test_what_is_kept_of_a_flood_takes_no_more_memory_than_is_said(
    pairs: Callable[[int], list[tuple[str, str]]], figure: Callable[[str], None]
) -> None:
    drafts, sent = Drafts("draft"), 0
    tracemalloc.start()
    try:
        while len(drafts) == sent:
            # As a parser makes them: a tuple for each.
            draft = Draft(tuple((name[:], value[:]) for name, value in pairs(sent)))
            kept(drafts, gone(f"owner {sent}"), f"/form/{sent}", draft, address=f"192.0.2.{sent}")
            sent += 1
        taking, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taking <= MOST_TOGETHER
    figure(f"{sent:,} drafts of {len(pairs(0)):,} inputs fill the room, and take {taking / 1e6:.1f} MB")


def test_thousands_of_empty_inputs_are_too_much() -> None:
    assert Drafts("draft").keep(gone(), "", "/form", Draft((("", ""),) * 4990)) is None


def test_a_long_address_counts_too() -> None:
    assert Drafts("draft").keep(gone(), "", "/" + "x" * LARGEST, TYPED) is None


def test_a_draft_takes_more_the_more_there_are_in_it_and_the_longer_they_are() -> None:
    empty = ("", "")
    nothing, one, two = Draft(()).size, Draft((empty,)).size, Draft((empty, empty)).size

    assert two - one == one - nothing > PER_PAIR
    assert nothing == PER_DRAFT
    assert Draft((("x" * 1000, ""),)).size - one == 1000
    assert Draft((("", "x" * 1000),)).size - one == 1000


def test_room_that_was_made_by_handing_out_is_all_there_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.sessions.drafts.MOST_TOGETHER", 3 * 4096)
    drafts, place = Drafts("draft"), "/" + "x" * 1000
    for _ in range(100):
        held = kept(drafts, person("ada"), "/other")
        held = kept(drafts, person("ada"), place, held=held)
        assert taken(drafts, person("ada"), held, place) == TYPED
        assert taken(drafts, person("ada"), held, "/other") == TYPED
    all_held = [kept(drafts, person("ada"), place) for _ in range(3)]

    assert [taken(drafts, person("ada"), held, place) for held in all_held] == [TYPED] * 3
