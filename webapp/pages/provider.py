"""`/-/oidc/start` and `/-/oidc/callback`: to the provider, and back from it with a session."""

import logging
import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.client import APIClient, Credentials
from webapp.errors import NotFound
from webapp.html.htmx import redirect
from webapp.html.urls import next_or_home
from webapp.oidc import Begun, Provider, Providers, SignedIn, SignInFailed, begin, finish, why_not
from webapp.openapi.site import Accounts, Site
from webapp.pages.arriving import arriving
from webapp.pages.begun import address, back_to_login, keep, only, take
from webapp.pages.known import is_known
from webapp.pages.me import who_am_i
from webapp.pages.sites import routes_for
from webapp.sessions import Session
from webapp.sessions.audit import audit

logger = logging.getLogger("webapp.oidc")

CALLBACK = "/-/oidc/callback"
LONGEST = 8 * 1024
"""Characters of one thing that comes back."""


async def start(request: Request) -> Response:
    """Send the browser to the provider; whoever is in already goes on."""
    where = next_or_home(request, request.query_params.get("next", ""))
    provider = provider_of(request, (await routes_for(request)).site)
    if provider is None:
        raise NotFound("Nobody signs in here at another place.")
    session: Session = request.state.session
    if session.kept:
        return RedirectResponse(where, 303)
    try:
        begun, url = await begin(provider, redirect_uri=address(request, CALLBACK), where=where)
    except SignInFailed as failed:
        return _failed(request, failed, where)
    return await keep(request, redirect(request, url), begun.state, begun)


async def callback(request: Request) -> Response:
    """Take what the provider sent back by the browser; a new session if it is right."""
    answer = {name: value for name, value in request.query_params.items() if len(value) <= LONGEST}
    begun = await take(request, answer.get("state", ""), Begun)
    if begun is None:
        return await _of_nothing(request, answer)
    site = (await routes_for(request)).site
    accounts, provider = site.accounts, provider_of(request, site)
    try:
        if provider is None:
            raise SignInFailed("lost", "nobody signs in at another place any more")
        signed = await finish(provider, begun, answer)
        if signed.identity is not None and await _providers(request).logout_tokens.has_ended(signed.identity):
            raise SignInFailed("lost", "the provider has ended this session already")
        request.state.session = await _session(request, accounts, signed)
    except SignInFailed as failed:
        return _failed(request, failed, begun.next)
    return redirect(request, begun.next)


async def _of_nothing(request: Request, answer: Mapping[str, str]) -> Response:
    """What came back under no state of this browser's; some providers forget it when they have nothing good to say."""
    if "error" not in answer or "state" in answer:
        return _failed(request, SignInFailed("lost", "nothing of this state was begun by this browser"), "")
    begun = await only(request, Begun)
    failed = SignInFailed(why_not(answer["error"]), "the provider refused, without a state")
    return _failed(request, failed, begun.next if begun else "")


def provider_of(request: Request, site: Site) -> Provider | None:
    """The provider that one signs in at here, if at any."""
    return _providers(request).of(site.accounts.code_flow, site.base_url)


async def _session(request: Request, accounts: Accounts, signed: SignedIn) -> Session:
    """A session for whom the provider vouches. Raises SignInFailed where the API doesn't take its tokens."""
    stranger: APIClient = request.state.new_client(None)
    api = arriving(request, stranger.for_session(Credentials(), refresh=signed.renewal))
    api.credentials.adopt(signed.tokens, (), time.time())
    if not await is_known(request, api, accounts):
        # Else one would be sent in circles.
        raise SignInFailed("refused", "the API doesn't take the provider's token")
    user = signed.name or await who_am_i(api, accounts) or "Signed in"
    session = Session.begin(api, user=user, owner=signed.identity.owner if signed.identity else None)
    session.at_provider = True
    if signed.identity is None:
        return session
    session.provider_sid, session.id_token = signed.identity.session, signed.identity.id_token
    return session


def _providers(request: Request) -> Providers:
    providers: Providers = request.state.providers
    return providers


def _failed(request: Request, failed: SignInFailed, where: str) -> Response:
    logger.warning("a sign-in failed (%s): %s", failed.why, failed)
    audit("sign_in_refused", level=logging.WARNING, why=failed.why)
    return back_to_login(request, failed.why, where)
