"""The item that a change is about: how it is read, which version of it that was, and how its form begins."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from webapp.client import Reply
from webapp.client.paths import fill_path
from webapp.errors import Forbidden, UnsafePath
from webapp.forms.media import BodyKind, essence, kind_of
from webapp.forms.prefill import fit_body, fit_query
from webapp.forms.values import ABSENT
from webapp.openapi.listing import read_item
from webapp.openapi.schema import Schema
from webapp.openapi.site import Body, MatchKind, Operation, Resource
from webapp.openapi.uses import is_file, is_plumbing, is_stream
from webapp.pages.actions import go_by_different_keys
from webapp.pages.masking import is_secret
from webapp.pages.tasks import Task
from webapp.record import record

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
FORMS = (BodyKind.JSON, BodyKind.FORM, BodyKind.MULTIPART)
HIDDEN = re.compile(r"([*•x#.])\1{2,}|<?\[?(redacted|hidden|masked|secret)\]?>?", re.IGNORECASE)
"""What an API shows in place of a secret."""


@record(frozen=True, slots=True)
class Version:
    """Which version of an item was read, as the API tells; both empty where it doesn't."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, reply: Reply) -> "Version":
        """The version of what was answered."""
        return cls(reply.headers.get("etag", ""), reply.headers.get("last-modified", ""))

    @property
    def text(self) -> str:
        return self.etag or self.modified

    def conditions(self) -> dict[str, str]:
        """The headers that let a write through only if this is the version still."""
        if self.etag:
            return {"If-Match": self.etag}
        return {"If-Unmodified-Since": self.modified} if self.modified else {}


@record(frozen=True, slots=True)
class Item:
    """An item as it was just read."""

    data: Any
    """Out of its wrapper."""
    answer: Any
    """As it came."""
    version: Version


@record(frozen=True, slots=True)
class Target:
    """What an operation changes, and where it is read."""

    operation: Operation
    """With bodies that a form can be made of."""
    path: str
    """The API's path of the item."""
    resource: Resource | None

    @classmethod
    def of(cls, task: Task) -> "Target | None":
        """What a task changes; None where it isn't a change of something that can be read."""
        operation = task.operation
        if len(task.known) != len(operation.path_parameters):
            return None
        resource = task.resource
        path = _item_path(task, resource)
        if path is None:
            return None
        schema = resource.item_schema if resource is not None else None
        return cls(replace(operation, bodies=_usable(operation, schema)), path, resource)

    async def read(self, task: Task) -> Item:
        """The item as it is now; nothing of it where one may change it without being allowed to see it."""
        try:
            reply = await task.request.state.api.request("GET", self.path)
        except Forbidden:
            return Item(None, None, Version())
        return Item(read_item(self.resource, reply.data), reply.data, Version.of(reply))

    def values(self, task: Task, schema: Schema | None, item: Item) -> dict[str, Any]:
        """What the form begins with: the item as the operation takes it, without secrets."""
        return self._fitted(task, schema, item, secrets=False)

    def whole(self, task: Task, schema: Schema | None, item: Item) -> dict[str, Any]:
        """What would leave the item as it is: with secrets, unless the API itself hides them."""
        return self._fitted(task, schema, item, secrets=True)

    def _fitted(self, task: Task, schema: Schema | None, item: Item, *, secrets: bool) -> dict[str, Any]:
        def skip(name: str, own: Schema, value: Any) -> bool:
            if not (own.write_only or own.format == "password" or is_secret(name, own)):
                return False
            return not secrets or (isinstance(value, str) and HIDDEN.fullmatch(value) is not None)

        made: dict[str, Any] = {"path": dict(task.known)}
        if query := fit_query(self.operation, item.data, skip=skip):
            made["query"] = query
        if schema is not None and (body := fit_body(schema, item.data, item.answer, skip=skip)) is not ABSENT:
            made["body"] = body
        return made


def _item_path(task: Task, resource: Resource | None) -> str | None:
    """Where the thing is read that an operation changes."""
    operation = task.operation
    if not (any(kind_of(each) in FORMS for each in operation.bodies) if operation.bodies else operation.query):
        return None  # there is nothing to fill in, or a text or file that takes the place of another
    if resource is not None and resource.item is not None and _is(resource.update, operation):
        if task.about is not None and _is(resource.item, task.about.operation):
            return task.about.path
        if go_by_different_keys(resource.item, operation):
            return None
        return _filled(resource.item, task.known, operation)
    if operation.method not in ("PUT", "PATCH"):
        return None
    match = task.routes.match(task.path)
    if match is None or match.kind is MatchKind.LIST or not _is_readable(match.operation):
        return None
    return match.api_path or match.path


def _filled(item: Operation, known: Mapping[str, str], operation: Operation) -> str | None:
    # The two name their variables as they like; their order is the same.
    values = [known[name] for name in operation.path_parameters]
    if len(values) != len(item.path_parameters):
        return None
    try:
        return fill_path(item.path, dict(zip(item.path_parameters, values, strict=True)), item.spanning)
    except UnsafePath:
        return None


def _is(one: Operation | None, other: Operation) -> bool:
    return one is not None and one.name == other.name


def _is_readable(operation: Operation) -> bool:
    return not any(kind(operation) for kind in (is_stream, is_file, is_plumbing))


def _usable(operation: Operation, item: Schema | None) -> tuple[Body, ...]:
    """The bodies that a form can be made of: what a patch is applied to stands for the patch."""
    made = [
        replace(body, schema=item) if item is not None and _says_nothing(body) else body for body in operation.bodies
    ]
    plain = [body for body in made if essence(body.media_type) != JSON_PATCH]
    return tuple(plain or made)


def _says_nothing(body: Body) -> bool:
    media_type = essence(body.media_type)
    return media_type == JSON_PATCH or (media_type == MERGE_PATCH and not body.schema.properties)
