"""What browsers have begun elsewhere, and who may finish it."""

from tests.client.support import Clock
from webapp.oidc.pending import MOST_OF_ADDRESS, MOST_OF_ONE, MOST_TOGETHER, SECONDS, Pending

HERE = {"scheme": "http", "root_path": ""}


def kept(pending: Pending, key: str, cookie: str = "") -> str:
    """Begin something; the Cookie header that the browser sends from then on."""
    return pending.keep(cookie, key, f"value of {key}", **HERE).partition(";")[0]


def test_only_the_browser_that_began_finishes_and_only_once() -> None:
    pending = Pending("flow", clock=Clock())
    mine, theirs = kept(pending, "a"), kept(pending, "b")

    assert pending.take(theirs, "a", str, **HERE) is None
    assert pending.take("", "a", str, **HERE) is None
    assert pending.take(mine, "a", int, **HERE) is None
    assert pending.take(f"x=1; {mine}", "a", str, **HERE) == "value of a"
    assert pending.take(mine, "a", str, **HERE) is None


def test_tabs_of_one_browser_share_its_cookie_and_finish_in_any_order() -> None:
    pending = Pending("flow", clock=Clock())
    first = kept(pending, "a")
    second = kept(pending, "b", first)

    assert first == second
    assert pending.take(first, "b", str, **HERE) == "value of b"
    assert pending.take(first, "a", str, **HERE) == "value of a"


def test_an_id_that_nobody_has_is_not_adopted() -> None:
    pending = Pending("flow", clock=Clock())

    assert kept(pending, "a", "flow=planted") != "flow=planted"


def test_what_one_has_under_way_is_known_without_its_key_while_it_is_the_only_one() -> None:
    clock = Clock()
    pending = Pending("flow", clock=clock)
    mine, _ = kept(pending, "a"), kept(pending, "theirs")

    assert pending.only(mine, str, **HERE) == "value of a"
    assert pending.only(f"{mine}; {mine}", str, **HERE) == "value of a"
    assert pending.only(mine, int, **HERE) is None
    assert pending.only("", str, **HERE) is None
    pending.keep(mine, "of another kind", 7, **HERE)
    assert pending.only(mine, str, **HERE) == "value of a"
    kept(pending, "b", mine)
    assert pending.only(mine, str, **HERE) is None
    assert pending.take(mine, "b", str, **HERE) == "value of b"
    assert pending.only(mine, str, **HERE) == "value of a"
    clock.advance(SECONDS)
    assert pending.only(mine, str, **HERE) is None


def test_it_is_over_after_minutes() -> None:
    clock = Clock()
    pending = Pending("flow", clock=clock)
    mine = kept(pending, "a")
    clock.advance(SECONDS)

    assert pending.take(mine, "a", str, **HERE) is None
    assert len(pending) == 0


def test_one_browser_and_all_together_have_their_limits() -> None:
    pending = Pending("flow", clock=Clock())
    mine = ""
    for number in range(MOST_OF_ONE + 1):
        mine = kept(pending, f"{number}", mine)
    assert not pending.has("0")
    assert pending.has("1")
    for number in range(MOST_TOGETHER + 5):
        kept(pending, f"other {number}")
    assert len(pending) == MOST_TOGETHER
    assert pending.take(mine, "1", str, **HERE) is None


def test_whoever_floods_from_one_address_pushes_out_only_what_came_from_there() -> None:
    pending = Pending("flow", clock=Clock())
    victim = pending.keep("", "victim", "theirs", **HERE, address="192.0.2.1").partition(";")[0]
    for number in range(MOST_TOGETHER + 5):
        pending.keep("", f"flood {number}", number, **HERE, address="198.51.100.7")

    assert len(pending) == MOST_OF_ADDRESS + 1
    assert not pending.has("flood 0")
    assert pending.has(f"flood {MOST_TOGETHER + 4}")
    assert pending.take(victim, "victim", str, **HERE) == "theirs"


def test_what_is_finished_or_over_counts_no_more_for_its_address() -> None:
    clock = Clock()
    pending = Pending("flow", clock=clock)
    for number in range(MOST_OF_ADDRESS * 2):
        mine = pending.keep("", f"{number}", "done", **HERE, address="192.0.2.1").partition(";")[0]
        if number:
            assert pending.take(mine, f"{number}", str, **HERE) == "done"
    assert pending.has("0")
    clock.advance(SECONDS)
    for number in range(MOST_OF_ADDRESS):
        pending.keep("", f"later {number}", "", **HERE, address="192.0.2.1")
    assert len(pending) == MOST_OF_ADDRESS
    assert pending.has("later 0")


def test_the_cookie_is_bound_to_the_host_and_comes_back_from_other_sites() -> None:
    pending = Pending("flow", clock=Clock())

    assert pending.keep("", "a", 1, scheme="https", root_path="").startswith("__Host-flow=")
    below = pending.keep("", "b", 1, scheme="https", root_path="/ui")
    assert below.startswith("__Secure-flow=")
    assert below.endswith(f"Max-Age={SECONDS}; Path=/ui; HttpOnly; SameSite=Lax; Secure")
    assert "Secure" not in pending.keep("", "c", 1, **HERE)
    behind = Pending("flow", https=True, clock=Clock()).keep("", "a", 1, **HERE)
    assert behind.startswith("__Host-flow=")
