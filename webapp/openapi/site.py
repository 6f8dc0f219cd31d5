"""
What a document says, as pages see it: a Site of resources and operations.

Values only: `resources.py` and `security.py` fill them in, `pages` reads them.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from functools import cached_property
from typing import Any

from webapp.client.schemes import Scheme
from webapp.openapi.codeflow import CodeFlow, OAuthButton
from webapp.openapi.labels import normal, without_verb
from webapp.openapi.prose import first_paragraph
from webapp.openapi.schema import Schema
from webapp.record import record

VARIABLE = re.compile(r"\{[^{}]*\}")


@record(frozen=True, slots=True)
class Parameter:
    """A named input of an operation outside its body."""

    name: str
    location: str
    """`path`, `query`, `header` or `cookie`."""
    required: bool
    schema: Schema
    description: str = ""
    deprecated: bool = False
    explode: bool = True
    """Whether an array is sent as repeated parameters rather than joined by commas."""
    style: str = "form"
    """How arrays and objects are written: `form`, `simple`, `deepObject`, `spaceDelimited`, `pipeDelimited` ..."""
    media_type: str | None = None
    """Set where the value is sent as a text of this type, such as JSON."""
    spans: bool = False
    """Whether a value in the path may be several segments, its slashes among what is sent as it is."""
    examples: tuple[Any, ...] = ()


@record(frozen=True, slots=True)
class Body:
    """What an operation takes as its request body."""

    media_type: str
    schema: Schema
    required: bool = False
    encoding: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """How the document wants a form's properties written, by name: OpenAPI's Encoding Objects."""


@record(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    """Upper case."""
    path: str
    """`/projects/{id}`, relative to the site's base URL."""
    name: str
    """The operationId, or one made of method and path; unique in its document."""
    label: str
    """What a person would call it."""
    slug: str = ""
    """The name as a URL's segment, unique in its document: `update-project`."""
    description: str = ""
    tags: tuple[str, ...] = ()
    """As headings for people."""
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[Body, ...] = ()
    answer: Schema | None = None
    """The schema of a successful JSON answer; None where the document gives none."""
    answer_types: tuple[str, ...] = ()
    """Media types of a successful answer."""
    secured: bool | None = None
    """Whether it asks for a sign-in; None where the document doesn't say."""
    security: tuple[tuple[str, ...], ...] | None = None
    """The sets of schemes that do for it, by name, an empty one for nobody in particular; None as above."""
    deprecated: bool = False
    hidden: bool = False
    """Whether somebody wants it out of sight: nothing leads to it, though it still has its page."""

    @cached_property
    def title(self) -> str:
        """What its page is called: of a GET what is got, of any other what it does."""
        return without_verb(self.label) if self.method == "GET" else self.label

    @cached_property
    def introduction(self) -> str:
        """The first paragraph of its description, as plain text."""
        return first_paragraph(self.description)

    @cached_property
    def path_parameters(self) -> tuple[str, ...]:
        """The names in the path, in order."""
        return tuple(part.split("}")[0] for part in self.path.split("{")[1:])

    @cached_property
    def spanning(self) -> frozenset[str]:
        """Those of them that may be several segments."""
        return frozenset(each.name for each in self.parameters if each.spans)

    @cached_property
    def query(self) -> tuple[Parameter, ...]:
        """The query parameters."""
        return tuple(parameter for parameter in self.parameters if parameter.location == "query")

    @cached_property
    def query_names(self) -> frozenset[str]:
        """Their names."""
        return frozenset(parameter.name for parameter in self.query)


class PagingStyle(StrEnum):
    """How an API cuts a list into pages."""

    PAGE = "page"
    OFFSET = "offset"
    CURSOR = "cursor"


@record(frozen=True, slots=True)
class Paging:
    """The query parameters that turn a list's pages."""

    style: PagingStyle
    position: str
    """The parameter that says where: `page`, `offset`, `cursor`."""
    size: str | None = None
    """The parameter that says how many."""
    default_size: int | None = None
    max_size: int | None = None
    first: int = 1
    """The number of the first page, where pages are numbered."""


@record(frozen=True)
class Sorting:
    """
    How a list is put in order.

    `choices` are the values the document allows, as sent, each with the field it sorts by and whether downwards.
    """

    parameter: str
    choices: Mapping[str, tuple[str, bool]]
    """`{"-created_at": ("created_at", True)}`."""
    direction: str | None = None
    """A second parameter for the direction, where there is one."""
    ascending: str = "asc"
    descending: str = "desc"

    @cached_property
    def values(self) -> Mapping[tuple[str, bool], str]:
        """What to send for each field, by its normal name, and for whether downwards."""
        return {(normal(field), downwards): value for value, (field, downwards) in self.choices.items()}


@record(frozen=True)
class Resource:
    """A collection with its items, or a list alone, or a single thing: what a page is about."""

    name: str
    """Unique in its site, fit for a CSS class and a template folder: `projects`, `projects-issues`."""
    label: str
    """`Projects`."""
    singular: str
    """`Project`."""
    tag: str
    """The heading it stands under on the home page."""
    path: str
    """The path of its list's page, `/projects` or `/projects/{project_id}/issues`; of a singleton, its own."""
    list: Operation | None = None
    """A GET, or a POST whose body says what to list (`posted.py`)."""
    item: Operation | None = None
    """GET of one item: `/projects/{project_id}`."""
    create: Operation | None = None
    update: Operation | None = None
    delete: Operation | None = None
    actions: tuple[Operation, ...] = ()
    """Everything else that is done to the collection or to one of its items."""
    views: tuple[Operation, ...] = ()
    """GETs below an item that are no list of their own: `/jobs/{id}/stats`."""
    parent: str | None = None
    """The name of the resource whose item this one lies under."""
    row_schema: Schema | None = None
    """What a row of the list looks like."""
    item_schema: Schema | None = None
    items_path: tuple[str, ...] | None = None
    """Where in an answer the rows lie: `()` is the answer itself; None is unknown, look at the answer."""
    id_field: str | None = None
    unlinked: bool = False
    """Whether somebody said that no field of a row is an id: rows lead nowhere."""
    title_field: str | None = None
    paging: Paging | None = None
    sorting: Sorting | None = None
    search: Parameter | None = None
    filters: tuple[Parameter, ...] = ()
    relations: Mapping[str, str] = field(default_factory=dict)
    """Fields that hold the id of another resource, with that resource's name."""
    shown_by: tuple[tuple[str, str], ...] = ()
    """Lists elsewhere that can be narrowed to one of its items: each resource's name, and its filter's."""
    credentials: frozenset[str] = frozenset()
    """Query parameters that carry keys, in lower case: an API's own links may have them, ours never do."""
    columns: tuple[str, ...] = ()
    """The fields that its table shows, where somebody has chosen them."""
    hidden: bool = False
    """Whether somebody wants it out of sight: no navigation leads to it, though it still has its pages."""
    confidence: float = 1.0

    @cached_property
    def is_single(self) -> bool:
        """Whether it is a thing there is one of: settings, a profile."""
        return self.list is None and self.item is not None and self.item.path == self.path

    @cached_property
    def item_actions(self) -> tuple[Operation, ...]:
        """The actions on one item: what lies at its path or below."""
        return tuple(each for each in self.actions if self._is_below_item(each))

    @cached_property
    def collection_actions(self) -> tuple[Operation, ...]:
        """The actions on the collection, or on several of its items at once."""
        return tuple(each for each in self.actions if not self._is_below_item(each))

    @cached_property
    def item_views(self) -> tuple[Operation, ...]:
        """The views that lie below an item."""
        return tuple(each for each in self.views if self._is_below_item(each))

    @cached_property
    def lookups(self) -> tuple[Operation, ...]:
        """The views that find something by what isn't an item's id: `/users/by-email/{email}`."""
        return tuple(each for each in self.views if not self._is_below_item(each))

    def _is_below_item(self, operation: Operation) -> bool:
        if self.is_single:
            return True
        path = _unnamed(operation.path) + "/"
        known = (self.item, self.update, self.delete)
        items = {_unnamed(self.path) + "/{}", *(_unnamed(each.path) for each in known if each is not None)}
        return any(path.startswith(item + "/") for item in items)


def _unnamed(path: str) -> str:
    """A path whatever its variables are called: `/projects/{}`."""
    return VARIABLE.sub("{}", path).rstrip("/")


@record(frozen=True, slots=True)
class KeyPlace:
    """Where an API wants a key that it has given out."""

    name: str
    place: str
    """`header`, `query` or `cookie`."""
    label: str
    hint: str = ""


@record(frozen=True, slots=True)
class SignIn:
    """One way to sign in, as far as the document tells."""

    path: str
    """Where the credentials are posted; empty where they go along with every call."""
    encoding: str
    """How they are sent: posted as `form` or `json`, else `basic`, `bearer`, or as nothing but keys: `api_key`."""
    username_field: str = ""
    password_field: str = ""
    username_label: str = "Email"
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further fields sent as they are, such as `grant_type`."""
    token_field: str = ""
    """Where the token is in the answer, with dots for what lies deeper; empty where that shows by itself."""
    either: bool = False
    """Whether nobody says that it is a form: then it may be JSON."""
    scheme: str = "Bearer"
    """What stands before a token; may be empty."""
    keys: tuple[KeyPlace, ...] = ()
    """Keys that every call carries besides."""
    hint: str = ""
    """What the document says about it."""

    @property
    def is_posted(self) -> bool:
        """Whether it has an operation of its own, rather than going along with every call."""
        return self.encoding in ("form", "json")

    @property
    def name(self) -> str:
        """Fit for a URL, and its own among the ways of a site: `password`, `basic`, `bearer-x-app-key`."""
        start = "password" if self.is_posted else self.encoding.replace("_", "-")
        return "-".join([start, *(re.sub(r"[^a-z0-9]+", "-", key.name.lower()).strip("-") for key in self.keys)])


@record(frozen=True, slots=True)
class Accounts:
    """Everything around signing in that a site offers. Any of it may be missing; None is "the API has none"."""

    sign_in: SignIn | None = None
    """The first of the ways to sign in; None where the API has none, or none that is told."""
    ways: tuple[SignIn, ...] = ()
    """All of them, the likeliest first."""
    check: Operation | None = None
    """A GET that only those get who are signed in."""
    register: Operation | None = None
    sign_out: Operation | None = None
    refresh: Operation | None = None
    me: Operation | None = None
    """Who am I."""
    sessions: Operation | None = None
    """GET: the list of the account's device sessions."""
    end_session: Operation | None = None
    """DELETE of one device session."""
    end_other_sessions: Operation | None = None
    """DELETE of all but this one."""
    code_flow: CodeFlow | None = None
    """Where somebody else issues the API's tokens."""
    buttons: tuple[OAuthButton, ...] = ()
    """The providers that the API itself signs in at."""
    required: bool = False
    """Whether the document declares any security at all."""
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    """The declared security schemes, by name."""


class MatchKind(StrEnum):
    """What a URL is the page of."""

    LIST = "list"
    ITEM = "item"
    VIEW = "view"
    """A GET that belongs to no resource's list or item: shown from its answer."""


@record(frozen=True, slots=True)
class Match:
    """A URL's page: the operation that answers it and, where there is one, its resource."""

    kind: MatchKind
    operation: Operation
    resource: Resource | None
    path_params: Mapping[str, str]
    """Decoded values."""
    path: str
    """The page's path, which is the API's, with the values filled in and quoted."""
    api_path: str = ""
    """Where the API is asked, if not there: a list that is asked for with a POST may have the path of what it lists."""


@record(frozen=True, slots=True)
class Site:
    """A whole document: what it is called, what it offers, and which URL is which page (`match`)."""

    title: str
    description: str
    version: str
    resources: tuple[Resource, ...]
    views: tuple[Operation, ...]
    """GETs without path parameters that no resource claims."""
    operations: tuple[Operation, ...]
    """Every operation of the document, in its order."""
    accounts: Accounts
    credentials: frozenset[str] = frozenset()
    """Query parameters that carry keys, in lower case."""
    rest: tuple[Operation, ...] = ()
    """What belongs to no resource and is no view: to be found among the operations."""
    base_url: str | None = None
    """What the paths are relative to: the URL the site was built for, else where the document says the API lives."""
    lacks: str = ""
    """Why there is no document, and how to have one; empty where there is."""
    problems: tuple[str, ...] = ()
    """What in the document couldn't be read and was passed over, a sentence each."""
