"""
Overrides as values: what was said about a site, and nothing about what wasn't.

None is "not said", so that what was inferred stays; OFF is "there is none".
"""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Final, Literal

from webapp.openapi.site import PagingStyle
from webapp.record import record


class Off(Enum):
    """Says that there is none, in the place of what there could be."""

    OFF = "off"


OFF: Final = Off.OFF

Nothing = Literal[Off.OFF]


@record(frozen=True, slots=True)
class PagingOverride:
    """How a list's pages are turned."""

    style: PagingStyle | None = None
    position: str | None = None
    size: str | None = None
    default_size: int | None = None
    max_size: int | None = None
    first: int | None = None


@record(frozen=True, slots=True)
class SortingOverride:
    """How a list is put in order."""

    parameter: str | None = None
    choices: Mapping[str, tuple[str, bool]] | None = None
    """The values to send, each with its field and whether it sorts downwards."""
    direction: str | None = None
    ascending: str | None = None
    descending: str | None = None


@record(frozen=True, slots=True)
class ResourceOverride:
    """What is said about one resource."""

    label: str | None = None
    singular: str | None = None
    group: str | None = None
    hidden: bool | None = None
    columns: tuple[str, ...] | None = None
    id: str | Nothing | None = None
    title: str | Nothing | None = None
    items: tuple[str, ...] | Nothing | None = None
    paging: PagingOverride | Nothing | None = None
    sorting: SortingOverride | Nothing | None = None
    search: str | Nothing | None = None
    filters: tuple[str, ...] | None = None
    relations: Mapping[str, str | Nothing] | None = None
    item: str | Nothing | None = None
    """Operations, as `GET /projects/{id}` or by their path alone."""
    create: str | Nothing | None = None
    update: str | Nothing | None = None
    delete: str | Nothing | None = None


@record(frozen=True, slots=True)
class OperationOverride:
    """What is said about one operation."""

    label: str | None = None
    hidden: bool | None = None


@record(frozen=True, slots=True)
class LoginOverride:
    """What is said about signing in. Operations are written `POST /auth/logout`, or as their path alone."""

    kind: str | None = None
    """`form`, `json`, `basic`, `bearer`, `api_key` or `none`."""
    path: str | None = None
    username_field: str | None = None
    password_field: str | None = None
    username_label: str | None = None
    token_field: str | None = None
    scheme: str | None = None
    key: str | None = None
    key_in: str | None = None
    key_label: str | None = None
    extra: Mapping[str, str] | None = None
    me: str | Nothing | None = None
    register: str | Nothing | None = None
    sign_out: str | Nothing | None = None
    refresh: str | Nothing | None = None
    refresh_field: str | None = None


@record(frozen=True, slots=True)
class CSRFOverride:
    """A token that the API sets as a cookie and wants back in a header; a GET of `path` brings it."""

    cookie: str | None = None
    header: str | None = None
    path: str | None = None


@record(frozen=True, slots=True)
class APIOverride:
    """What is said about every call."""

    write_headers: Mapping[str, str] = field(default_factory=dict)
    csrf: CSRFOverride | None = None
    media_type: str | None = None
    """What JSON is called: `application/vnd.api+json`."""


@record(frozen=True, slots=True)
class Overrides:
    """Everything that is said about a site."""

    title: str | None = None
    varies: bool = False
    """Whether the document differs by who is signed in, so that what is named here may be missing for some."""
    api: APIOverride = field(default_factory=APIOverride)
    login: LoginOverride = field(default_factory=LoginOverride)
    resources: Mapping[str, ResourceOverride] = field(default_factory=dict)
    operations: Mapping[str, OperationOverride] = field(default_factory=dict)
