"""The media types a body can have, and which of several to offer first."""

from collections.abc import Iterable
from enum import StrEnum

from webapp.openapi.operations import is_json
from webapp.openapi.schema import Schema
from webapp.openapi.site import Body


class BodyKind(StrEnum):
    """How a body is put into bytes."""

    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"
    TEXT = "text"
    """XML and all else that people can write."""
    FILE = "file"


def essence(media_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def kind_of(body: Body) -> BodyKind:
    """How this body is put into bytes."""
    name = essence(body.media_type)
    if name == "application/x-www-form-urlencoded":
        return BodyKind.FORM
    if name.startswith("multipart/"):
        return BodyKind.MULTIPART
    if is_json(name) or name in ("", "application/*"):
        return BodyKind.JSON
    written = name.startswith("text/") or name.endswith(("xml", "yaml", "ndjson", "javascript", "graphql", "csv"))
    return BodyKind.TEXT if written and not is_file(body.schema) else BodyKind.FILE


def is_file(schema: Schema) -> bool:
    """Whether a value is bytes rather than text."""
    if schema.format == "binary" or (schema.content_media_type is not None and schema.content_encoding is None):
        return schema.type in ("string", None)
    return False


def takes_files(schema: Schema) -> bool:
    """Whether a form of this schema has a file among its fields."""
    each_of = [schema, *schema.branches]
    return any(
        is_file(each) or (each.items is not None and is_file(each.items))
        for one in each_of
        for each in one.properties.values()
    )


def best_first(bodies: Iterable[Body]) -> tuple[Body, ...]:
    """The bodies, the one that makes the best form first: files go before JSON, JSON before forms, text comes last."""
    return tuple(sorted(bodies, key=_rank))


def _rank(body: Body) -> tuple[int, bool]:
    kind = kind_of(body)
    if kind is BodyKind.MULTIPART and takes_files(body.schema):
        return 0, False
    # A list of changes to make is a form for machines.
    if essence(body.media_type) == "application/json-patch+json":
        return 4, False
    order = {BodyKind.JSON: 1, BodyKind.FORM: 2, BodyKind.MULTIPART: 3, BodyKind.FILE: 5, BodyKind.TEXT: 6}
    return order[kind], essence(body.media_type) != "application/json"
