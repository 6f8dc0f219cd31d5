"""Interleaved rounds: A B C A B C ..., so that whatever else the machine does meets all contestants alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Figures = Mapping[str, float]
"""One round's figures of one contestant, by quantity."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`measure` does one round's work and says what it cost."""

    name: str
    measure: Callable[[], Figures]
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """A contestant that can't take part here, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Spread:
    """The same figure of several rounds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def over(self, other: "Spread") -> "Spread":
        """The ratios to another contestant's figures, round by round: what slowed a round down cancels out."""
        return Spread(tuple(mine / theirs for mine, theirs in zip(self.values, other.values, strict=True)))


def interleave(contestants: Sequence[Contestant], rounds: int) -> list[list[Figures]]:
    """Each contestant's figures of each round, in the order of the contestants."""
    figures: list[list[Figures]] = [[] for _ in contestants]
    for _ in range(rounds):
        for mine, contestant in zip(figures, contestants, strict=True):
            mine.append(contestant.measure())
    return figures
