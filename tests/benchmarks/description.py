"""How an API is described: the OpenAPI document, as FastAPI would write it."""

from collections.abc import Mapping
from typing import Any

STATUSES = ("pending", "paid", "shipped", "returned")


def object_of(**properties: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object that has all of these."""
    return {"type": "object", "required": list(properties), "properties": properties}


ORDER = object_of(
    id={"type": "integer"},
    reference={"type": "string"},
    customer={"type": "string"},
    status={"type": "string", "enum": list(STATUSES)},
    total={"type": "number"},
    gift={"type": "boolean"},
    placed_at={"type": "string", "format": "date-time"},
)

CUSTOMER = object_of(
    id={"type": "integer"},
    name={"type": "string"},
    email={"type": "string", "format": "email"},
    city={"type": "string"},
    street={"type": "string"},
    active={"type": "boolean"},
    since={"type": "string", "format": "date"},
)

_PAGE = {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}}
_SIZE = {"name": "size", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}}
_SEARCH = {"name": "q", "in": "query", "schema": {"type": "string"}}
_STATUS = {"name": "status", "in": "query", "schema": {"type": "string", "enum": list(STATUSES)}}


def document() -> dict[str, Any]:
    """Of the API that every contestant asks."""
    return described(
        "Orders",
        {
            "/orders": listing("orders", "Order", _PAGE, _SIZE, _SEARCH, _STATUS),
            "/customers": listing("customers", "Customer", _PAGE, _SIZE, _SEARCH),
        },
        {"Order": ORDER, "Customer": CUSTOMER},
    )


def described(title: str, paths: Mapping[str, Any], rows: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """An API of these paths and these kinds of rows, where one signs in with a name and a password."""
    user = object_of(id={"type": "integer"}, name={"type": "string"}, email={"type": "string"})
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": {
            **paths,
            "/auth/login": {"post": _log_in()},
            "/auth/me": {"get": _operation("Me", "auth", "User")},
        },
        "components": {
            "schemas": {**rows, "User": user, **{f"{name}Page": _page_of(name) for name in rows}},
            "securitySchemes": {
                "password": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/auth/login", "scopes": {}}}}
            },
        },
    }


def listing(name: str, row: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    """A path that gives a page of rows."""
    return {"get": _operation(f"List {name}", name, f"{row}Page", *parameters)}


def _operation(summary: str, tag: str, answer: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{answer}"}
    return {
        "summary": summary,
        "tags": [tag],
        "parameters": list(parameters),
        "security": [{"password": []}],
        "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": schema}}}},
    }


def _log_in() -> dict[str, Any]:
    form = object_of(username={"type": "string"}, password={"type": "string", "format": "password"})
    token = object_of(access_token={"type": "string"}, token_type={"type": "string"})
    return {
        "summary": "Log in",
        "tags": ["auth"],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": token}}}},
    }


def _page_of(name: str) -> dict[str, Any]:
    number = {"type": "integer"}
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
    return object_of(items=items, total=number, page=number, size=number)
