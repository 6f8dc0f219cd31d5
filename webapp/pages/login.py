"""`/login` and `/logout`: in with the API's own sign-in, out of the API's session as well as ours."""

import re
from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.client import APIClient
from webapp.errors import (
    APIError,
    BadRequest,
    Invalid,
    NotFound,
    TokenRefused,
    Unauthorized,
    UnsafePath,
)
from webapp.html.context import Link
from webapp.html.urls import href, next_or_home
from webapp.openapi.routes import Routes
from webapp.openapi.site import Accounts, SignIn, Site
from webapp.pages import bounced, otherways
from webapp.pages.farewell import end_at_api
from webapp.pages.guard import begin_try, failed, is_full, succeeded
from webapp.pages.leaving import leave, led_out
from webapp.pages.me import Person, identify, vouch
from webapp.pages.signinform import explain, form_of, show_form
from webapp.pages.signing import Attempt, asks_password, sign_in, ways_of, what_is_left_out
from webapp.pages.sites import routes_for
from webapp.pages.submitted import read_form
from webapp.record import record
from webapp.sessions import Session, Throttle, Try

NOTICES = {
    "ended": "Your session has ended. Sign in to go on where you were.",
    "elsewhere": "Your session was ended from another browser. Sign in to go on where you were.",
    "signed-out": "You are signed out.",
    "registered": "Your account is ready. Sign in to use it.",
}
MISMATCH = re.compile(
    r"invalid grant|(bad|invalid|wrong|incorrect) (credentials|password)"
    r"|(no such|unknown|invalid) (user|account|e-?mail)|(user|account|e-?mail) (was )?(not found|does(n't| not) exist)",
    re.IGNORECASE,
)
"""
How APIs say with a 400 or a 404 what a 401 would (RFC 6749, 5.2; fastapi-users).

Those that tell a wrong password from an unknown name get the same words here: nobody finds out who has an account.
"""


async def login_page(request: Request) -> Response:
    """Show the way in; whoever is in already goes on."""
    where = next_or_home(request, request.query_params.get("next", ""))
    site = (await routes_for(request)).site
    session: Session = request.state.session
    if session.kept:
        return RedirectResponse(where, 303)

    desk = _Desk.of(request, site, request.query_params.get("with", ""))
    attempt = Attempt(where, request.query_params.get("username", ""))
    status, sentence = otherways.failure(request, site)
    if sentence:
        return desk.page(attempt, failed=(status, sentence))
    return desk.page(attempt, notice=NOTICES.get(request.query_params.get("why", ""), ""))


async def log_in(request: Request) -> Response:
    """Take what was typed to the API; a new session on a new client if it is right."""
    form = await read_form(request)
    routes = await routes_for(request)
    desk = _Desk.of(request, routes.site, form.get("with", ""))
    if desk.way is otherways.NO_FORM:
        raise NotFound("There is nothing to fill in here.")
    attempt = Attempt.of(form, desk.way, next_or_home(request, form.get("next", "")))
    if left_out := what_is_left_out(desk.way, attempt):
        return desk.page(attempt, error=Invalid(left_out))
    if await is_full(request):
        return desk.page(attempt, failed=(503, bounced.FULL))
    try:
        tried = await begin_try(request, attempt.owner, is_guessed=asks_password(desk.way))
        api, person = await _let_in(request, routes, desk.way, attempt, tried)
    except APIError as error:
        return desk.page(attempt, error=error)
    except UnsafePath:
        return desk.page(attempt, error=Invalid("There is something in this that can't be sent."))

    await vouch(request, api, desk.site.accounts)
    await end_at_api(request.state.session, desk.site.accounts)
    user = person.name or attempt.username or "Signed in"
    owner = person.owner or _owner(request, desk.way, attempt, tried)
    request.state.session = Session.begin(api, user=user, owner=owner)
    # Only a name that the API has confirmed makes a browser known for it.
    confirmed = desk.way.is_posted or bool(asks_password(desk.way) and person.owner)
    return await succeeded(request, RedirectResponse(attempt.next, 303), tried, attempt.owner if confirmed else "")


async def _let_in(
    request: Request, routes: Routes, way: SignIn, attempt: Attempt, tried: Try
) -> tuple[APIClient, Person]:
    """A client that is signed in, and who that is. Raises what the API has against it, the same for every mismatch."""
    try:
        api = await sign_in(request, routes, way, attempt)
        person = await recognised(api, routes.site.accounts, way)
    except APIError as error:
        await failed(tried, error)
        if isinstance(error, BadRequest | NotFound) and asks_password(way) and MISMATCH.search(error.detail):
            raise Unauthorized from error
        raise
    return api, person


async def recognised(api: APIClient, accounts: Accounts, way: SignIn) -> Person:
    """Who has just signed in; raises TokenRefused or Unauthorized where the API doesn't know them by what it gave."""
    has_token = way.is_posted and bool(api.credentials.bearer)
    person = await identify(api, accounts)
    if not api.over:
        return person
    if has_token:
        raise TokenRefused(
            "The API took your name and password, but doesn't accept the sign-in that it gave for them.", api_status=401
        )
    # Some APIs refuse with a 200 and a cookie that says nothing about anybody.
    raise Unauthorized


def _owner(request: Request, way: SignIn, attempt: Attempt, tried: Try) -> str:
    """
    Who it is where the API doesn't say: the name that a sign-in of the API's has taken, or a keyed hash of the secret.

    What goes along with every call may not have been checked, so a name alone is nobody's there.
    """
    if way.is_posted:
        return f"name:{attempt.owner}"
    if not attempt.username:
        return f"key:{tried.account}"
    throttle: Throttle = request.state.throttle
    return "basic:" + throttle.digest(f"{attempt.owner}\0{attempt.password}")


async def log_out(request: Request) -> Response:
    """End the session at the API, as far as it answers, and here in any case."""
    accounts = (await routes_for(request)).site.accounts
    session: Session = request.state.session

    leaving = await leave(request, session)
    # First, since it may fail: then nobody is signed out yet, and may try again.
    answer = signed_out(request) if leaving is None else await led_out(request, leaving, signed_out(request))
    await end_at_api(session, accounts)

    request.state.session = Session.stranger(session.api)
    return answer


def signed_out(request: Request) -> Response:
    """The way out: to the login page, with all that pages may have left in the browser taken away."""
    answer = RedirectResponse(href(request, "/login", [("why", "signed-out")]), 303)
    # "cache" would freeze Chrome for seconds; what was shown is no-store anyway, but what was made ahead is kept.
    answer.headers["Clear-Site-Data"] = '"storage", "prefetchCache"'
    return answer


@record(frozen=True, slots=True)
class _Desk:
    """Where one signs in: the ways there are, and the one that is being used."""

    request: Request
    site: Site
    ways: Sequence[SignIn]
    way: SignIn

    @classmethod
    def of(cls, request: Request, site: Site, wanted: str) -> "_Desk":
        ways = otherways.beside(request, site, ways_of(site.accounts, wanted))
        if not ways and not otherways.buttons(request, site, ""):
            raise NotFound("This API's document doesn't say how to sign in.")
        return cls(request, site, ways, otherways.first_of(request, site, ways, wanted))

    def page(
        self,
        attempt: Attempt,
        *,
        error: APIError | None = None,
        failed: tuple[int, str] | None = None,
        notice: str = "",
    ) -> Response:
        """The form, with what was typed but for secrets, and why one is here; `failed` is a status and a sentence."""
        way, request = self.way, self.request
        onwards = [("next", attempt.next)]
        page = replace(
            form_of(way, attempt, href(request, "/login")),
            error=explain(way, error) if error else failed[1] if failed else "",
            notice=notice,
            register_href=href(request, "/register", onwards) if self.site.accounts.register else None,
            way=way.name,
            others=tuple(
                Link(_called(each, self.ways), href(request, "/login", [("with", each.name), *onwards]))
                for each in self.ways
                if each is not way
            ),
            providers=otherways.buttons(request, self.site, attempt.next),
            asks=way is not otherways.NO_FORM,
            lacking=otherways.lacking(request, self.site),
        )
        return show_form(request, page, error, status=failed[0] if failed else None)


def _called(way: SignIn, ways: Sequence[SignIn]) -> str:
    """What to call a way among others: two that would be called the same are told apart by how they are sent."""
    words = _words(way, ways)
    marks = [*(["HTTP basic"] if way.encoding == "basic" else []), *(key.name for key in way.keys)]
    alike = sum(_words(each, ways) == words for each in ways) > 1
    return f"{words} ({', '.join(marks)})" if alike and marks else words


def _words(way: SignIn, ways: Sequence[SignIn]) -> str:
    if asks_password(way):
        return f"Sign in with {_lower_first(way.username_label)} and password"
    if way.encoding == "bearer":
        return "Sign in with an access token"
    alike = [each for each in ways if each.encoding == way.encoding]
    only = len(alike) == 1 and len(way.keys) == 1
    return "Sign in with an API key" if only else f"Sign in with {' and '.join(key.label for key in way.keys)}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
