"""Pages that change things: one item, several, and what somebody else has changed meanwhile."""

from typing import Any

from webapp.html.context.shell import Link
from webapp.record import record

Pairs = tuple[tuple[str, str], ...]


@record(frozen=True, slots=True)
class EditPage:
    """`pages/edit.html`: an item as a form, filled in. Fragment: `form`."""

    name: str
    title: str
    crumbs: tuple[Link, ...]
    action: str
    multipart: bool
    fields: tuple[Any, ...]
    """A `forms.Field` each."""
    hidden: tuple[tuple[str, str], ...]
    """Inputs that go along unseen: what the form was shown with, among them."""
    inline: bool
    """Whether the form stands on the item's page, in the place of its values."""
    said: tuple[str, ...]
    """What is wrong beside what stands at the fields."""
    advice: str
    """What that means, and what one can do about it."""
    cancel_href: str
    """The item's page."""


@record(frozen=True, slots=True)
class ConflictRow:
    """One field that somebody changed."""

    name: str
    """Its pointer: `body/title`."""
    label: str
    was: str
    theirs: str
    mine: str
    """The three as text; empty where there is no value."""
    choose: bool
    """Whether both changed it to something else, so that one has to choose."""
    chosen: str
    """`mine`, `theirs`, or nothing yet."""


@record(frozen=True, slots=True)
class ConflictPage:
    """`pages/conflict.html`: what one wrote beside what somebody else did meanwhile. Fragment: `form`."""

    name: str
    title: str
    crumbs: tuple[Link, ...]
    action: str
    rows: tuple[ConflictRow, ...]
    missing: bool
    """Whether it was sent before, with something left to choose."""
    fields: tuple[Any, ...]
    """Passwords and the like that were typed, to be typed again: they never come back."""
    hidden: tuple[tuple[str, str], ...]
    cancel_href: str


@record(frozen=True, slots=True)
class BulkAction:
    """One thing that can be done to the rows that are selected."""

    slug: str
    label: str
    danger: bool = False


@record(frozen=True, slots=True)
class BulkBar:
    """What a list offers for the rows that one selects."""

    actions: tuple[BulkAction, ...]
    above: tuple[str, ...]
    """What the list's own path names, in order."""
    back: str
    """The list as it is seen now."""


@record(frozen=True, slots=True)
class BulkRow:
    """One of the things that something is done to."""

    key: str
    title: str
    href: str | None = None
    error: str = ""
    """Why it wasn't done."""


@record(frozen=True, slots=True)
class BulkPage:
    """`pages/bulk.html`: whether to do something to several things, and what became of it. Fragment: `bulk`."""

    name: str
    title: str
    crumbs: tuple[Link, ...]
    heading: str
    """The question, or how it went."""
    rows: tuple[BulkRow, ...]
    """What it is to be done to; afterwards, what it couldn't be done to."""
    done: tuple[BulkRow, ...]
    """What it has been done to."""
    action: str
    hidden: tuple[tuple[str, str], ...]
    submit: str
    """What the button says; empty where there is nothing more to do."""
    danger: bool
    undo_action: str | None
    undo_hidden: tuple[tuple[str, str], ...]
    back_href: str
