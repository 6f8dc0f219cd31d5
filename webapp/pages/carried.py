"""
`/-/oauth/NAME/start`, and the API's own callback: its OAuth buttons, carried out between the browser and the API.

The API sends browsers to a provider, and the provider sends them back to an address that the API has made of the Host
it was asked at. So it is asked with ours, and the browser comes back here, on the path of the API's own callback. What
the API sets on the way stays here: its state cookie with the sign-in under way, its session cookies in the session's
client.
"""

import logging
from dataclasses import field
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.client import APIClient, Credentials, Reply
from webapp.errors import APIError, NotFound, UnsafePath
from webapp.html.htmx import redirect
from webapp.html.urls import next_or_home
from webapp.oidc import Beginning, SignInFailed
from webapp.oidc.metadata import is_url
from webapp.openapi.codeflow import OAuthButton
from webapp.openapi.site import Accounts
from webapp.pages.arriving import arriving
from webapp.pages.begun import back_to_login, keep, origin, take
from webapp.pages.known import is_known
from webapp.pages.me import identify
from webapp.pages.sites import routes_for
from webapp.record import record
from webapp.sessions import Session
from webapp.sessions.audit import audit

logger = logging.getLogger("webapp.oidc")

LONGEST_QUERY = 8 * 1024


@record(frozen=True, slots=True)
class Carried(Beginning):
    """A sign-in of the API's own under way at a provider."""

    KIND: ClassVar[str] = "api"

    button: str
    """Its name."""
    origin: str
    """What the API was asked by, and is asked by again: it has made addresses of it."""
    next: str
    credentials: dict[str, Any] = field(repr=False)
    """The API's state cookie, as `Credentials` dumps it."""

    def client(self, request: Request) -> APIClient:
        """The client that has begun it. Raises SignInFailed where its cookies are another version's."""
        api: APIClient = request.state.client_at(self.origin)
        try:
            return arriving(request, api.for_session(Credentials.load(self.credentials)))
        except ValueError:
            raise SignInFailed("lost", "it was begun by another version") from None


async def start(request: Request) -> Response:
    """Ask the API where to send the browser, and send it there if it will come back to us."""
    accounts = (await routes_for(request)).site.accounts
    name = request.path_params["name"]
    button = _button(accounts, name)
    if button is None:
        raise NotFound
    where = next_or_home(request, request.query_params.get("next", ""))
    session: Session = request.state.session
    if session.kept:
        return RedirectResponse(where, 303)
    here = origin(request)
    api = arriving(request, request.state.client_at(here))
    try:
        url, state = _leads_back(request, button, await _sent(api, button))
    except SignInFailed as failed:
        return _failed(request, failed, where, button)
    carried = Carried(button.name, here, where, api.credentials.dump())
    return await keep(request, redirect(request, url), state, carried)


async def callback(request: Request) -> Response | None:
    """The answer to a browser that comes back from a provider on the API's behalf; None to every other."""
    query = request.scope["query_string"]
    if b"state=" not in query:
        return None
    accounts = (await routes_for(request)).site.accounts
    if not any(request.url.path.endswith(button.callback) for button in accounts.buttons):
        return None
    state = request.query_params.get("state", "")
    carried = await take(request, state, Carried) if len(query) < LONGEST_QUERY else None
    button = _button(accounts, carried.button) if carried is not None else None
    if carried is None or button is None:
        return _failed(request, SignInFailed("lost", "nothing of this state was begun by this browser"), "", None)
    try:
        api = carried.client(request)
        await _finish(api, button, parse_qsl(query.decode("latin-1"), keep_blank_values=True))
        api = _own_client(request, accounts, api)
        if not await is_known(request, api, accounts):
            raise SignInFailed("refused", "the API set a cookie, and doesn't know whose")
    except SignInFailed as failed:
        return _failed(request, failed, carried.next, button)
    person = await identify(api, accounts)
    request.state.session = Session.begin(api, user=person.name or "Signed in", owner=person.owner or None)
    return redirect(request, carried.next)


def _button(accounts: Accounts, name: str) -> OAuthButton | None:
    return next((each for each in accounts.buttons if each.name == name), None)


async def _sent(api: APIClient, button: OAuthButton) -> str:
    """Where the API sends the browser: by a redirect, or by an answer that names it."""
    reply = await _visit(api, button.start, ())
    if 300 <= reply.status < 400:
        return str(reply.headers.get("location", ""))
    told = reply.data.get("authorization_url") if isinstance(reply.data, dict) else None
    return told if isinstance(told, str) else ""


def _leads_back(request: Request, button: OAuthButton, url: str) -> tuple[str, str]:
    """The provider's URL and the state in it, if the browser will be sent back from there to what is served here."""
    if not is_url(url):
        raise SignInFailed("setup", "the API names no provider to go to")
    query = parse_qs(urlsplit(url).query)
    back, state = query.get("redirect_uri", [""])[0], query.get("state", [""])[0]
    if not state:
        raise SignInFailed("setup", "the API's sign-in has no state, so nobody could tell whose it is")
    parts = urlsplit(back)
    here = f"{parts.scheme}://{parts.netloc}" == origin(request)
    root = request.scope.get("root_path", "").rstrip("/")
    if not here or not parts.path.startswith(root + "/") or not parts.path.endswith(button.callback):
        raise SignInFailed("setup", f"the provider would send browsers to {back[:200]!r}, which is not served here")
    return url, state


async def _finish(api: APIClient, button: OAuthButton, answer: list[tuple[str, str]]) -> None:
    """Bring the provider's answer to the API; whoever it lets in has a cookie or a token of its own from then on."""
    before = api.credentials.generation
    reply = await _visit(api, button.callback, answer)
    location = reply.headers.get("location", "")
    refused = any("error" in name for name, _ in parse_qsl(urlsplit(location).query))
    if refused or api.credentials.generation == before:
        denied = any(name == "error" and value == "access_denied" for name, value in answer)
        raise SignInFailed("denied" if denied else "refused", "the API refused what the provider sent")


async def _visit(api: APIClient, path: str, query: "list[tuple[str, str]] | tuple[()]") -> Reply:
    try:
        return await api.sign_in(path, method="GET", params=query)
    except (APIError, UnsafePath) as error:
        status = error.status if isinstance(error, APIError) else 400
        down = status >= 500 or (isinstance(error, APIError) and not error.sent)
        why = "api-down" if down else "refused"
        raise SignInFailed(why, f"the API answered {status}") from None


def _own_client(request: Request, accounts: Accounts, api: APIClient) -> APIClient:
    """The session's client, which asks the API by its own name again."""
    own: APIClient = request.state.new_client(accounts)
    return arriving(request, own.for_session(api.credentials.copy()))


def _failed(request: Request, failed: SignInFailed, where: str, button: OAuthButton | None) -> Response:
    logger.warning("a sign-in failed (%s): %s", failed.why, failed)
    audit("sign_in_refused", level=logging.WARNING, why=failed.why, at=button.name if button else "")
    return back_to_login(request, failed.why, where, at=button.name if button else "")
