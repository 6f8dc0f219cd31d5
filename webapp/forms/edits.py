"""Changes of a form itself: one more item, one less, another order, a part opened or closed. What was typed is kept."""

from collections.abc import Callable

from webapp.forms.fill import MOST_ITEMS
from webapp.forms.pointer import join
from webapp.forms.read import count_of
from webapp.forms.submission import Submission, companion, pointer_of
from webapp.forms.upload import Upload

Pairs = list[tuple[str, str | Upload]]


def apply_edit(submission: Submission) -> Submission:
    """
    The submission after the button that was pressed (`submission.edit`), without that button.

    A button that means nothing here changes nothing.
    """
    verb, _, pointer = (submission.edit or "").partition(":")
    form = Submission.of(pair for pair in submission.pairs if pair[0] != "edit")
    change = CHANGES.get(verb)
    return form if change is None or not pointer else change(form, pointer)


def _add(form: Submission, pointer: str) -> Submission:
    count = count_of(form, pointer)
    return _counted(form, pointer, min(count + 1, MOST_ITEMS))


def _remove(form: Submission, pointer: str) -> Submission:
    parent, at = _place(pointer)
    count = count_of(form, parent)
    if at is None or at >= count:
        return form

    def moved(index: int) -> int | None:
        return None if index == at else index - (index > at)

    return _counted(_renumbered(form, parent, moved), parent, count - 1)


def _up(form: Submission, pointer: str) -> Submission:
    parent, at = _place(pointer)
    return form if not at or at >= count_of(form, parent) else _swapped(form, parent, at - 1, at)


def _down(form: Submission, pointer: str) -> Submission:
    parent, at = _place(pointer)
    return form if at is None or at + 1 >= count_of(form, parent) else _swapped(form, parent, at, at + 1)


def _open(form: Submission, pointer: str) -> Submission:
    return Submission.of((*form.pairs, (companion("open", pointer), "yes")))


def _close(form: Submission, pointer: str) -> Submission:
    # What it means to be empty, and an entry's key, are said about the part rather than within it.
    kept = {companion(kind, pointer) for kind in ("state", "key")}
    return Submission.of(pair for pair in form.pairs if pair[0] in kept or not _is_within(pair[0], pointer))


def _branch(form: Submission, pointer: str) -> Submission:
    # Whatever the old shape said about how to read its value doesn't hold for the new one.
    gone = {companion(kind, pointer) for kind in ("as", "state", "zone", "count", "open")}
    return Submission.of(pair for pair in form.pairs if pair[0] not in gone)


CHANGES: dict[str, Callable[[Submission, str], Submission]] = {
    "add": _add,
    "remove": _remove,
    "up": _up,
    "down": _down,
    "open": _open,
    "close": _close,
    "branch": _branch,
}


def _place(pointer: str) -> tuple[str, int | None]:
    parent, _, last = pointer.rpartition("/")
    return parent, int(last) if last.isdecimal() and last.isascii() and len(last) < 9 else None


def _is_within(name: str, pointer: str) -> bool:
    own = pointer_of(name)
    return own == pointer or own.startswith(f"{pointer}/")


def _counted(form: Submission, pointer: str, count: int) -> Submission:
    name = companion("count", pointer)
    return Submission.of((*(pair for pair in form.pairs if pair[0] != name), (name, str(count))))


def _swapped(form: Submission, parent: str, one: int, other: int) -> Submission:
    return _renumbered(form, parent, lambda index: {one: other, other: one}.get(index, index))


def _renumbered(form: Submission, parent: str, moved: Callable[[int], int | None]) -> Submission:
    pairs: Pairs = []
    for name, value in form.pairs:
        index = _index(name, parent)
        at = None if index is None else moved(index)
        if index is None:
            pairs.append((name, value))
        elif at is not None:
            own = pointer_of(name)
            rest = own[len(join(parent, index)) :]
            pairs.append((name[: len(name) - len(own)] + join(parent, at) + rest, value))
    return Submission.of(pairs)


def _index(name: str, parent: str) -> int | None:
    own = pointer_of(name)
    if not own.startswith(f"{parent}/"):
        return None
    return _place(f"{parent}/{own[len(parent) + 1 :].partition('/')[0]}")[1]
