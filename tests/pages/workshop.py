"""A workshop's API, whose operations answer by script: for tests of what is done from the pages."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from webapp import Settings, create_app
from webapp.testing import Answer, Browser, FakeAPI

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
TOOL = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "id": {**NUMBER, "readOnly": True},
        "name": TEXT,
        "weight": NUMBER,
        "pin": {**TEXT, "format": "password"},
    },
}
KEY = {"type": "object", "properties": {"id": NUMBER, "label": TEXT, "token": TEXT}}


def ref(name: str) -> dict[str, str]:
    """A shared schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def does(name: str, label: str, answer: Any = None, body: Any = None, *parameters: Any, **more: Any) -> dict[str, Any]:
    """An operation."""
    content = {"application/json": {} if answer is None else {"schema": answer}}
    takes = {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}} if body else {}
    return {
        "operationId": name,
        "summary": label,
        "tags": ["Tools"],
        "parameters": list(parameters),
        "responses": {"200": {"description": "OK", "content": content}},
        **takes,
        **more,
    }


ID = {"name": "tool_id", "in": "path", "required": True, "schema": NUMBER}
LISTED = {"type": "array", "items": ref("Tool")}
PATHS: dict[str, Any] = {
    "/tools": {
        "get": does("listTools", "List tools", LISTED),
        "post": does("createTool", "Create tool", ref("Tool"), ref("Tool")),
    },
    "/tools/{tool_id}": {
        "get": does("getTool", "Get tool", ref("Tool"), None, ID),
        "delete": does("deleteTool", "Delete tool", None, None, ID),
    },
    "/tools/{tool_id}/sharpen": {"post": does("sharpenTool", "Sharpen tool", ref("Tool"), None, ID)},
    "/tools/{tool_id}/weigh": {"post": does("weighTool", "Weigh tool", {"type": "object"}, None, ID)},
    "/tools/{tool_id}/parts": {"get": does("listParts", "List parts", {"type": "array", "items": KEY}, None, ID)},
    "/tools/audit": {"post": does("auditTools", "Audit tools", {"type": "object"})},
    "/keys": {
        "get": does("listKeys", "List keys", {"type": "array", "items": KEY}),
        "post": does("createKey", "Create key", ref("Key"), {"type": "object", "properties": {"label": TEXT}}),
    },
    "/search": {
        "get": does(
            "search",
            "Search",
            {"type": "object"},
            None,
            {"name": "q", "in": "query", "required": True, "schema": TEXT},
            {"name": "kinds", "in": "query", "explode": False, "schema": {"type": "array", "items": TEXT}},
        )
    },
}
LOGIN: dict[str, Any] = {
    "/auth/token": {
        "post": {
            "operationId": "login",
            "requestBody": {
                "content": {
                    "application/x-www-form-urlencoded": {
                        "schema": {"type": "object", "properties": {"username": TEXT, "password": TEXT}}
                    }
                }
            },
            "responses": {"200": {"description": "OK"}},
        }
    }
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Workshop", "version": "1"},
    "paths": PATHS,
    "components": {"schemas": {"Tool": TOOL, "Key": KEY}},
}
HAMMER = {"id": 7, "name": "Hammer", "weight": 2}
ANSWERS: dict[str, Any] = {
    "GET /tools": [HAMMER],
    "GET /tools/{id}": HAMMER,
    "GET /tools/{id}/parts": [{"id": 1}, {"id": 2}],
    "GET /keys": [],
}


@asynccontextmanager
async def workshop(
    answers: Mapping[str, Any],
    *,
    paths: Mapping[str, Any] | None = None,
    accounts: Mapping[str, str] | None = None,
) -> AsyncIterator[tuple[Browser, FakeAPI]]:
    """
    A browser on the workshop's frontend, and the API behind it; `paths` come to those of its document.

    With `accounts` everybody has to sign in.
    """
    document = {**DOCUMENT, "paths": {**(LOGIN if accounts else {}), **PATHS, **(paths or {})}}
    if accounts:
        flow = {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}}}
        document["components"] = {**DOCUMENT["components"], "securitySchemes": {"password": flow}}
    api = FakeAPI({**ANSWERS, **answers}, accounts=accounts, document=document)
    async with Browser(create_app("http://api", transport=api.transport, settings=Settings())) as browser:
        yield browser, api


def toast(answer: Answer) -> str:
    """What a page says was done."""
    return answer.page.one("#toasts").text


def alert(answer: Answer) -> str:
    """What a form says is wrong."""
    return answer.page.one("#form [role=alert]").text
