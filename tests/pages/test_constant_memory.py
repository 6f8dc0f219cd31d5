"""A gigabyte through the pages of a real server, which is never to be held."""

from tests.benchmarks.gigabyte import GIGABYTE, MEGABYTE, measure


def test_a_gigabyte_up_and_a_gigabyte_down_hardly_need_memory() -> None:
    result = measure()

    assert result.up.received > GIGABYTE
    assert result.down.received == GIGABYTE
    assert result.up.growth < 20 * MEGABYTE
    assert result.down.growth < 20 * MEGABYTE
