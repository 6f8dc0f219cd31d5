"""How often one address may try."""

from tests.demo.house import Clock
from webapp.demo.auth import limits
from webapp.demo.auth.limits import RateLimit


def test_tries_are_counted_over_the_last_minute() -> None:
    clock = Clock()
    limit = RateLimit(2, clock)
    assert limit.allows("a")
    clock.forward(40)
    assert limit.allows("a")
    assert not limit.allows("a")
    clock.forward(20)
    assert limit.allows("a")
    assert not limit.allows("a")


def test_a_refused_try_does_not_put_the_next_one_off() -> None:
    clock = Clock()
    limit = RateLimit(1, clock)
    limit.allows("a")
    clock.forward(59)
    assert not limit.allows("a")
    clock.forward(1)
    assert limit.allows("a")


def test_no_tries_at_all_may_be_allowed() -> None:
    assert not RateLimit(0, Clock()).allows("a")


def test_addresses_that_stopped_trying_are_forgotten() -> None:
    clock = Clock()
    limit = RateLimit(1, clock)
    for number in range(limits.MAX_ADDRESSES):
        limit.allows(str(number))
    clock.forward(61)
    limit.allows("new")

    assert len(limit._recent) == 1
