"""
What an API has against an input, at the field that it is about.

APIs name a field as they see it, which is seldom as the form does: in another spelling (`dueDate` for `due_date`),
with the wrappers of their own models around it (`request.title`, a union's branch, JSON:API's `attributes`), or without
those that the body has. A field is taken for the one that is meant where all that differs is of this kind.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from webapp.forms.field import Field
from webapp.forms.pointer import split
from webapp.openapi.labels import humanise, normal
from webapp.record import record

Complaints = Mapping[str, Sequence[str]]
Parts = tuple[str, ...]

WRAPPERS = frozenset(
    {"body", "data", "attributes", "relationships", "request", "json", "payload", "input", "args", "params", "query"}
)
"""Names, normalised, that stand around the fields on one side and not on the other."""
NOWHERE: Mapping[str, str] = {}
BEGINNING = re.compile(
    r"[\"'`]?([A-Za-z_][\w.-]*)[\"'`]? (?:must|should|is|are|has|have|can|cannot|can't|may|does|needs|exceeds)\b"
)
"""How sentences begin that say what a field has to be like."""
MOST_BESIDE = 3
"""Parts of a complaint's path that may be no field's: the names of models and of a union's shapes."""


@record(frozen=True, slots=True)
class _Place:
    pointer: str
    parts: Parts
    """The normalised path of the value, below `body`, `query` ..., a map's keys in place of their numbers."""
    alone: frozenset[int]
    """Which of the parts are the only ones of their kind: an object's single property."""
    rank: int
    """Where inputs of a name are in several places, the body is meant first."""
    location: str
    """The part of the request: `body`, `query` ..."""


def place(
    complaints: Complaints,
    fields: Sequence[Field],
    *,
    locations: Mapping[str, str] = NOWHERE,
    sentences: Sequence[str] = (),
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """
    Find the field of each complaint.

    `complaints` maps dotted paths (`address.street`, `items.0.price`), as APIError has them, to sentences; `locations`
    says of some in which part of the request they are. Of the `sentences` about the whole, those that begin with the
    name of one field are about that. The answer is the sentences by the field's name, and those that no field was
    found for; `sentences` are among these only where another one has found its field.
    """
    places: dict[str, list[_Place]] = {}
    for each in _places(fields):
        places.setdefault(each.parts[-1], []).append(each)
    placed: dict[str, tuple[str, ...]] = {}
    left: list[str] = []
    for dotted, said in complaints.items():
        found = _found(_normalised(dotted), places, locations.get(dotted, ""))
        if found is not None:
            placed[found] = tuple(dict.fromkeys((*placed.get(found, ()), *said)))
        else:
            left += [f"{_called(dotted)}: {each}" if dotted else each for each in said]
    about = {each: found for each in sentences if (found := _begun_with(each, places))}
    for said, found in about.items():
        placed[found] = tuple(dict.fromkeys((*placed.get(found, ()), said)))
    left += [each for each in sentences if about and each not in about]
    return placed, tuple(dict.fromkeys(left))


def _found(parts: Parts, places: Mapping[str, list[_Place]], location: str) -> str | None:
    """The field of that path: in the part of the request that was told, else in any."""
    there = {name: [each for each in found if each.location == location] for name, found in places.items()}
    return (_find(parts, there) if location else None) or _find(parts, places)


def _begun_with(sentence: str, places: Mapping[str, list[_Place]]) -> str | None:
    """The one field with whose name a sentence begins: `email must be an email`."""
    begun = BEGINNING.match(sentence)
    parts = _normalised(begun[1]) if begun else ()
    if not parts:
        return None
    found = {each.pointer for each in places.get(parts[-1], ()) if _differs(parts, each) is not None}
    return found.pop() if len(found) == 1 else None


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
        yield _Place(field.name, parts, alone, ("body", "query", "path", "header", "cookie").index(location), location)
    elif not rest:
        yield _Place(field.name, (location,), alone, 0, location)
    for each in field.fields:
        yield from _within(each, parts, alone, len(field.fields) == 1 and not each.row)


def _normalised(dotted: str) -> Parts:
    return tuple(normal(part) or part for part in dotted.split(".") if part)


def _called(dotted: str) -> str:
    """A path in words: `Items 2 price` for `items.1.price`."""
    return humanise(" ".join(str(int(part) + 1) if part.isdecimal() else part for part in dotted.split(".")))
