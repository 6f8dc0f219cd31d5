"""
What an API has against an input, at the field that it is about.

APIs name a field as they see it, which is seldom as the form does: in another spelling (`dueDate` for `due_date`),
with the wrappers of their own models around it (`request.title`, a union's branch, JSON:API's `attributes`), or without
those that the body has. A field is taken for the one that is meant where all that differs is of this kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from webapp.forms.field import Field
from webapp.forms.pointer import split
from webapp.openapi.labels import humanise, normal

Complaints = Mapping[str, Sequence[str]]
Parts = tuple[str, ...]

WRAPPERS = frozenset(
    {"body", "data", "attributes", "relationships", "request", "json", "payload", "input", "args", "params", "query"}
)
"""Names, normalised, that stand around the fields on one side and not on the other."""
MOST_BESIDE = 3
"""Parts of a complaint's path that may be no field's: the names of models and of a union's shapes."""


@dataclass(frozen=True, slots=True)
class _Place:
    pointer: str
    parts: Parts
    """The normalised path of the value, below `body`, `query` ..., a map's keys in place of their numbers."""
    alone: frozenset[int]
    """Which of the parts are the only ones of their kind: an object's single property."""
    rank: int
    """Where inputs of a name are in several places, the body is meant first."""


def place(complaints: Complaints, fields: Sequence[Field]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """
    Find the field of each complaint.

    `complaints` maps dotted paths (`address.street`, `items.0.price`), as APIError has them, to sentences. The answer
    is the sentences by the field's name, and those that no field was found for.
    """
    places: dict[str, list[_Place]] = {}
    for each in _places(fields):
        places.setdefault(each.parts[-1], []).append(each)
    placed: dict[str, tuple[str, ...]] = {}
    left: list[str] = []
    for dotted, said in complaints.items():
        found = _find(_normalised(dotted), places)
        if found is not None:
            placed[found] = tuple(dict.fromkeys((*placed.get(found, ()), *said)))
        else:
            left += [f"{_called(dotted)}: {each}" if dotted else each for each in said]
    return placed, tuple(dict.fromkeys(left))


def _find(parts: Parts, places: Mapping[str, list[_Place]]) -> str | None:
    """The field of that path, else the nearest one around it."""
    for length in range(len(parts), 0, -1):
        wanted = parts[:length]
        scored = [(score, each) for each in places.get(wanted[-1], ()) if (score := _differs(wanted, each)) is not None]
        if scored:
            least = min(score for score, _ in scored)
            best = [each for score, each in scored if score == least]
            return min(best, key=lambda each: each.rank).pointer
    return None


def _differs(wanted: Parts, field: _Place) -> int | None:
    """How many parts one path has and the other hasn't; None where that makes them different places."""
    common = _in_common(wanted, field.parts)
    extra = [at for at in range(len(field.parts)) if at not in {own for _, own in common}]
    beside = [part for at, part in enumerate(wanted) if at not in {given for given, _ in common}]
    if any(field.parts[at] not in WRAPPERS and at not in field.alone for at in extra):
        return None
    if len(beside) > MOST_BESIDE or any(part.isdecimal() for part in beside):
        return None
    return len(extra) + len(beside)


def _in_common(one: Parts, other: Parts) -> list[tuple[int, int]]:
    """The indices of what two paths share in the same order, told from their ends."""
    pairs = []
    at = len(other) - 1
    for index in range(len(one) - 1, -1, -1):
        found = next((each for each in range(at, -1, -1) if other[each] == one[index]), None)
        if found is not None:
            pairs.append((index, found))
            at = found - 1
    return pairs


def _places(fields: Sequence[Field]) -> Iterator[_Place]:
    in_body = [each for each in fields if each.name.startswith("body/")]
    for each in fields:
        yield from _within(each, (), frozenset(), in_body == [each])


def _within(field: Field, above: Parts, alone: frozenset[int], is_alone: bool) -> Iterator[_Place]:
    location, *rest = split(field.name)
    own = normal(field.key or rest[-1]) if rest else ""
    # A union and its chosen shape have one name.
    parts = above if not rest or field.shape else (*above, own or rest[-1])
    if is_alone and parts and not field.shape:
        alone = alone | {len(parts) - 1}
    if parts and not field.shape:
        yield _Place(field.name, parts, alone, ("body", "query", "path", "header", "cookie").index(location))
    elif not rest:
        yield _Place(field.name, (location,), alone, 0)
    for each in field.fields:
        yield from _within(each, parts, alone, len(field.fields) == 1 and not each.row)


def _normalised(dotted: str) -> Parts:
    return tuple(normal(part) or part for part in dotted.split(".") if part)


def _called(dotted: str) -> str:
    """A path in words: `Items 2 price` for `items.1.price`."""
    return humanise(" ".join(str(int(part) + 1) if part.isdecimal() else part for part in dotted.split(".")))
