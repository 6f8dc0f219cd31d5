"""A gigabyte through the pages of a real server, which is never to be held."""

from collections.abc import Callable

from tests.benchmarks.bombs import BOMBS, TIMES, slow_reader
from tests.benchmarks.bombs import measure as measure_bombs
from tests.benchmarks.gigabyte import GIGABYTE, MEGABYTE, measure


def test_a_gigabyte_up_and_a_gigabyte_down_hardly_need_memory(figure: Callable[[str], None]) -> None:
    result = measure()

    assert result.up.received > GIGABYTE
    assert result.down.received == GIGABYTE
    assert result.up.growth < 20 * MEGABYTE
    assert result.down.growth < 20 * MEGABYTE
    growth = [f"{each.growth / MEGABYTE:+.1f} MB" for each in (result.up, result.down)]
    figure(f"1 GB up and 1 GB down: memory {growth[0]} and {growth[1]}")


def test_a_gigabyte_in_a_megabyte_is_refused_for_next_to_no_memory(figure: Callable[[str], None]) -> None:
    found = list(measure_bombs())

    assert {(name, place) for name, place, _ in found} == {
        (name, place) for name in BOMBS for place in ("page", "file")
    }
    for name, place, blast in found:
        # A download that had begun before it turned out to be a bomb is broken off.
        assert blast.status == 502 or (place == "file" and blast.status == -200), (name, place)
        assert blast.growth < 30 * MEGABYTE, (name, place)
    worst = max(blast.growth for _, _, blast in found)
    figure(
        f"{len(BOMBS)} kinds of 1 GB in 1 MB, {TIMES} times each as page and as file: memory +{worst / MEGABYTE:.1f} MB"
    )


def test_a_browser_that_takes_its_time_does_not_have_the_rest_kept_for_it(figure: Callable[[str], None]) -> None:
    growth = slow_reader(GIGABYTE)

    assert growth < 20 * MEGABYTE
    figure(f"a download of 1 GB that hardly anything is taken of: memory +{growth / MEGABYTE:.1f} MB")
