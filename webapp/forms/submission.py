"""A submitted form: names and values, in the order in which a browser sends them."""

from collections.abc import Iterable, Iterator
from dataclasses import field

from webapp.forms.upload import Upload
from webapp.record import record

COMPANIONS = ("state", "branch", "count", "key", "as", "zone", "open")
"""
What is said about an input beside its value, each in an input of its own: `count:body/tags`.

state   what it means when nothing is put in: `given` (an empty text, list, or no tick), `null` or `absent`
branch  which of a union's shapes is chosen: its index, `null` or `absent`
count   how many items a list has, or entries a map
key     the key of a map's entry
as      `json` where the value is written as JSON, though the schema would have another control
zone    the time zone of a date and time whose control has none
open    `yes` where a part that may be left out is there
"""


DEEPEST = 200
"""Parts that a name may have."""


@record(frozen=True, slots=True)
class Submission:
    """What was typed, ticked and pressed: pairs of an input's name and its value, a text or a file."""

    pairs: tuple[tuple[str, str | Upload], ...] = ()
    _values: dict[str, list[str | Upload]] = field(init=False, repr=False, compare=False)
    _above: frozenset[str] = field(init=False, repr=False, compare=False)
    guessed: dict[tuple[str, int], tuple[object, int | None]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Which shapes unions have that nobody named one for (`read.py`), so that each is found out once."""

    def __post_init__(self) -> None:
        values: dict[str, list[str | Upload]] = {}
        for name, value in self.pairs:
            values.setdefault(name, []).append(value)
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_above", frozenset(_above(values)))

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str | Upload]]) -> "Submission":
        """The submission of these pairs."""
        return cls(tuple(pairs))

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def get(self, name: str) -> str | Upload | None:
        """The last value of this name, or None; a hidden input may stand before the one that overrules it."""
        values = self._values.get(name)
        return values[-1] if values else None

    def getall(self, name: str) -> list[str | Upload]:
        """All values of this name, in order."""
        return list(self._values.get(name, ()))

    def text(self, name: str) -> str | None:
        """The last value of this name if it is a text, its lines ended as JSON's are; else None."""
        value = self.get(name)
        return unix_lines(value) if isinstance(value, str) else None

    def texts(self, name: str) -> list[str]:
        """All texts of this name, in order, their lines ended as JSON's are."""
        return [unix_lines(value) for value in self._values.get(name, ()) if isinstance(value, str)]

    def has_under(self, pointer: str) -> bool:
        """Whether anything was said about the value at this pointer, or about one within it."""
        return pointer in self._above

    @property
    def edit(self) -> str | None:
        """The button that was pressed to change the form itself, `add:body/tags`."""
        return self.text("edit") or None


def unix_lines(text: str) -> str:
    """A browser sends each end of a line as CRLF."""
    return text.replace("\r\n", "\n") if "\r" in text else text


def companion(kind: str, pointer: str) -> str:
    """The name of the input that says more about the one at this pointer."""
    return f"{kind}:{pointer}"


def pointer_of(name: str) -> str:
    """The pointer that an input's name is about, its own or, of a companion, the other's."""
    kind, colon, pointer = name.partition(":")
    return pointer if colon and kind in COMPANIONS else name


def within(pointer: str) -> Iterator[str]:
    """The pointer and all those above it; none for one that is deeper than any form."""
    while pointer and pointer.count("/") <= DEEPEST:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _above(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        for pointer in within(pointer_of(name)):
            if pointer in seen:
                break
            seen.add(pointer)
            yield pointer
