"""What went wrong, as a page or a fragment; a missing sign-in leads to it and back."""

import logging
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.errors import APIError, Forbidden, KeyRefused, Unauthorized
from webapp.html.context import ErrorPage
from webapp.html.htmx import VARY, current_path, is_partial, redirect
from webapp.html.render import render
from webapp.html.urls import here, href
from webapp.observability import current_request_id
from webapp.openapi.ways import UNDECLARED
from webapp.pages import bounced, otherways
from webapp.pages.givealong import give_along
from webapp.pages.offers import Offer, first_offer
from webapp.pages.sites import Sites
from webapp.pages.streams import EVENTS
from webapp.sessions import Session

logger = logging.getLogger("webapp")

TITLES = {
    400: "The API could not make sense of this",
    401: "This needs another sign-in",
    403: "You are not allowed to see this",
    404: "There is nothing here",
    405: "This can't be done here",
    409: "This contradicts what is there now",
    412: "This has changed in the meantime",
    413: "This is too large",
    415: "The API doesn't take this kind of file",
    422: "The API did not accept this",
    429: "Too many requests",
    500: "Something went wrong",
    502: "The API's answer can't be used",
    503: "The API can't be reached just now",
}

MESSAGES = {
    401: "Your sign-in is fine, but not for this.",
    403: "Someone with more rights may have to do it, or give them to you.",
    404: "It may have been deleted or moved, or the address has a typing error.",
    500: "This is our fault, and it was logged. Trying again may help.",
    503: "Nothing is lost, and you stay signed in.",
}

RETRY_SECONDS = 5


async def api_error(request: Request, error: Exception) -> Response:
    """The page of an APIError; whoever isn't signed in is sent to do so, where that would help."""
    assert isinstance(error, APIError)
    if _is_aside(request):
        return _nothing()
    if (further := await to_further_sign_in(request, error)) is not None:
        return further
    if isinstance(error, Unauthorized) and (error.ended or _is_stranger(request)):
        return await to_login(request, ended=error.ended)
    # Some APIs say 403 to whoever they don't know.
    if isinstance(error, Forbidden) and _is_stranger(request) and _tells_how_to_sign_in(request):
        return await to_login(request, ended=False)
    offer = None if _is_stranger(request) else _offer(request, error.perhaps)
    return _page(request, error.status, error.detail, error=error, offer=offer)


async def to_further_sign_in(request: Request, error: APIError) -> Response | None:
    """
    Where to get what a session lacks for this, and back with what was typed; None where that's not what is wrong.

    Of a part of a page, that part with a link there.
    """
    offer = None if _is_stranger(request) else _offer(request, error.lacks)
    if offer is None or (isinstance(error, Unauthorized) and error.ended):
        return None
    if is_partial(request) and _is_read(request):
        return _page(request, error.status, error.detail, error=error, offer=offer, title=offer.heading)
    return await give_along(request, redirect(request, _further_href(request, offer), status=401))


def _offer(request: Request, lacks: Sequence[Sequence[str]]) -> Offer | None:
    sites: Sites = request.state.sites
    routes = sites.known(request.state.session) if lacks else None
    return first_offer(routes.site.accounts, request.state.session, lacks) if routes is not None else None


def _further_href(request: Request, offer: Offer) -> str:
    return href(request, "/-/account/sign-ins", [("scheme", offer.name), ("next", _here(request))])


async def unsafe_path(request: Request, _: Exception) -> Response:
    """An address the API must never see: there is nothing there."""
    return _page(request, 404, "")


async def store_unavailable(request: Request, error: Exception) -> Response:
    """Nobody can say just now who is signed in, or keep for them what they will come back to."""
    logging.getLogger("webapp.sessions").error("the sessions' store can't be asked: %s", error)
    return await bounced.unknown(request)


async def http_error(request: Request, error: Exception) -> Response:
    """The page of Starlette's own errors: no such page, no such method."""
    assert isinstance(error, HTTPException)
    answer = _page(request, error.status_code, "")
    answer.headers.update(error.headers or {})
    return answer


async def to_login(request: Request, *, ended: bool) -> Response:
    """
    Send a browser to sign in and back to where it is: with a 303, or for htmx with a 401 and HX-Redirect.

    What was typed into a form, and not sent because of this, is there again then.
    """
    if _is_aside(request):
        return _nothing()
    rounds = bounced.rounds(request)
    if rounds > bounced.MOST:
        return bounced.without_cookies(request)
    session: Session = request.state.session
    why = session.ending or ("ended" if ended else "")
    params = [("next", _here(request)), *([("why", why)] if why else [])]
    if rounds:
        params.append((bounced.ROUND, str(rounds)))
    if not _tells_how_to_sign_in(request):
        params.append(("with", UNDECLARED[0].name))
    where = href(request, "/login", params)
    if EVENTS in request.headers.get("accept", ""):
        return _leave(where)
    return await give_along(request, redirect(request, where, status=401))


def stay(request: Request) -> None:
    """Have whatever goes wrong with this request go unsaid: nobody has asked for it who would want to read that."""
    request.state.aside = True


def _is_aside(request: Request) -> bool:
    return getattr(request.state, "aside", False)


def _nothing() -> Response:
    return Response(status_code=204, headers={"Cache-Control": "no-store", "Vary": VARY})


def _leave(where: str) -> Response:
    """
    An order to a page's script, which reads a stream, to take the whole page elsewhere.

    A browser's EventSource follows redirects to pages, tells nothing of statuses, and comes back for more.
    """
    return Response(f"event: leave\ndata: {where}\n\n", headers={"Cache-Control": "no-store"}, media_type=EVENTS)


async def session_ended(request: Request) -> Response:
    """The answer in place of any other once the API has ended a session."""
    return await to_login(request, ended=True)


def retry_header(seconds: float | None) -> dict[str, str] | None:
    """Says after how many seconds to try again, where that is known."""
    return {"Retry-After": f"{seconds:.0f}"} if seconds else None


class ErrorBoundary:
    """Turns what no handler foresaw into a page of its own, inside everything that headers and sessions need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        before = scope["state"]["session"].api.last_error

        async def send_noticed(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_noticed)
        except ClientDisconnect:
            logger.debug("nobody waited for the end of it")
        except Exception:
            request = Request(scope)
            error = _stumbled_over(request, before)
            path = scope["path"].encode("unicode_escape").decode()
            if isinstance(error, Unauthorized) and not started:
                # Every stranger's visit to a page that relies on this is one, and nobody's mistake.
                logger.info("%s went no further: the API wants one to be signed in", path)
            else:
                logger.exception("%s failed", path)
            if started:
                raise
            await (await api_error(request, error) if error else _page(request, 500, ""))(scope, receive, send)


def _stumbled_over(request: Request, before: APIError | None) -> APIError | None:
    """
    What the API had against a call of a handler that failed, if it had anything.

    A verb that answers None has left its error in `last_error`; where there is a new one, what the handler stumbled
    over is most likely that None, so whoever isn't signed in gets to do that rather than to see a 500.
    """
    session: Session = request.state.session
    error = session.api.last_error
    return None if error is before else error


def _here(request: Request) -> str:
    """The page to come back to: what a handler named, this one, or the one whose part was asked for or had a form."""
    named: str | None = getattr(request.state, "come_back", None)
    return named or current_path(request) or (here(request) if _is_read(request) else href(request, "/"))


def _is_read(request: Request) -> bool:
    return request.method in ("GET", "HEAD")


def _is_stranger(request: Request) -> bool:
    session: Session = request.state.session
    return not session.kept


def _tells_how_to_sign_in(request: Request) -> bool:
    """Whether the document does, as far as it is known."""
    sites: Sites = request.state.sites
    routes = sites.known(request.state.session)
    return routes is None or bool(routes.site.accounts.ways) or otherways.exist(request, routes.site)


def _page(
    request: Request,
    status: int,
    message: str,
    *,
    error: APIError | None = None,
    offer: Offer | None = None,
    title: str = "",
) -> Response:
    retry = _retry_after(status, error)
    page = ErrorPage(
        status=status,
        title=title or _title(status, error),
        message=_message(status, message),
        fields={name: tuple(said) for name, said in error.fields.items()} if error else {},
        request_id=current_request_id(),
        # A page that tries again by itself would only read, so it doesn't where something was sent.
        retry_after=retry if _is_read(request) else None,
        sign_in_href=_further_href(request, offer) if offer else _sign_in_href(request, status),
        sign_in_label=f"Sign in with another {_lower_first(offer.label)}" if offer else "Sign in",
        can_retry=not isinstance(error, KeyRefused),
    )
    headers = retry_header(retry)
    return render(request, "pages/error.html", page, fragment="error", status=status, headers=headers)


def _sign_in_href(request: Request, status: int) -> str | None:
    return href(request, "/login") if status in (401, 403) and _is_stranger(request) else None


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _title(status: int, error: APIError | None) -> str:
    if isinstance(error, KeyRefused):
        return "This site's key isn't accepted"
    if status == 502 and error and error.api_status and error.api_status >= 500:
        return f"The API failed ({error.api_status})"
    return TITLES.get(status, "Something went wrong")


def _message(status: int, said: str) -> str:
    """What the API said; where it said nothing, or is out of reach, what that means for whoever reads it."""
    advice = MESSAGES.get(status, "")
    return f"{said} {advice}".strip() if status == 503 else said or advice


def _retry_after(status: int, error: APIError | None) -> int | None:
    if status == 503:
        return max(int(error.retry_after or RETRY_SECONDS), 1) if error else RETRY_SECONDS
    if status == 429 and error and error.retry_after:
        return max(int(error.retry_after), 1)
    return None
