"""Signing out at the provider, too: begun here with the sign-out, or there, by a call from server to server."""

import logging
from dataclasses import field
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from webapp.errors import APIError, NotFound
from webapp.html.context import LeavingPage
from webapp.html.render import render
from webapp.html.urls import href
from webapp.oidc import Beginning, Identity, LogoutRefused, Provider, Providers, SignInFailed, end_session_url
from webapp.pages.begun import address, is_begun, keep, take
from webapp.pages.provider import provider_of
from webapp.pages.sites import routes_for
from webapp.pages.submitted import read_form
from webapp.record import record
from webapp.sessions import Ending, Registry, Session
from webapp.sessions.cookie import new_id

logger = logging.getLogger("webapp.oidc")

SIGNED_OUT = "/-/oidc/signed-out"
END = "/-/oidc/end"
BACKCHANNEL = "/-/oidc/backchannel-logout"
KEY = "at"


@record(frozen=True, slots=True)
class Leaving(Beginning):
    """A sign-out that is still to be told to the provider, by the browser."""

    KIND: ClassVar[str] = "leaving"

    name: str
    url: str = field(repr=False)


async def leave(request: Request, session: Session) -> Leaving | None:
    """
    Have the provider forget what it gave to a session that is about to end; the rest is for the browser to do.

    None where there is nothing more to be done.
    """
    provider = provider_of(request, (await routes_for(request)).site)
    if provider is None or not session.kept or not session.id_token:
        return None
    try:
        metadata = await provider.metadata()
    except SignInFailed:
        return None
    if session.api.credentials.refresh_token:
        await provider.revoke(metadata, session.api.credentials.refresh_token)
    if not metadata.end_session_endpoint:
        return None
    back = address(request, SIGNED_OUT)
    registration = provider.registration
    # Where the ID token lets one in at the API, it is no mere hint, and the browser doesn't get it.
    hint = "" if registration.bearer == "id" else session.id_token
    return Leaving(provider.name, end_session_url(metadata, hint, registration.client_id, back))


async def led_out(request: Request, leaving: Leaving, answer: Response) -> Response:
    """
    The sign-out's answer, which leads to the provider by way of a page.

    A form may not lead to another site, not even by redirects (the CSP's `form-action`), so it's the page that does;
    and as the URL holds a token, it stands on no page either.
    """
    key = new_id()
    answer.headers["Location"] = href(request, SIGNED_OUT, [(KEY, key)])
    return await keep(request, answer, key, leaving)


async def signed_out(request: Request) -> Response:
    """The page in between; where the provider leads back to, nothing is left to be done."""
    key = request.query_params.get(KEY, "")
    provider = await _provider(request)
    if provider is None or not (key and await is_begun(request, key, Leaving)):
        return RedirectResponse(href(request, "/login", [("why", "signed-out")]), 303)
    page = LeavingPage(name=provider.name, href=href(request, END, [(KEY, key)]))
    return render(request, "pages/leaving.html", page)


async def end_there(request: Request) -> Response:
    """To the provider, to be signed out there; once, and only for who has signed out here."""
    leaving = await take(request, request.query_params.get(KEY, ""), Leaving)
    if leaving is None:
        return RedirectResponse(href(request, "/login", [("why", "signed-out")]), 303)
    return RedirectResponse(leaving.url, 303, {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})


async def backchannel_logout(request: Request) -> Response:
    """
    End the sessions that a provider's logout token names (OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8).

    Called by the provider's server, without a cookie: the token's signature is what it is believed for.
    """
    provider = await _provider(request)
    if provider is None:
        raise NotFound
    try:
        form = await read_form(request)
        sender = request.client.host if request.client else ""
        token = form.get("logout_token", "")
        async with _providers(request).logout_tokens.read(provider, token, sender) as whose:
            ended = await _end(request.state.registry, whose)
    except LogoutRefused as refused:
        logger.warning("a logout token was refused: %s", refused)
        return _answer(429 if refused.is_too_much else 400, "invalid_request")
    except SignInFailed as failed:
        logger.warning("a logout token can't be checked: %s", failed)
        return _answer(503, "temporarily_unavailable")
    except APIError as error:
        return _answer(error.status, "invalid_request")
    logger.info("the provider has ended %d sessions", ended)
    return _answer(200)


async def _end(registry: Registry, whose: Identity) -> int:
    """End one sign-in's sessions, or all of a person's; returns how many."""
    if whose.session:
        alike = await registry.of_provider(whose.session)
        found = [each for each in alike if not whose.subject or each.owner == whose.owner]
    else:
        found = await registry.of_owner(whose.owner)
    for session in found:
        await registry.end(session.key, Ending.REVOKED, by="provider")
    return len(found)


def _answer(status: int, error: str = "") -> Response:
    return JSONResponse({"error": error} if error else {}, status, {"Cache-Control": "no-store"})


async def _provider(request: Request) -> Provider | None:
    return provider_of(request, (await routes_for(request)).site)


def _providers(request: Request) -> Providers:
    providers: Providers = request.state.providers
    return providers
