"""Tries to sign in: counted by address, by account and by browser."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.sessions.test_registry import Clock
from webapp.sessions import Throttle, Try
from webapp.sessions.buckets import Bucket, MemoryBuckets
from webapp.sessions.devices import MOST_ACCOUNTS
from webapp.sessions.throttle import NETWORK_TIMES

OLD, NEW = "o" * 32, "n" * 32
TRIES, WINDOW = 10, 900.0


def throttle(clock: Clock, *, keys: tuple[str, ...] = (NEW,), per_address: int = 50, most: int = 1000) -> Throttle:
    buckets = MemoryBuckets(most=most, clock=clock)
    return Throttle(keys, buckets, name="device", tries=TRIES, per_address=per_address, window=WINDOW, https=False)


def remembered(throttle: Throttle) -> int:
    assert isinstance(throttle._buckets, MemoryBuckets)
    return len(throttle._buckets)


def sent(address: str = "192.0.2.1", cookie: str = "", **extra: Any) -> dict[str, Any]:
    headers = [(b"cookie", cookie.encode())] if cookie else []
    return {"type": "http", "scheme": "http", "headers": headers, "client": (address, 1), **extra}


def is_let(tried: Try) -> bool:
    return not tried.retry_after


def cookie_of(throttle: Throttle, account: str, scope: dict[str, Any] | None = None) -> str:
    return throttle.welcome(scope or sent(), account).partition(";")[0]


async def test_an_account_is_limited_whichever_addresses_the_tries_come_from() -> None:
    limited = throttle(Clock())

    let = [is_let(await limited.begin(sent(f"192.0.{n // 250}.{n % 250}"), "ada")) for n in range(1000)]

    assert let.count(True) == TRIES
    assert is_let(await limited.begin(sent("198.51.100.1"), "bob"))


async def test_an_address_is_limited_whichever_accounts_it_tries() -> None:
    limited = throttle(Clock())

    let = [is_let(await limited.begin(sent(), f"user {number}")) for number in range(1000)]

    assert let.count(True) == 50
    assert is_let(await limited.begin(sent("192.0.2.2"), "user 999"))


@pytest.mark.parametrize(
    "address",
    [lambda n: f"2001:db8:1:{n:x}::1", lambda n: f"2001:db8:1:{n % 60:x}:{n:x}::1"],
    ids=["each from a /64", "from 60 of them"],
)
async def test_a_network_of_65536_addresses_is_limited_whichever_of_them_it_uses(
    address: Callable[[int], str], figure: Callable[[str], None]
) -> None:
    limited = throttle(Clock())

    let = [is_let(await limited.begin(sent(address(number)), f"user {number}")) for number in range(5000)]

    assert let.count(True) == 50 * NETWORK_TIMES
    assert is_let(await limited.begin(sent("2001:db8:2::1"), "user 999"))
    figure(f"5,000 wrong passwords from one /48: {let.count(True)} reach the API")


async def test_one_address_of_a_network_does_not_use_up_all_that_the_others_have() -> None:
    limited = throttle(Clock())
    for number in range(1000):
        await limited.begin(sent("2001:db8:1::1"), f"user {number}")

    assert is_let(await limited.begin(sent("2001:db8:1:1::1"), "ada"))


async def test_what_is_no_address_is_one_place_however_many_names_it_has() -> None:
    limited = throttle(Clock())

    let = [is_let(await limited.begin(sent(f"unknown-{number}"), f"user {number}")) for number in range(1000)]

    assert let.count(True) == 50


async def test_tries_come_back_one_after_the_other_at_the_second_that_was_said() -> None:
    clock = Clock()
    limited = throttle(clock)
    for _ in range(TRIES):
        assert is_let(await limited.begin(sent(), "ada"))
    wait = (await limited.begin(sent(), "ada")).retry_after

    assert wait == pytest.approx(WINDOW / TRIES)
    clock.now += wait - 0.01
    assert not is_let(await limited.begin(sent(), "ada"))
    clock.now += 0.02
    assert is_let(await limited.begin(sent(), "ada"))
    assert not is_let(await limited.begin(sent(), "ada"))
    clock.now += WINDOW
    assert [is_let(await limited.begin(sent(), "ada")) for _ in range(TRIES + 1)] == [True] * TRIES + [False]


async def test_waiting_is_not_made_longer_by_trying_meanwhile() -> None:
    clock = Clock()
    limited = throttle(clock)
    for _ in range(500):
        await limited.begin(sent(), "ada")
    clock.now += WINDOW / TRIES + 0.01

    assert is_let(await limited.begin(sent(), "ada"))


async def test_a_known_browser_has_tries_of_its_own_and_only_so_many() -> None:
    clock = Clock()
    limited = throttle(clock)
    held = cookie_of(limited, "ada")
    for _ in range(1000):
        await limited.begin(sent(), "ada")

    let = [is_let(await limited.begin(sent(cookie=held), "ada")) for _ in range(20)]

    assert let == [True] * TRIES + [False] * 10
    assert remembered(limited) == 3


async def test_a_known_browser_is_known_for_its_own_accounts_alone() -> None:
    limited = throttle(Clock())
    held = cookie_of(limited, "mallory")
    for _ in range(1000):
        await limited.begin(sent(), "ada")

    assert not is_let(await limited.begin(sent(cookie=held), "ada"))
    assert is_let(await limited.begin(sent(cookie=held), "Mallory "))


async def test_a_browser_may_be_known_for_a_few_accounts() -> None:
    limited = throttle(Clock(), per_address=1)
    held = ""
    for number in range(MOST_ACCOUNTS + 1):
        held = cookie_of(limited, f"user {number}", sent(cookie=held))
    await limited.begin(sent(), "")

    let = [is_let(await limited.begin(sent(cookie=held), f"user {number}")) for number in range(MOST_ACCOUNTS + 1)]

    assert let == [False] + [True] * MOST_ACCOUNTS
    assert len(limited.welcome(sent(cookie=held), "user 9")) < 300


async def test_signing_in_again_gives_a_browser_a_new_number() -> None:
    limited = throttle(Clock())
    held = cookie_of(limited, "ada")

    assert cookie_of(limited, "ada", sent(cookie=held)) != held


async def test_a_forged_changed_or_dropped_keys_cookie_is_none() -> None:
    limited = throttle(Clock(), per_address=1)
    held = cookie_of(limited, "ada")
    await limited.begin(sent(), "")
    dice = random.Random(7)
    changed = {held[:at] + dice.choice("abcXYZ019-_.") + held[at + 1 :] for at in range(len("device="), len(held))}
    changed -= {held}

    assert len(changed) > 90
    assert [each for each in changed if is_let(await limited.begin(sent(cookie=each), "ada"))] == []
    assert not is_let(await limited.begin(sent(cookie=cookie_of(throttle(Clock(), keys=(OLD,)), "ada")), "ada"))


async def test_an_older_key_knows_a_browser_yet() -> None:
    held = cookie_of(throttle(Clock(), keys=(OLD,)), "ada")
    limited = throttle(Clock(), keys=(NEW, OLD), per_address=1)
    await limited.begin(sent(), "")

    assert is_let(await limited.begin(sent(cookie=held), "ada"))


async def test_what_was_no_try_is_given_back() -> None:
    limited = throttle(Clock())
    for _ in range(1000):
        await (await limited.begin(sent(), "ada")).give_back()

    assert remembered(limited) == 0
    assert is_let(await limited.begin(sent(), "ada"))
    assert remembered(limited) == 2


async def test_giving_one_back_gives_none_of_the_others_back() -> None:
    limited = throttle(Clock())
    tries = [await limited.begin(sent(), "ada") for _ in range(TRIES)]
    await tries[-1].give_back()

    assert [is_let(await limited.begin(sent(), "ada")) for _ in range(3)] == [True, False, False]


async def test_a_good_sign_in_does_not_wipe_out_what_was_tried_before() -> None:
    limited = throttle(Clock())
    for _ in range(TRIES):
        await limited.begin(sent(), "ada")
    for _ in range(49 - TRIES):
        await (await limited.begin(sent(), "mallory")).give_back()
        await limited.begin(sent(), "mallory 2")

    assert not is_let(await limited.begin(sent(), "ada"))
    assert not is_let(await limited.begin(sent("198.51.100.1"), "ada"))


async def test_nobody_guesses_at_a_pasted_key_so_only_the_address_counts() -> None:
    limited = throttle(Clock())

    let = [is_let(await limited.begin(sent(), f"key {number}", is_guessed=False)) for number in range(100)]

    assert let.count(True) == 50
    assert remembered(limited) == 1


async def test_however_many_come_only_so_many_are_remembered_and_one_that_goes_on_stays() -> None:
    limited = throttle(Clock(), most=1000)
    for _ in range(TRIES):
        await limited.begin(sent(), "ada")
    let = 0
    for number in range(20_000):
        await limited.begin(sent(f"2001:db8:{number:x}::1"), f"user {number}")
        if number % 500 == 0:
            let += is_let(await limited.begin(sent("198.51.100.1"), "ada"))

    assert remembered(limited) <= 3000
    assert let == 0


async def test_full_buckets_are_not_kept() -> None:
    clock = Clock()
    buckets = MemoryBuckets(clock=clock)
    for number in range(100):
        await buckets.take([Bucket("account", str(number), TRIES, WINDOW)])
    clock.now += WINDOW
    await buckets.take([Bucket("account", "last", TRIES, WINDOW)])

    assert len(buckets) == 1


async def test_no_tries_are_no_limit() -> None:
    limited = Throttle((NEW,), MemoryBuckets(), name="device", tries=0, per_address=0, window=WINDOW)

    assert all([is_let(await limited.begin(sent(), "ada")) for _ in range(1000)])
    assert remembered(limited) == 0


@pytest.mark.parametrize(
    ("mount", "path"),
    [
        ({}, "/login"),
        ({"root_path": ""}, "/login"),
        ({"root_path": "/ui/"}, "/ui/login"),
        ({"root_path": "/axX/"}, "/axX/login"),
        ({"root_path": "/a b"}, "/a%20b/login"),
    ],
)
async def test_a_browser_shows_what_it_is_known_by_at_the_sign_in_of_this_app(mount: dict[str, str], path: str) -> None:
    header = throttle(Clock()).welcome(sent(**mount), "ada")

    assert f"; Path={path};" in header


async def test_secrets_are_compared_by_a_hash_that_only_the_key_makes() -> None:
    limited, other = throttle(Clock()), throttle(Clock(), keys=(OLD,))

    assert limited.digest("ada\0secret") == throttle(Clock()).digest("ada\0secret")
    assert limited.digest("ada\0secret") != limited.digest("ada\0another")
    assert limited.digest("ada\0secret") != other.digest("ada\0secret")
    assert "secret" not in limited.digest("ada\0secret")


async def test_a_browser_is_known_over_https_as_well() -> None:
    limited = Throttle((NEW,), MemoryBuckets(), name="device", tries=1, per_address=1, window=900, https=True)
    held = cookie_of(limited, "ada")
    first = await limited.begin(sent(), "ada")
    second, third = await limited.begin(sent(cookie=held), "ada"), await limited.begin(sent(cookie=held), "ada")

    assert [is_let(each) for each in (first, second, third)] == [True, True, False]


async def test_a_try_is_told_by_a_hash_of_its_account_whoever_makes_it() -> None:
    limited = throttle(Clock())
    held = cookie_of(limited, "ada")

    assert (await limited.begin(sent(), "")).account == ""
    assert (await limited.begin(sent(), "ada")).account == (await limited.begin(sent(cookie=held), "Ada")).account
    assert (await limited.begin(sent(cookie=held), "ada")).account == limited.digest("ada")


async def test_over_https_the_cookie_is_secure_and_for_the_sign_in_alone() -> None:
    limited = Throttle((NEW,), MemoryBuckets(), name="device", tries=1, per_address=1, window=1, https=True)

    header = limited.welcome(sent(root_path="/ui"), "somebody")

    assert header.startswith("__Secure-device=")
    assert header.endswith("; Path=/ui/login; HttpOnly; SameSite=Lax; Secure")
    assert "somebody" not in header
