"""`/login` and `/logout`: in with the API's own sign-in, out of the API's session as well as ours."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.client import APIClient
from webapp.errors import APIError, BadRequest, Forbidden, Invalid, NotFound, RateLimited, Unauthorized, Unavailable
from webapp.html.context import LoginPage
from webapp.html.render import render
from webapp.html.urls import href, safe_next
from webapp.openapi.site import Accounts, SignIn
from webapp.pages.errors import retry_header
from webapp.pages.me import who_am_i
from webapp.pages.sites import routes_for
from webapp.pages.submitted import read_form
from webapp.sessions import Session

NOTICES = {
    "ended": "Your session has ended. Sign in to go on where you were.",
    "signed-out": "You are signed out.",
    "registered": "Your account is ready. Sign in to use it.",
}


async def login_page(request: Request) -> Response:
    """Show the way in; whoever is in already goes on."""
    where = _where_to(request, request.query_params.get("next", ""))
    accounts = (await routes_for(request)).site.accounts
    session: Session = request.state.session
    if session.kept:
        return RedirectResponse(where, 303)

    sign_in = _needed(accounts)
    username = request.query_params.get("username", "")
    return _page(request, accounts, sign_in, _Attempt(username, where), notice=NOTICES.get(_why(request), ""))


async def log_in(request: Request) -> Response:
    """Take a name and password to the API; a new session on a new client if they are right."""
    form = await read_form(request)
    attempt = _Attempt(form.get("username", ""), _where_to(request, form.get("next", "")))
    password = form.get("password", "")

    accounts = (await routes_for(request)).site.accounts
    sign_in = _needed(accounts)
    if not attempt.username or not password:
        error = Invalid(f"Type your {sign_in.username_label.lower()} and your password.")
        return _page(request, accounts, sign_in, attempt, error=error)
    api: APIClient = request.state.new_client(accounts)
    try:
        await _post(api, sign_in, attempt.username, password)
    except APIError as error:
        return _page(request, accounts, sign_in, attempt, error=error)

    user = await who_am_i(api, accounts) or attempt.username
    if api.over:
        # Some APIs refuse with a 200 and a cookie that says nothing about anybody.
        return _page(request, accounts, sign_in, attempt, error=Unauthorized())
    await _end_at_api(request.state.session, accounts)
    request.state.session = Session.begin(api, user=user, owner=attempt.username.casefold())
    return RedirectResponse(attempt.next, 303)


async def log_out(request: Request) -> Response:
    """End the session at the API, as far as it answers, and here in any case."""
    accounts = (await routes_for(request)).site.accounts
    session: Session = request.state.session

    await _end_at_api(session, accounts)

    request.state.session = Session.stranger(session.api)
    answer = RedirectResponse(href(request, "/login", [("why", "signed-out")]), 303)
    # "cache" would freeze Chrome for seconds; what was shown is no-store anyway.
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@dataclass(frozen=True, slots=True)
class _Attempt:
    username: str
    next: str


async def _end_at_api(session: Session, accounts: Accounts) -> None:
    if accounts.sign_out is not None and session.kept:
        await session.api.sign_out(accounts.sign_out.path, method=accounts.sign_out.method)


def _where_to(request: Request, wanted: str) -> str:
    return safe_next(wanted, default=href(request, "/"))


def _why(request: Request) -> str:
    return request.query_params.get("why", "")


def _needed(accounts: Accounts) -> SignIn:
    if accounts.sign_in is None:
        raise NotFound("This API's document doesn't say how to sign in.")
    return accounts.sign_in


async def _post(api: APIClient, sign_in: SignIn, username: str, password: str) -> None:
    fields = {**sign_in.extra, sign_in.username_field: username, sign_in.password_field: password}
    if sign_in.encoding == "json":
        await api.sign_in(sign_in.path, json=fields)
    else:
        await api.sign_in(sign_in.path, data=fields)
    if not api.signed_in:
        raise BadRequest("The API took the sign-in, but gave nothing to be recognised by.")


def _page(
    request: Request,
    accounts: Accounts,
    sign_in: SignIn,
    attempt: _Attempt,
    *,
    error: APIError | None = None,
    notice: str = "",
) -> Response:
    page = LoginPage(
        action=href(request, "/login"),
        next=attempt.next,
        username=attempt.username,
        username_label=sign_in.username_label,
        username_type="email" if "email" in sign_in.username_field.lower() else "text",
        error=_explain(error) if error else "",
        notice=notice,
        register_href=href(request, "/register", [("next", attempt.next)]) if accounts.register else None,
    )
    headers = retry_header(error.retry_after) if error else None
    return render(request, "pages/login.html", page, status=_status(error), headers=headers)


def _status(error: APIError | None) -> int:
    if error is None:
        return 200
    return 423 if error.api_status == 423 else error.status


def _explain(error: APIError) -> str:
    """What went wrong, in words for the person who tries to sign in."""
    match error:
        case _ if error.api_status == 423:
            return f"This account is locked. {error.detail}".removesuffix(" This is locked.")
        case Unauthorized():
            return "That name and password don't match an account."
        case Forbidden():
            return f"You can't sign in: {_lower_first(error.detail)}" if error.detail else "You can't sign in."
        case RateLimited():
            wait = f" Try again in {error.retry_after:.0f} seconds." if error.retry_after else " Try again later."
            return f"Too many tries.{wait}"
        case Unavailable():
            return "The API can't be reached just now, so nobody can sign in. Your password was not checked."
        case Invalid() | BadRequest():
            return error.detail or "The API did not accept this."
        case _:
            return "The API answered in a way that can't be used. Try again in a moment."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
