"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Rounds, and what each holds; `peers` are contestants that have to be installed first."""

    rounds: int = 9
    sessions: int = 2000
    users: int = 2000
    calls: int = 300
    pages: int = 300
    crowd: int = 640
    connections: int = 8
    starts: int = 3
    peers: bool = True


QUICK = Effort(rounds=1, sessions=1000, users=200, calls=64, pages=50, crowd=64, starts=1, peers=False)
"""Shows that everything works; its figures mean nothing."""
