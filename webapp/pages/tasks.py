"""One operation as its page is about it: what is known of its inputs, and where it belongs."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import uuid4

from starlette.requests import Request

from webapp.client.paths import fill_path
from webapp.errors import NotFound, UnsafePath
from webapp.forms import ABSENT
from webapp.forms.pointer import join, split
from webapp.forms.read import read_value
from webapp.forms.request import Outgoing
from webapp.forms.submission import Submission
from webapp.html.context import Link
from webapp.html.urls import href, safe_next
from webapp.openapi.entries import label_of_opening
from webapp.openapi.labels import normal, wordlist, words
from webapp.openapi.routes import Routes
from webapp.openapi.schema import Schema
from webapp.openapi.site import Match, Operation, Parameter, Resource
from webapp.pages.actions import ITEM, go_by_different_keys, is_below, new_label, operation_href
from webapp.pages.crumbs import page_label
from webapp.pages.masking import is_secret
from webapp.pages.sites import routes_for
from webapp.record import record

ONCE = frozenset({"idempotencykey", "xidempotencykey"})
"""Headers, by normal name, with which an API tells a request that comes twice from two that are alike."""
KNOWN_BY = frozenset(wordlist("session sessid sid auth authorization csrf xsrf jwt token"))
"""Words in the names of headers and cookies that a session is known by."""


class Role(StrEnum):
    """What an operation is to its resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ACTION = "action"
    """Everything else."""


@record(frozen=True)
class Task:
    """An operation, and the request that is about it."""

    request: Request
    routes: Routes
    operation: Operation

    @classmethod
    async def of(cls, request: Request) -> "Task":
        """The task that an address names. Raises NotFound."""
        routes = await routes_for(request)
        operation = routes.operation(request.path_params["slug"])
        if operation is None:
            raise NotFound
        return cls(request, routes, operation)

    @cached_property
    def known(self) -> Mapping[str, str]:
        """The path parameters that the address gives, if it gives them all."""
        query = self.request.query_params
        found = {name: query.get(join("path", name)) or query.get(name, "") for name in self.operation.path_parameters}
        return found if all(found.values()) else {}

    @property
    def hidden(self) -> frozenset[str]:
        """The pointers of what needs no asking: what the address says, and what the session knows."""
        kept = self.routes.site.credentials
        return frozenset(
            join(each.location, each.name)
            for each in self.operation.parameters
            if (each.location == "path" and each.name in self.known) or _is_credential(each, kept) or _is_once(each)
        )

    def once(self, submission: Submission | None) -> tuple[tuple[str, str], ...]:
        """
        The inputs that have this form done once, however often it is sent: a new key for each form that is shown.

        The one in `submission` stays.
        """
        names = [join(each.location, each.name) for each in self.operation.parameters if _is_once(each)]
        given = {name: submission.text(name) if submission is not None else None for name in names}
        return tuple((name, given[name] or str(uuid4())) for name in names)

    @cached_property
    def path(self) -> str:
        """The operation's path, filled in if its parameters are known."""
        if not self.known:
            return self.operation.path
        path = self.filled(self.operation, self.known)
        if path is None:
            raise NotFound
        return path

    @staticmethod
    def filled(operation: Operation, values: Mapping[str, Any]) -> str | None:
        """An operation's path with these values; None where they can't be part of one."""
        try:
            return fill_path(operation.path, values)
        except UnsafePath:
            return None

    @property
    def action(self) -> str:
        """The address of this page, with what it knows of the path."""
        item = {ITEM: self.about.path} if self.about is not None else {}
        return operation_href(self.request, self.operation, {**self.known, **item})

    @cached_property
    def about(self) -> Match | None:
        """The item's page where the address tells it, because the path of the operation leads to none."""
        given = self.request.query_params.get(ITEM)
        match = self.routes.match(given) if given else None
        return match if match is not None and is_below(self.operation, match.operation) else None

    @cached_property
    def above(self) -> tuple[Match, ...]:
        """The pages that the path passes, the last one first."""
        path = self.about.path if self.about is not None else self.path
        told = path.partition("{")[0].rstrip("/") if "{" in path else path
        segments = told.strip("/").split("/")
        found = (self.routes.match("/" + "/".join(segments[:end])) for end in range(len(segments), 0, -1))
        return tuple(match for match in found if match is not None and not self._is_astray(match))

    def _is_astray(self, match: Match) -> bool:
        """Whether a page's path is only by chance a part of the operation's: `/posts/{slug}`, `/posts/{post_id}`."""
        return self.about is None and go_by_different_keys(match.operation, self.operation)

    @property
    def page(self) -> Match | None:
        """The page that this belongs to: the nearest one above, or the one of the very path."""
        return next(iter(self.above), None)

    @property
    def back(self) -> str:
        """Where one came from, or else the page that this belongs to."""
        given = safe_next(self.request.query_params.get("next"), default="")
        if given:
            return given
        return href(self.request, self.page.path) if self.page else href(self.request, "/-/operations")

    def crumbs(self, title: str = "") -> tuple[Link, ...]:
        """The way down to this page; `title` is what the page above it is called, where that is known."""
        pages = [(page_label(match), match.path) for match in reversed(self.above)]
        if pages and title:
            pages[-1] = title, pages[-1][1]
        here = Link(self.title, self.action, current=True)
        links = (Link(label, href(self.request, path)) for label, path in pages)
        return (Link("Home", href(self.request, "/")), *links, here)

    @cached_property
    def title(self) -> str:
        """What its page is called: what the links say that lead there."""
        if self.resource is not None and self.role is Role.CREATE:
            return new_label(self.resource)
        opening = label_of_opening(self.routes.site, self.operation) if self.is_read else None
        return opening or self.operation.title

    @property
    def is_read(self) -> bool:
        """Whether its page only leads to what it reads, which has an address of its own."""
        needed = any(each.required and each.location in ("header", "cookie") for each in self.operation.parameters)
        return self.operation.method == "GET" and not self.operation.bodies and not needed

    def with_version(self, outgoing: Outgoing, etag: str | None) -> Outgoing:
        """The request for the version that was seen, and no other, where the page knew one."""
        if not etag or self.operation.method not in ("DELETE", "PUT", "PATCH"):
            return outgoing
        return replace(outgoing, headers={**outgoing.headers, "If-Match": etag})

    @cached_property
    def resource(self) -> Resource | None:
        """The resource that this is done to."""
        name = self.operation.name
        for resource in self.routes.site.resources:
            own = (resource.create, resource.update, resource.delete)
            if any(each is not None and each.name == name for each in (*own, *resource.actions)):
                return resource
        return self.page.resource if self.page else None

    @property
    def role(self) -> Role:
        """What this is to its resource."""
        resource, name = self.resource, self.operation.name
        own = (
            {}
            if resource is None
            else {Role.CREATE: resource.create, Role.UPDATE: resource.update, Role.DELETE: resource.delete}
        )
        return next((role for role, each in own.items() if each is not None and each.name == name), Role.ACTION)

    def given(self) -> dict[str, Any]:
        """The inputs that the address fills in: by pointer, or by a name that only one of them has."""
        values: dict[str, Any] = {"path": dict(self.known)} if self.known else {}
        for name, text in self.request.query_params.multi_items():
            pointer = self._pointer(name)
            schema = self._schema(split(pointer)) if pointer and pointer not in self.hidden else None
            if schema is None:
                continue
            value = read_value(schema, Submission.of([(pointer, text)]), pointer).value
            if value is not ABSENT:
                _put(values, split(pointer), value)
        return values

    def _pointer(self, name: str) -> str:
        if "/" in name or ":" in name:
            return name
        places = [each.location for each in self.operation.parameters if each.name == name]
        places += ["body"] if any(name in body.schema.properties for body in self.operation.bodies) else []
        return join(places[0], name) if len(places) == 1 else ""

    def _schema(self, parts: tuple[str, ...]) -> Schema | None:
        if len(parts) < 2:
            return None
        if parts[0] != "body":
            named = (each for each in self.operation.parameters if (each.location, each.name) == parts)
            return next((each.schema for each in named), None)
        for body in self.operation.bodies:
            found: Schema | None = body.schema
            for part in parts[1:]:
                found = found.properties.get(part) if found is not None else None
            if found is not None and not found.read_only:
                return found
        return None


def _is_once(parameter: Parameter) -> bool:
    return parameter.location == "header" and normal(parameter.name) in ONCE


def _is_credential(parameter: Parameter, kept: Collection[str]) -> bool:
    """Whether a parameter carries what a session is known by, which is nobody's to type in."""
    if parameter.location == "query":
        return parameter.name in kept
    told = {word.lower() for word in words(parameter.name)}
    return parameter.location != "path" and (is_secret(parameter.name, parameter.schema) or bool(told & KNOWN_BY))


def _put(values: dict[str, Any], parts: tuple[str, ...], value: Any) -> None:
    for part in parts[:-1]:
        values = values.setdefault(part, {})
    values[parts[-1]] = value
