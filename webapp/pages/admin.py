"""
`/-/admin/sessions`: who is signed in, and signing them out, for an operator and their scripts.

It is there where `WEBAPP_ADMIN_TOKEN` is set, for whoever sends it as a bearer token. Sessions are known by the SHA-256
of their ids.
"""

import secrets
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from webapp.errors import NotFound
from webapp.sessions import Ending, Registry, Session, audit


async def list_sessions(request: Request) -> Response:
    """All of them, or those of one `?owner=`, as JSON."""
    if refusal := _refusal(request):
        return refusal
    registry: Registry = request.state.registry
    owner = request.query_params.get("owner")
    found = await registry.everybody() if owner is None else await registry.of_owner(owner)
    return _answer({"sessions": [_told(each) for each in found]})


async def end_sessions(request: Request) -> Response:
    """End those of one `?owner=`."""
    if refusal := _refusal(request):
        return refusal
    registry: Registry = request.state.registry
    owner = request.query_params.get("owner")
    if not owner:
        return _answer({"detail": "Say whose: ?owner=..."}, 422)
    return _answer({"ended": await registry.end_all(owner, by="operator")})


async def end_session(request: Request) -> Response:
    """End the one whose id has this SHA-256."""
    if refusal := _refusal(request):
        return refusal
    registry: Registry = request.state.registry
    ended = await registry.end(request.path_params["key"], Ending.REVOKED, by="operator")
    return _answer({"ended": 1}) if ended else _answer({"detail": "There is no such session."}, 404)


def _refusal(request: Request) -> Response | None:
    """What is answered to anybody but the operator; raises NotFound where there is none."""
    token: str | None = request.state.admin_token
    if token is None:
        raise NotFound("There is nothing here.")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    right = secrets.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token.encode())
    if scheme.lower() == "bearer" and right:
        return None
    audit("admin_refused", path=request.url.path)
    refusal = _answer({"detail": "This needs the operator's token."}, 401)
    refusal.headers["WWW-Authenticate"] = "Bearer"
    return refusal


def _told(session: Session) -> dict[str, str | None]:
    return {
        "key": session.key,
        "owner": session.owner,
        "user": session.user,
        "created_at": _moment(session.created_at),
        "seen_at": _moment(session.seen_at),
        "address": session.address,
        "user_agent": session.user_agent,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _answer(data: object, status: int = 200) -> Response:
    return JSONResponse(data, status, {"Cache-Control": "no-store"})
