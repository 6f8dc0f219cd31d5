"""`/-/account/sessions/...`: the browsers that one is signed in with here, and ending those."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.errors import NotFound, Unauthorized
from webapp.html.context import BrowserSession
from webapp.html.urls import href
from webapp.pages.farewell import end_at_api
from webapp.pages.login import signed_out
from webapp.pages.sites import routes_for
from webapp.pages.useragents import browser_of
from webapp.sessions import Ending, Registry, Session


def signed_in(request: Request) -> Session:
    """The session of somebody who is signed in; raises Unauthorized for anybody else."""
    session: Session = request.state.session
    if not session.kept:
        raise Unauthorized("Sign in to see your account.")
    return session


async def browser_sessions(request: Request) -> tuple[BrowserSession, ...]:
    """One's own sessions, this one first, then the last used."""
    this = signed_in(request)
    mine = sorted(await _mine(request), key=lambda each: (each is not this, -each.seen_at))
    return tuple(
        BrowserSession(
            browser=browser_of(each.user_agent),
            address=each.address,
            began=_moment(each.created_at),
            used=_moment(each.seen_at),
            current=each is this,
            end_action=None if each is this else href(request, f"/-/account/sessions/{each.key}/end"),
        )
        for each in mine
    )


async def end_session(request: Request) -> Response:
    """End one of one's own sessions; ending this very one is signing out."""
    this, wanted = signed_in(request), request.path_params["key"]
    if wanted == this.key:
        return await _sign_out(request)
    if not any(each.key == wanted for each in await _mine(request)):
        # Somebody else's is as little to be found as none.
        raise NotFound("This session has ended already.")
    await _registry(request).end(wanted, Ending.REVOKED, by="owner")
    return RedirectResponse(href(request, "/-/account", [("done", "ended")]), 303)


async def end_other_sessions(request: Request) -> Response:
    """End all of one's own sessions but this one."""
    await _end_others(request)
    return RedirectResponse(href(request, "/-/account", [("done", "others")]), 303)


async def end_all_sessions(request: Request) -> Response:
    """End all of one's own sessions, this one included."""
    await _end_others(request)
    return await _sign_out(request)


async def _end_others(request: Request) -> None:
    this = signed_in(request)
    for each in await _mine(request):
        if each is not this:
            await _registry(request).end(each.key, Ending.REVOKED, by="owner")


async def _sign_out(request: Request) -> Response:
    session: Session = request.state.session
    await end_at_api(session, (await routes_for(request)).site.accounts)
    request.state.session = Session.stranger(session.api)
    return signed_out(request)


async def _mine(request: Request) -> list[Session]:
    """
    The sessions of whoever is signed in.

    Where the API doesn't say who they are, they are known by what they typed, and to some APIs Ada and ada are two.
    """
    this: Session = request.state.session
    return [each for each in await _registry(request).of_owner(this.owner) if _is_alike(each, this)]


def _is_alike(one: Session, other: Session) -> bool:
    return one.user == other.user or not one.owner.startswith("name:")


def _registry(request: Request) -> Registry:
    registry: Registry = request.state.registry
    return registry


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
