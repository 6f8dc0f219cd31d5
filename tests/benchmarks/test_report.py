"""What the table makes of the figures."""

import pytest

from tests.benchmarks.report import KILOBYTES, MICROSECONDS, Quantity, ratio, rows, table
from tests.benchmarks.rounds import Contestant, Spread, interleave


def test_rounds_are_interleaved() -> None:
    order: list[str] = []
    contestants = [_contestant(name, order) for name in "ABC"]

    figures = interleave(contestants, 2)

    assert order == ["A", "B", "C", "A", "B", "C"]
    assert figures == [[{"turn": 1}, {"turn": 4}], [{"turn": 2}, {"turn": 5}], [{"turn": 3}, {"turn": 6}]]


def test_ratios_are_taken_round_by_round() -> None:
    slow, fast = Spread((10.0, 40.0, 20.0)), Spread((5.0, 20.0, 10.0))

    assert fast.over(slow) == Spread((0.5, 0.5, 0.5))


def test_the_table_compares_with_the_first_contestant_and_judges_ours() -> None:
    quantity = Quantity("a page", MICROSECONDS, limit=150e-6, share=0.40)
    contestants = [_contestant("theirs", []), Contestant("ours", dict, ours=True)]
    figures = [[{"a page": 400e-6}, {"a page": 500e-6}], [{"a page": 200e-6}, {"a page": 50e-6}]]

    lines = table([*rows([quantity], contestants, figures)]).splitlines()

    assert _cells(lines[2]) == ["a page", "theirs", "450 µs", "400 to 500", "1.00", "1.00 to 1.00", ""]
    assert _cells(lines[3])[2:6] == ["125 µs", "50.0 to 200", "0.30", "0.10 to 0.50"]
    assert _cells(lines[3])[6] == "150 µs met, 0.40 met"


def test_a_goal_that_is_missed_is_called_missed() -> None:
    quantity = Quantity("a session", KILOBYTES, limit=2048, share=0.5)
    contestants = [_contestant("theirs", []), Contestant("ours", dict, ours=True)]

    lines = table([*rows([quantity], contestants, [[{"a session": 4000}], [{"a session": 3000}]])]).splitlines()

    assert _cells(lines[3])[6] == "2.0 kB **missed**, 0.50 **missed**"


def test_a_goal_may_be_a_share_of_somebody_else_s() -> None:
    quantity = Quantity("a page", MICROSECONDS, shares={"fast": 1.0, "absent": 0.1})
    contestants = [_contestant("slow", []), _contestant("fast", []), Contestant("ours", dict, ours=True)]
    figures = [[{"a page": 400e-6}], [{"a page": 100e-6}], [{"a page": 90e-6}]]

    lines = table([*rows([quantity], contestants, figures)]).splitlines()

    assert [_cells(line)[6] for line in lines[2:]] == ["", "", "1.00 of fast (0.90) met"]


@pytest.mark.parametrize(
    ("value", "written"), [(1, "1.00"), (0.312, "0.31"), (0.02, "1/50"), (0.000034, "1/29,412"), (0, "0.00")]
)
def test_a_ratio_is_written_so_that_it_says_something(value: float, written: str) -> None:
    assert ratio(value) == written


def _contestant(name: str, order: list[str]) -> Contestant:
    def measure() -> dict[str, float]:
        order.append(name)
        return {"turn": len(order)}

    return Contestant(name, measure)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
