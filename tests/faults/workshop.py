"""The API of the matrix: what it offers, and what it answers while nothing is wrong."""

import json
from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer"}
THING: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {"id": {**NUMBER, "readOnly": True}, "name": TEXT, "weight": {"type": "number"}},
}
DRAWING: dict[str, Any] = {"type": "object", "properties": {"caption": TEXT, "file": {**TEXT, "format": "binary"}}}
LOGIN: dict[str, Any] = {"type": "object", "properties": {"username": TEXT, "password": TEXT}}
JSON, EVENTS, ZIP = "application/json", "text/event-stream", "application/zip"


def _does(name: str, answer: Any = None, kind: str = JSON, takes: Any = None, takes_kind: str = JSON) -> dict[str, Any]:
    body = {"requestBody": {"required": True, "content": {takes_kind: {"schema": takes}}}} if takes else {}
    return {
        "operationId": name,
        "responses": {"200": {"description": "OK", "content": {kind: {"schema": answer} if answer else {}}}},
        **body,
    }


def _item(operations: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": [{"name": "id", "in": "path", "required": True, "schema": NUMBER}], **operations}


_THING = {"$ref": "#/components/schemas/Thing"}
_THINGS = {"type": "array", "items": _THING}
_SEARCH = {"parameters": [{"name": "q", "in": "query", "schema": TEXT}]}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Faulty", "version": "1"},
    "paths": {
        "/auth/token": {"post": _does("login", {}, takes=LOGIN, takes_kind="application/x-www-form-urlencoded")},
        "/things": {
            "get": {**_does("listThings", _THINGS), **_SEARCH},
            "post": _does("createThing", _THING, takes=_THING),
        },
        "/things/{id}": _item({"get": _does("getThing", _THING)}),
        "/parts": {"get": _does("listParts", _THINGS)},
        "/parts/{id}": _item(
            {
                "get": _does("getPart", _THING),
                "put": _does("changePart", _THING, takes=_THING),
                "delete": _does("deletePart"),
            }
        ),
        "/anything": {"get": _does("getAnything")},
        "/jobs/{id}": _item({"get": _does("getJob", {"type": "object"})}),
        "/drawings": {"post": _does("addDrawing", {}, takes=DRAWING, takes_kind="multipart/form-data")},
        "/dump": {"get": _does("getDump", kind=ZIP)},
        "/feed": {"get": _does("getFeed", kind=EVENTS)},
    },
    "components": {
        "schemas": {"Thing": THING},
        "securitySchemes": {
            "password": {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}}}
        },
    },
}

USER = ("ada@example.com", "sesame-open")
UNLUCKY = "unlucky@example.com"
"""Whose sign-in goes wrong."""

FAULTY = frozenset(
    {
        ("GET", "/things"),
        ("GET", "/things/7"),
        ("GET", "/anything"),
        ("GET", "/jobs/7"),
        ("GET", "/dump"),
        ("GET", "/feed"),
        ("POST", "/things"),
        ("PUT", "/parts/7"),
        ("DELETE", "/parts/7"),
        ("POST", "/drawings"),
    }
)
"""What goes wrong; all else goes well."""

_HAMMER = {"id": 7, "name": "Hammer", "weight": 2}
_ANSWERS: dict[str, Any] = {
    "/things": [_HAMMER],
    "/parts": [_HAMMER],
    "/anything": {"name": "Hammer"},
    "/jobs/7": {"status": "running", "name": "Hammer"},
    "/auth/token": {"access_token": "token-of-ada", "token_type": "bearer"},
    "/openapi.json": DOCUMENT,
}


def kind_of(path: str) -> str:
    """The media type of what is at a path."""
    return {"/dump": ZIP, "/feed": EVENTS}.get(path, JSON)


def answer_of(method: str, path: str) -> bytes:
    """What is at a path; of a list, what was made in it by a POST."""
    match kind_of(path):
        case "application/zip":
            return b"PK" + bytes(4000)
        case "text/event-stream":
            return b'data: {"name": "Hammer"}\n\n'
    made = method == "POST" and path == "/things"
    return json.dumps(_HAMMER if made else _ANSWERS.get(path, _HAMMER)).encode()
