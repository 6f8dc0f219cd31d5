"""What htmx asks for in a request, and how it is told where to go. See https://four.htmx.org/reference."""

from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.html.urls import safe_next

VARY = "HX-Request, HX-Request-Type, HX-History-Restore-Request, Cookie"
"""One URL answers with pages and with parts of them; a cache has to tell them apart, the browser's own above all."""


def is_htmx(request: Request) -> bool:
    """Whether a script asks. Restoring a page from the history is the one request that lacks HX-Request."""
    return _is_true(request, "HX-Request") or _is_true(request, "HX-History-Restore-Request")


def is_partial(request: Request) -> bool:
    """Whether the answer goes into a part of the page."""
    return (
        _is_true(request, "HX-Request")
        and _told(request, "HX-Request-Type") == "partial"
        and not _is_true(request, "HX-History-Restore-Request")
    )


def target_id(request: Request) -> str | None:
    """The id of the element that the answer is meant for."""
    _, hash_sign, name = _told(request, "HX-Target").partition("#")
    return unquote(name) if hash_sign else None


def current_path(request: Request) -> str | None:
    """The page one is looking at while htmx asks for something else: its path and query, if it is ours."""
    try:
        parts = urlsplit(_told(request, "HX-Current-URL"))
    except ValueError:
        return None
    if not parts.netloc or parts.netloc != request.headers.get("Host"):
        return None
    return safe_next(f"{parts.path}?{parts.query}".rstrip("?"), default="") or None


def redirect(request: Request, path: str, *, status: int = 204) -> Response:
    """
    Take the whole browser to another page.

    htmx would follow a redirect and put the page it finds into a part of this one, so it is told by a header, which
    it obeys with any `status` outside 3xx.
    """
    if not is_htmx(request):
        answer: Response = RedirectResponse(path, 303)
    else:
        answer = Response(status_code=status, headers={"HX-Redirect": path})
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = VARY
    return answer


def _is_true(request: Request, header: str) -> bool:
    return _told(request, header) == "true"


def _told(request: Request, header: str) -> str:
    """What htmx says by a header; a page asks half a dozen times, so they are looked for once."""
    told: dict[str, str] | None = request.scope.get(_TOLD)
    if told is None:
        # Of a header that is there twice, the first counts.
        told = request.scope[_TOLD] = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in reversed(request.scope["headers"])
            if name.startswith(b"hx-")
        }
    return told.get(header.lower(), "")


_TOLD = "webapp.htmx"
