"""
What changed between two JSON values, and how to say so to an API: as a merge patch, as JSON Patch, or as the whole.

A form shows a part of a thing. `before` and `after` are that part as the form was shown and as it came back; `whole`
is the thing itself, with all that the form didn't show. What is absent is `ABSENT`, which isn't null.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from webapp.forms.values import ABSENT
from webapp.record import record

Parts = tuple[str, ...]
"""Where in a value: the keys on the way."""


def same(one: Any, other: Any) -> bool:
    """
    Whether two values mean the same.

    1 and 1.0 do, and true and 1 don't. So do two ways to write a moment, and texts that differ in line ends alone:
    a form's controls give back neither as they got them.
    """
    match one, other:
        case (bool(), _) | (_, bool()):
            return one is other
        case (Mapping(), Mapping()):
            return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
        case (list(), list()):
            return len(one) == len(other) and all(map(same, one, other))
        case (str(), str()):
            return one == other or _lines(one) == _lines(other) or _same_moment(one, other)
    return bool(one == other)


def merge_patch(before: Any, after: Any) -> Any:
    """The patch (RFC 7396) that makes `after` of `before`: what differs, and null for what is gone."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after
    gone = {key: None for key in before if key not in after}
    return gone | {
        key: merge_patch(before[key], value) if _both_objects(before.get(key), value) else value
        for key, value in after.items()
        if key not in before or not same(before[key], value)
    }


def apply_patch(target: Any, patch: Any) -> Any:
    """What a merge patch (RFC 7396) makes of a value."""
    if not isinstance(patch, Mapping):
        return patch
    made = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        else:
            made[key] = apply_patch(made.get(key), value)
    return made


def json_patch(before: Any, after: Any, at: str = "") -> list[dict[str, Any]]:
    """The operations (RFC 6902) that make `after` of `before`; a list that differs is replaced as a whole."""
    if same(before, after):
        return []
    if not _both_objects(before, after):
        return [{"op": "replace", "path": at, "value": after}]
    done: list[dict[str, Any]] = []
    for key in [*before, *(key for key in after if key not in before)]:
        place = f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
        if key not in after:
            done.append({"op": "remove", "path": place})
        elif key not in before:
            done.append({"op": "add", "path": place, "value": after[key]})
        else:
            done.extend(json_patch(before[key], after[key], place))
    return done


def overlay(whole: Any, before: Any, after: Any) -> Any:
    """
    The whole with what was changed from `before` to `after`, and everything else as it is.

    What the form didn't show stays: keys that `before` lacks, and a list's items beyond those it shows. Items keep
    what wasn't shown of them though others were added, moved or removed.
    """
    if same(before, after):
        return after if whole is ABSENT else whole
    if _both_objects(whole, after):
        return _overlaid(whole, before if isinstance(before, Mapping) else {}, after)
    if isinstance(whole, list) and isinstance(before, list) and isinstance(after, list):
        origins = _origins(before, after)
        items = [
            item if origin is None or origin >= len(whole) else overlay(whole[origin], before[origin], item)
            for item, origin in zip(after, origins, strict=True)
        ]
        return [*items, *whole[len(before) :]]
    return after


@record(frozen=True, slots=True)
class Difference:
    """One place where either side changed something. Values may be `ABSENT`."""

    place: Parts
    was: Any
    theirs: Any
    mine: Any

    @property
    def by_them(self) -> bool:
        return not same(self.was, self.theirs)

    @property
    def by_me(self) -> bool:
        return not same(self.was, self.mine)

    @property
    def is_conflict(self) -> bool:
        """Whether both changed it, and not to the same."""
        return self.by_them and self.by_me and not same(self.theirs, self.mine)


@record(frozen=True, slots=True)
class Merged:
    """Two people's changes to one value."""

    value: Any
    """With both; where they contradict each other, with mine."""
    differences: tuple[Difference, ...]

    @property
    def conflicts(self) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.is_conflict)


def merge(was: Any, theirs: Any, mine: Any) -> Merged:
    """
    Put together what two people made of one value.

    Objects are compared key by key; of lists, and of values that are no objects on all sides, the whole is one place.
    """
    differences = tuple(_differences(was, theirs, mine, ()))
    value = theirs
    for each in differences:
        if each.by_me:
            value = put(value, each.place, each.mine)
    return Merged(value, differences)


def find(value: Any, place: Parts) -> Any:
    """What stands at a place; ABSENT where there is none."""
    for part in place:
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value


def put(value: Any, place: Parts, new: Any) -> Any:
    """A copy of the value with something else at a place; objects on the way there are made, ABSENT takes away."""
    if not place:
        return new
    if isinstance(value, list) and place[0].isdecimal() and int(place[0]) < len(value):
        at = int(place[0])
        item = put(value[at], place[1:], new)
        return [*value[:at], *([] if item is ABSENT else [item]), *value[at + 1 :]]
    made = dict(value) if isinstance(value, Mapping) else {}
    if new is ABSENT and place[0] not in made:
        return made
    inner = put(made.get(place[0], ABSENT), place[1:], new)
    if inner is ABSENT:
        made.pop(place[0], None)
    else:
        made[place[0]] = inner
    return made


def _overlaid(whole: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: value for key, value in whole.items() if key in after or key not in before}
    for key, value in after.items():
        made[key] = overlay(whole.get(key, ABSENT), before.get(key, ABSENT), value)
    return made


def _origins(before: Sequence[Any], after: Sequence[Any]) -> list[int | None]:
    """For each item which one it was before: the same one, else the one it has most in common with."""
    left = dict(enumerate(before))
    origins: list[int | None] = []
    for at, item in enumerate(after):
        exact = [at] if at in left and same(left[at], item) else [key for key, old in left.items() if same(old, item)]
        origins.append(exact[0] if exact else None)
        if exact:
            del left[exact[0]]
    for at, item in enumerate(after):
        if origins[at] is None and left:
            alike = {key: _in_common(old, item) for key, old in left.items()}
            # Where several are as like, the one in the same place was meant, as long as they are as many.
            best = max(left, key=lambda key: (alike[key], key == at))
            if alike[best] or (best == at and len(before) == len(after)):
                origins[at] = best
                del left[best]
    return origins


def _in_common(one: Any, other: Any) -> int:
    if not _both_objects(one, other):
        return 0
    return sum(key in other and same(value, other[key]) for key, value in one.items())


def _differences(was: Any, theirs: Any, mine: Any, place: Parts) -> Iterator[Difference]:
    if all(isinstance(each, Mapping) for each in (was, theirs, mine)):
        for key in dict.fromkeys((*was, *theirs, *mine)):
            inner = was.get(key, ABSENT), theirs.get(key, ABSENT), mine.get(key, ABSENT)
            yield from _differences(*inner, (*place, key))
        return
    found = Difference(place, was, theirs, mine)
    if found.by_them or found.by_me:
        yield found


def _both_objects(one: Any, other: Any) -> bool:
    return isinstance(one, Mapping) and isinstance(other, Mapping)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _same_moment(one: str, other: str) -> bool:
    # Only what is long enough to be one, and begins as one: most texts don't get as far as being read.
    if not (16 <= len(one) <= 40 and 16 <= len(other) <= 40 and one[:4].isdecimal() and other[:4].isdecimal()):
        return False
    try:
        first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    except ValueError:
        return False
    return first == second
