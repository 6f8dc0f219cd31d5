"""Pages that do what an API can do."""

from typing import Any

from webapp.html.context.facts import Fact, Section
from webapp.html.context.shell import Link
from webapp.html.context.tables import Option
from webapp.record import record


@record(frozen=True, slots=True)
class OperationPage:
    """`pages/operation.html`: the form of one operation, or the question whether to go on. Fragment: `form`."""

    name: str
    title: str
    """What it does; the question whether to go on, where there is nothing to fill in."""
    description: str
    crumbs: tuple[Link, ...]
    request_line: str
    """What is sent: `POST /projects/7/archive`."""
    action: str
    method: str
    """`post`, or `get` where the form only leads to a page."""
    multipart: bool
    fields: tuple[Any, ...]
    """A `forms.Field` each."""
    hidden: tuple[tuple[str, str], ...]
    """Inputs that go along unseen."""
    media_types: tuple[Option, ...]
    """What the body can be, where there is a choice."""
    submit: str
    """What the button says."""
    danger: bool
    """Whether something is lost by it."""
    consequences: str
    """What goes with it, in a sentence."""
    said: tuple[str, ...]
    """What is wrong beside what stands at the fields."""
    advice: str
    """What that means, and what one can do about it."""
    deprecated: bool
    back_href: str
    elsewhere: str = ""
    """Why it is not done here, where it isn't; there is no form then."""
    elsewhere_link: Link | None = None
    """Where it is."""
    curl: str = ""
    """How to ask for it in a terminal, as far as it is filled in, once that was asked for."""


@record(frozen=True, slots=True)
class ResultPage:
    """`pages/result.html`: what an operation answered. Fragment: `result`."""

    name: str
    title: str
    crumbs: tuple[Link, ...]
    done: str
    """What was done, in a sentence."""
    facts: tuple[Fact, ...]
    secrets: tuple[Fact, ...]
    """Keys and tokens that the API shows this once."""
    sections: tuple[Section, ...]
    text: str | None
    media_type: str
    raw: str
    links: tuple[Link, ...]
    """Where to go from here."""


@record(frozen=True, slots=True)
class OperationEntry:
    """One operation in the list of all."""

    label: str
    href: str
    method: str
    path: str
    deprecated: bool = False


@record(frozen=True, slots=True)
class OperationGroup:
    """The operations of one tag."""

    label: str
    operations: tuple[OperationEntry, ...]


@record(frozen=True, slots=True)
class OperationsPage:
    """`pages/operations.html`: everything an API can do. Fragment: `operations`."""

    title: str
    crumbs: tuple[Link, ...]
    action: str
    query: str
    groups: tuple[OperationGroup, ...]
    found: int
    total: int
