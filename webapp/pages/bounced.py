"""
Who has signed in and can't stay: an end to being sent to and fro, and why that is.

Where it's the API that takes a sign-in back, the sessions count. Where the browser drops the cookie, there is nothing
to count with but the addresses: whoever comes to a page straight from the sign-in page, and is still nobody, has just
signed in there, since nothing on that page leads anywhere else.
"""

from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from webapp.html.context import ErrorPage
from webapp.html.render import render
from webapp.html.urls import href
from webapp.observability import current_request_id
from webapp.sessions import Session

ROUND = "round"
"""The sign-in page's parameter that counts."""
MOST = 3


def rounds(request: Request) -> int:
    """How often in a row a stranger was here straight from signing in; 0 for anybody else."""
    session: Session = request.state.session
    try:
        came_from = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return 0
    ours = came_from.netloc == request.headers.get("host") and came_from.path == href(request, "/login")
    if session.kept or session.owner or not ours or request.method != "GET":
        return 0
    return read_round(parse_qs(came_from.query).get(ROUND, [""])[-1]) + 1


def read_round(text: str) -> int:
    """The number in an address that anybody may have written."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def without_cookies(request: Request) -> Response:
    """The page for a browser that keeps no cookies."""
    return _page(
        request,
        400,
        "Your browser didn't keep the sign-in",
        "Signing in worked, but your browser didn't send back the cookie that it was given. Allow cookies for this "
        "site; if they are allowed, whoever runs it may have set it up for another address, or for https only.",
    )


async def looping(request: Request) -> Response:
    """The page in place of yet another sign-in, where the API refuses what it has just accepted."""
    return _page(
        request,
        502,
        "The API doesn't accept its own sign-in",
        "You signed in, and the API refused the very next request, several times in a row. Signing in once more is "
        "unlikely to help; whoever runs this site can find the reason in its log.",
    )


async def full(request: Request) -> Response:
    """The page for whoever there is no room for."""
    page = _page(request, 503, "Too many people are signed in", FULL)
    page.headers["Retry-After"] = str(FULL_SECONDS)
    return page


async def unknown(request: Request) -> Response:
    """The page for whoever can't be known just now; they stay signed in, and nobody is told to sign in again."""
    page = _page(request, 503, "The sessions can't be reached just now", UNKNOWN, sign_in=False)
    page.headers["Retry-After"] = str(UNKNOWN_SECONDS)
    return page


UNKNOWN = "You stay signed in, and nothing is lost. Try again in a moment."
UNKNOWN_SECONDS = 2
FULL = "There is no room for another session just now. Try again in a minute."
FULL_SECONDS = 60


def _page(request: Request, status: int, title: str, message: str, *, sign_in: bool = True) -> Response:
    page = ErrorPage(
        status=status,
        title=title,
        message=message,
        fields={},
        request_id=current_request_id(),
        retry_after=None,
        sign_in_href=href(request, "/login") if sign_in else None,
    )
    return render(request, "pages/error.html", page, fragment="error", status=status)
