"""Operations written as the parts that a test is about."""

from typing import Any

from webapp.openapi.schema import Schema
from webapp.openapi.site import Body, Operation, Parameter

TEXT = {"type": "string"}
LIST = {"type": "array", "items": TEXT}
OBJECT = {"type": "object", "properties": {"a": TEXT, "b": TEXT}}


def parameter(name: str, location: str = "query", schema: Any = TEXT, **more: Any) -> Parameter:
    """A parameter in the style that OpenAPI gives it where none is said."""
    style = more.pop("style", "form" if location in ("query", "cookie") else "simple")
    explode = more.pop("explode", style == "form")
    required = more.pop("required", location == "path")
    return Parameter(name, location, required, Schema(schema), style=style, explode=explode, **more)


def body(
    schema: Any = OBJECT, media_type: str = "application/json", *, required: bool = True, **encoding: dict[str, Any]
) -> Body:
    """What an operation takes; `encoding` says of a form's properties how they are written."""
    return Body(media_type, Schema(schema), required, encoding)


def operation(*inputs: Parameter | Body, path: str = "/things", method: str = "POST") -> Operation:
    """An operation with these inputs."""
    return Operation(
        method=method,
        path=path,
        name="do",
        label="Do",
        slug="do",
        parameters=tuple(each for each in inputs if isinstance(each, Parameter)),
        bodies=tuple(each for each in inputs if isinstance(each, Body)),
    )
