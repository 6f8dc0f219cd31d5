"""What a browser has begun at somebody else's, kept until it is back; and the way to the login page if it failed."""

from collections.abc import Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from webapp.html.htmx import redirect
from webapp.html.urls import href
from webapp.oidc import Beginning, Providers
from webapp.sessions.addresses import network_key

T = TypeVar("T", bound=Beginning)


async def keep(request: Request, answer: Response, key: str, begun: Beginning) -> Response:
    """The answer, which leads elsewhere, and makes the browser the one that may come back for what it has begun."""
    cookie = await _providers(request).pending.keep(
        request.headers.get("cookie", ""),
        begun.KIND,
        key,
        begun.dump(),
        scheme=request.scope["scheme"],
        root_path=request.scope.get("root_path", ""),
        address=network_key(request.scope),
    )
    answer.headers.append("Set-Cookie", cookie)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


async def take(request: Request, key: str, kind: type[T]) -> T | None:
    """What this browser has begun under a key, once."""
    value = await _providers(request).pending.take(
        request.headers.get("cookie", ""),
        kind.KIND,
        key,
        scheme=request.scope["scheme"],
        root_path=request.scope.get("root_path", ""),
    )
    return _loaded(kind, value)


async def only(request: Request, kind: type[T]) -> T | None:
    """What this browser has under way, if that is one thing of its kind; it stays."""
    value = await _providers(request).pending.only(
        request.headers.get("cookie", ""),
        kind.KIND,
        scheme=request.scope["scheme"],
        root_path=request.scope.get("root_path", ""),
    )
    return _loaded(kind, value)


async def is_begun(request: Request, key: str, kind: type[Beginning]) -> bool:
    """Whether something of this browser's waits under a key."""
    return await _providers(request).pending.has(
        request.headers.get("cookie", ""),
        kind.KIND,
        key,
        scheme=request.scope["scheme"],
        root_path=request.scope.get("root_path", ""),
    )


def origin(request: Request) -> str:
    """Where browsers find this site: as the operator says, or else as this one asks for it."""
    return _providers(request).public_url or f"{request.scope['scheme']}://{request.headers.get('host', '')}"


def address(request: Request, path: str) -> str:
    """A page's whole URL, for others to lead back to."""
    return origin(request) + href(request, path)


def back_to_login(request: Request, why: str, where: str, *, at: str = "") -> Response:
    """The way back to the login page, which says `why`; nothing that the address of this one holds goes along."""
    params = [("why", why), *([("at", at)] if at else []), *([("next", where)] if where else [])]
    return redirect(request, href(request, "/login", params))


def _loaded(kind: type[T], value: Mapping[str, Any] | None) -> T | None:
    try:
        return kind.load(value) if value is not None else None
    except ValueError:
        return None


def _providers(request: Request) -> Providers:
    providers: Providers = request.state.providers
    return providers
