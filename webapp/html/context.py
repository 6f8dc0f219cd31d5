"""
What each page's template may rely on.

One dataclass for each page; its fields are the variables of the template, and nothing else is. Every page also gets
`shell` (below), and the functions and filters named in `render.py`. A test holds templates and dataclasses together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.html.kinds import Kind


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Links under one heading."""

    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """What surrounds every page."""

    site: str
    """The API's title."""
    navigation: tuple[LinkGroup, ...]
    user: str | None
    """How the signed-in person is called; None for a stranger."""
    can_sign_in: bool
    path: str
    """The path and query of this page, for "back here after signing in"."""
    request_id: str
    hue: int | None
    """The accent's hue, 0 to 359, where configured."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    label: str
    kind: Kind
    sort_href: str | None = None
    """Sorts by this column, or the other way round; None where the API can't."""
    sorted: str | None = None
    """`ascending`, `descending` or None."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: the item itself, and where its own page is."""

    id: str
    """Fit for an element's id: `projects-7`."""
    href: str | None
    title: str
    values: tuple[Any, ...]
    """As the API gave them, in the order of the columns."""
    links: tuple[str | None, ...]
    """For each column, the page its value points to."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a control."""

    value: str
    label: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """One filter of a list, as a form control."""

    name: str
    label: str
    type: str
    """`search`, `text`, `number`, `date`, `datetime-local`, `select`, `checkbox`."""
    value: str
    options: tuple[Option, ...] = ()
    hint: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, with the URL that takes it off."""

    label: str
    value: str
    remove_href: str


@dataclass(frozen=True, slots=True)
class Pager:
    """Where one is in a list. Numbers count rows from 1; None is unknown, and 0 to 0 a page without rows."""

    first: int | None
    last: int | None
    total: int | None
    previous_href: str | None
    next_href: str | None
    pages: tuple[Link | None, ...] = ()
    """Numbered pages; None is a gap. Empty where the API has no numbers."""
    sizes: tuple[Link, ...] = ()
    """Rows per page to choose from."""
    beginning_href: str | None = None
    """Back to the first page, where pages have no numbers and there is no other way back."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value of an item."""

    key: str
    label: str
    kind: Kind
    value: Any
    href: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class HomePage:
    """`pages/home.html`: what there is."""

    title: str
    description: str
    groups: tuple[LinkGroup, ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    """`pages/list.html`: a resource's rows. Fragment: `list`."""

    name: str
    title: str
    description: str
    crumbs: tuple[Link, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    pager: Pager | None
    action: str
    """Where the filter form goes."""
    search: Control | None
    filters: tuple[Control, ...]
    kept: Mapping[str, str]
    """Query parameters that the filter form carries along (sort, rows per page)."""
    chips: tuple[Chip, ...]
    clear_href: str | None
    """The list without any filter; None while there is none."""
    raw_href: str | None
    """The answer itself, as JSON."""
    error: str = ""
    """Why there are no rows: what the API said against the filters, where no control stands for it."""


@dataclass(frozen=True, slots=True)
class DetailPage:
    """`pages/detail.html`: one item."""

    name: str
    title: str
    crumbs: tuple[Link, ...]
    facts: tuple[Fact, ...]
    sections: tuple["Section", ...]
    """Nested objects and lists of objects, in the answer's order."""
    related: tuple[Link, ...]
    """Lists that lie under this item."""
    raw: str


@dataclass(frozen=True, slots=True)
class Section:
    """A nested part of an item: facts of an object, or a small table of a list of objects."""

    label: str
    facts: tuple[Fact, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    more: int = 0
    """Rows left out."""


@dataclass(frozen=True, slots=True)
class ViewPage:
    """`pages/view.html`: an answer that is neither a list nor an item of a resource."""

    name: str
    title: str
    description: str
    crumbs: tuple[Link, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    text: str | None
    """An answer that is not JSON, as text."""
    media_type: str
    raw: str
    notice: str = ""
    """Why there is nothing to see: an empty answer, a file, a stream, or an input that is missing."""
    action: str = ""
    """Where the form of `controls` goes."""
    controls: tuple[Control, ...] = ()
    """The inputs of the question, where it takes any."""


@dataclass(frozen=True, slots=True)
class LoginPage:
    """`pages/login.html`: the way in."""

    action: str
    next: str
    username: str
    """What was typed; a password never comes back."""
    username_label: str
    username_type: str
    """`email` or `text`."""
    error: str
    notice: str
    """Why one is here: the session ended, one has signed out."""
    register_href: str | None


@dataclass(frozen=True, slots=True)
class RegisterField:
    """One field of the registration form."""

    name: str
    label: str
    type: str
    value: str
    required: bool
    autocomplete: str
    hint: str = ""
    error: str = ""
    minlength: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """`pages/register.html`: a new account."""

    action: str
    next: str
    fields: tuple[RegisterField, ...]
    error: str
    login_href: str


@dataclass(frozen=True, slots=True)
class Device:
    """One of the account's sessions at the API."""

    id: str
    name: str
    """The browser, as the API knows it."""
    address: str
    current: bool
    facts: tuple[Fact, ...]
    end_action: str | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """`pages/account.html`: who am I, and where am I signed in. Fragment: `devices`."""

    title: str
    facts: tuple[Fact, ...]
    devices: tuple[Device, ...] | None
    """None where the API doesn't tell."""
    end_others_action: str | None
    notice: str


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """`pages/error.html`: what went wrong, and what one can do. Fragment: `error`."""

    status: int
    title: str
    message: str
    fields: Mapping[str, tuple[str, ...]]
    request_id: str
    retry_after: int | None
    """Seconds after which the page tries again by itself; None if it doesn't."""
    sign_in_href: str | None
