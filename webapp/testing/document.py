"""An OpenAPI document made from sample answers."""

from collections.abc import Mapping
from typing import Any

ACCOUNTS: dict[str, Any] = {
    "/auth/token": {
        "post": {
            "operationId": "login",
            "tags": ["auth"],
            "requestBody": {
                "required": True,
                "content": {
                    "application/x-www-form-urlencoded": {
                        "schema": {
                            "type": "object",
                            "required": ["username", "password"],
                            "properties": {
                                "username": {"type": "string"},
                                "password": {"type": "string", "format": "password"},
                            },
                        }
                    }
                },
            },
            "responses": {
                "200": {
                    "description": "Signed in",
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["access_token", "token_type"],
                                "properties": {
                                    "access_token": {"type": "string"},
                                    "token_type": {"type": "string"},
                                },
                            }
                        }
                    },
                }
            },
            "security": [],
        }
    },
    "/auth/me": {
        "get": {
            "operationId": "me",
            "tags": ["auth"],
            "responses": {
                "200": {
                    "description": "Who is signed in",
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {"email": {"type": "string", "format": "email"}},
                            }
                        }
                    },
                }
            },
        }
    },
    "/auth/logout": {
        "post": {"operationId": "logout", "tags": ["auth"], "responses": {"204": {"description": "Signed out"}}}
    },
}


def describe(title: str, answers: Mapping[str, Any], *, signed_in: bool) -> dict[str, Any]:
    """
    A document with an operation for each route, its answer's schema read off a sample.

    With `signed_in`, all of it asks for a bearer token, and the sign-in that gives one is in there too.
    """
    paths: dict[str, Any] = {path: dict(item) for path, item in ACCOUNTS.items()} if signed_in else {}
    for route, answer in answers.items():
        method, _, path = route.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(path, answer)
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "paths": paths}
    if signed_in:
        flow = {"type": "oauth2", "flows": {"password": {"tokenUrl": "auth/token", "scopes": {}}}}
        document["components"] = {"securitySchemes": {"password": flow}}
        document["security"] = [{"password": []}]
    return document


def _operation(path: str, answer: Any) -> dict[str, Any]:
    status, sample = answer if isinstance(answer, tuple) else (200, answer)
    response: dict[str, Any] = {"description": "The answer"}
    if status != 204:
        response["content"] = {"application/json": {"schema": _schema(sample)}}
    names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    return {
        "tags": [path.split("/")[1] or "root"],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names],
        "responses": {str(status): response},
    }


def _schema(sample: Any) -> dict[str, Any]:
    match sample:
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
        case list():
            return {"type": "array", "items": _schema(sample[0]) if sample else {}}
        case dict():
            return {"type": "object", "properties": {str(key): _schema(value) for key, value in sample.items()}}
        case _:
            return {}
