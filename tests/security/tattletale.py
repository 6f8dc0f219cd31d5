"""An API that tells in every answer what it knows of whoever asks, as careless ones do in their errors."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

MARKERS = {
    "password": "Passw0rdMarkerA7f3Kq",
    "bearer": "BearerMarkerB8g4LrXx",
    "refresh token": "RefreshMarkerC9h5Ms",
    "API key": "KeyMarkerD1j6NtYyZz0",
    "backend cookie": "CookieMarkerE2k7Pu",
}
TEXT = {"type": "string"}
ITEM = {"type": "object", "properties": {"id": {"type": "integer"}, "name": TEXT, "note": TEXT}}
ROWS = {"type": "array", "items": ITEM}
ID = {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "integer"}}
CREDENTIALS = {"type": "object", "properties": {"username": TEXT, "password": {**TEXT, "format": "password"}}}
SECRETIVE = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": TEXT, "password": {**TEXT, "format": "password", "writeOnly": True}},
}


def _does(name: str, answer: Any = ITEM, *parameters: Any, body: Any = None, kind: str = "application/json") -> Any:
    takes = {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}} if body else {}
    return {
        "operationId": name,
        "parameters": list(parameters),
        "responses": {"200": {"description": "OK", "content": {kind: {"schema": answer}}}},
        **takes,
    }


PATHS: dict[str, Any] = {
    "/auth/token": {
        "post": {
            **_does("login"),
            "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": CREDENTIALS}}},
        }
    },
    "/auth/refresh": {"post": _does("refresh", body={"type": "object", "properties": {"refresh_token": TEXT}})},
    "/auth/logout": {"post": _does("logout")},
    "/auth/me": {"get": _does("get_me")},
    "/things": {"get": _does("list_things", ROWS), "post": _does("create_thing", body=SECRETIVE)},
    "/things/{thing_id}": {
        "get": _does("get_thing", ITEM, ID),
        "patch": _does("change_thing", ITEM, ID, body=SECRETIVE),
        "delete": _does("delete_thing", ITEM, ID),
    },
    "/things/{thing_id}/break": {"post": _does("break_thing", ITEM, ID)},
    "/broken": {"get": _does("get_broken")},
    "/invalid": {"get": _does("get_invalid")},
    "/garbled": {"get": _does("get_garbled")},
    "/elsewhere": {"get": _does("get_elsewhere")},
    "/report": {"get": _does("get_report", {}, kind="application/octet-stream")},
    "/feed": {"get": _does("watch", {}, kind="text/event-stream")},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Tattletale", "version": "1"},
    "paths": PATHS,
    "security": [{"password": []}, {"key": []}],
    "components": {
        "securitySchemes": {
            "password": {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}}},
            "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
    },
}


class Tattletale:
    """The API; `seen` are the names of the secrets that have reached it."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "PATCH", "DELETE"])])
        self._spent = True

    async def _answer(self, request: Request) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        known = f"{dict(request.headers)} {request.url} {body}"
        self.seen |= {name for name, marker in MARKERS.items() if marker in known}
        path = request.url.path
        if path == "/openapi.json":
            return JSONResponse(DOCUMENT)
        if path in ("/auth/token", "/auth/refresh"):
            return self._sign_in(path, body)
        if not self._is_known(request):
            return JSONResponse({"detail": "Not authenticated", "input": known}, 401)
        if path == "/things" and request.method == "GET" and self._spent:
            self._spent = False  # once, so that it's renewed
            return JSONResponse({"detail": "Expired"}, 401)
        return self._tell(request, known)

    def _sign_in(self, path: str, body: str) -> Response:
        wanted = MARKERS["refresh token"] if path == "/auth/refresh" else MARKERS["password"]
        if wanted not in body:
            return JSONResponse({"detail": [{"loc": ["body", "password"], "msg": "wrong", "input": body}]}, 401)
        told = {
            "access_token": MARKERS["bearer"],
            "refresh_token": MARKERS["refresh token"],
            "token_type": "bearer",
            "expires_in": 3600,
        }
        return JSONResponse(told, headers={"Set-Cookie": f"backend={MARKERS['backend cookie']}; Path=/; HttpOnly"})

    def _is_known(self, request: Request) -> bool:
        return (
            request.headers.get("authorization") == f"Bearer {MARKERS['bearer']}"
            or request.headers.get("x-api-key") == MARKERS["API key"]
        )

    def _tell(self, request: Request, known: str) -> Response:
        path, told = request.url.path, {"Server": known[:200].replace("\n", " "), "X-Debug": json.dumps(known)}
        item = {"id": 1, "name": "One", "password": MARKERS["password"], "api_key": MARKERS["API key"]}
        if request.method != "GET":
            return self._tell_of_a_write(request, known, told)
        match path:
            case "/broken":
                return PlainTextResponse(f"Traceback: {known}", 500, told)
            case "/garbled":
                return Response(b'{"half": "' + known.encode()[:50], 200, told, "application/json")
            case "/invalid":
                return JSONResponse({"detail": [{"loc": ["query", "q"], "msg": "bad", "input": known}]}, 422, told)
            case "/elsewhere":
                return Response(
                    status_code=302, headers={"Location": f"http://elsewhere.example/?t={MARKERS['bearer']}"}
                )
            case "/report":
                return Response(b"a file", 200, {**told, "Content-Disposition": "attachment; filename=report.bin"})
            case "/feed":
                return Response(b'data: {"id": 1}\n\n', 200, told, "text/event-stream")
            case "/auth/me":
                return JSONResponse({"email": "ada@example.com"}, headers=told)
            case "/things":
                return JSONResponse([item], headers=told)
        return JSONResponse(item, headers=told)

    def _tell_of_a_write(self, request: Request, known: str, told: Mapping[str, str]) -> Response:
        if request.method == "DELETE":
            return Response(status_code=204, headers=told)
        return JSONResponse({"detail": [{"loc": ["body", "name"], "msg": "bad", "input": known}]}, 422, told)


def spellings(markers: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Each secret as it may be written, and halves of it."""
    from base64 import b64encode

    return {
        name: (marker, marker.lower(), marker[::-1], b64encode(marker.encode()).decode().rstrip("="), marker[4:16])
        for name, marker in markers.items()
    }
