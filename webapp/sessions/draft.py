"""What was typed into a form, and all that one browser has typed into several, as it is kept."""

import sys
from dataclasses import field

from webapp.record import record

MOST_OF_ONE = 4
"""Forms of one browser: somebody may have several open."""
PER_TEXT, PER_PAIR, PER_DRAFT, PER_FOLDER = 16, 64, 512, 1536
"""Bytes beside the texts themselves: what the allocator rounds up to, tuples, and entries of dicts."""

Pairs = tuple[tuple[str, str], ...]


@record(frozen=True, slots=True)
class Draft:
    """A form's texts, in order, without what is secret."""

    pairs: Pairs = field(repr=False)
    lacks: bool = False
    """Whether there was more: a password, or a file."""

    size: int = field(init=False, repr=False, compare=False)
    """Bytes that it takes: thousands of empty inputs are few characters, and much memory."""

    def __post_init__(self) -> None:
        pairs = sum(PER_PAIR + size_of(name) + size_of(value) for name, value in self.pairs)
        object.__setattr__(self, "size", PER_DRAFT + pairs)


@record(frozen=True, slots=True)
class Folder:
    """One browser's drafts."""

    owner: str
    """Who typed them, where that is known."""
    drafts: tuple[tuple[str, Draft], ...] = ()
    """With the address of the form that each was typed into, the oldest first."""

    @property
    def size(self) -> int:
        return PER_FOLDER + size_of(self.owner) + sum(size_of(place) + draft.size for place, draft in self.drafts)

    def find(self, place: str) -> Draft | None:
        """What was typed at a place."""
        return next((draft for there, draft in self.drafts if there == place), None)

    def holding(self, place: str, draft: Draft) -> "Folder":
        """The same with another draft, in place of the oldest where there are too many."""
        return Folder(self.owner, (*self.without(place).drafts, (place, draft))[-MOST_OF_ONE:])

    def without(self, place: str) -> "Folder":
        """The same without the one of a place."""
        return Folder(self.owner, tuple(each for each in self.drafts if each[0] != place))


def size_of(text: str) -> int:
    """Bytes of a text."""
    return PER_TEXT + sys.getsizeof(text)
