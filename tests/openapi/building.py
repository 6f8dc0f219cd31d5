"""Small documents, written as the parts that a test is about."""

import json
from typing import Any

from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.site import Operation, Resource, Site

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "integer"}


def document(paths: Json, *, url: str | None = "http://api.example/openapi.json", **more: Any) -> Document:
    """A document with these paths; `more` goes beside them."""
    root = {"openapi": "3.1.0", "info": {"title": "Test", "version": "1"}, "paths": paths, **more}
    return Document.parse(json.dumps(root), url=url)


def site(
    paths: Json, *, base_url: str | None = None, url: str = "http://api.example/openapi.json", **more: Any
) -> Site:
    return build_site(document(paths, url=url, **more), base_url=base_url)


def answers(schema: Json | None = None, **more: Any) -> Json:
    """An operation that answers JSON of this schema; of none at all without one."""
    content = {"application/json": {} if schema is None else {"schema": schema}}
    return {"responses": {"200": {"description": "OK", "content": content}}, **more}


def listing_of(schema: Json, **more: Any) -> Json:
    return answers({"type": "array", "items": schema}, **more)


def takes(schema: Json, media_type: str = "application/json", **more: Any) -> Json:
    """An operation with this body."""
    return {"requestBody": {"content": {media_type: {"schema": schema}}}, "responses": {"200": {}}, **more}


def thing(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


def query(name: str, schema: Json | None = None, **more: Any) -> Json:
    return {"name": name, "in": "query", "schema": schema or TEXT, **more}


def resource(found: Site, name: str) -> Resource:
    return next(each for each in found.resources if each.name == name)


def operation(found: Site, method: str, path: str) -> Operation:
    return next(each for each in found.operations if (each.method, each.path) == (method, path))
