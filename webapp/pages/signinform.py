"""The form that one signs in with, or adds to a session with, and what it says of what went wrong."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from webapp.errors import APIError, BadRequest, Forbidden, Invalid, RateLimited, TokenRefused, Unauthorized, Unavailable
from webapp.html.context import LoginPage, RegisterField
from webapp.html.render import render
from webapp.openapi.site import SignIn
from webapp.pages.errors import retry_header
from webapp.pages.refusals import when
from webapp.pages.signing import TOKEN, Attempt, asks_password, key_inputs


def form_of(way: SignIn, attempt: Attempt, action: str) -> LoginPage:
    """The form of a way to sign in, with what was typed but for secrets."""
    return LoginPage(
        action=action,
        next=attempt.next,
        username=attempt.username,
        username_label=way.username_label,
        username_type="email" if "email" in way.username_field.lower() else "text",
        error="",
        notice="",
        register_href=None,
        asks_password=asks_password(way),
        secrets=tuple(_secret_fields(way)),
    )


def show_form(request: Request, page: LoginPage, error: APIError | None, *, status: int | None = None) -> Response:
    """The page, with a status of its own or else that of the error."""
    headers = retry_header(error.retry_after) if error else None
    return render(request, "pages/login.html", page, status=status or _status_of(error), headers=headers)


def explain(way: SignIn, error: APIError, *, adds: bool = False) -> str:
    """What went wrong, in words for the person who tries to sign in, or who has and `adds` to that."""
    match error:
        case _ if error.api_status == 423:
            return f"This account is locked. {error.detail}".removesuffix(" This is locked.")
        case Unauthorized():
            if asks_password(way):
                return "That name and password don't match an account."
            return f"The API doesn't accept {'this token' if way.encoding == 'bearer' else 'this key'}."
        case Forbidden():
            said = "This wasn't added" if adds else "You can't sign in"
            return f"{said}: {_lower_first(error.detail)}" if error.detail else f"{said}."
        case RateLimited() if not error.sent:
            return f"{error.detail} What you typed was not checked. Try again {when(error)}."
        case RateLimited():
            return f"Too many tries. Try again {when(error) if error.retry_after else 'later'}."
        case Unavailable():
            outcome = "nothing was added" if adds else "nobody can sign in"
            said = f"The API can't be reached just now, so {outcome}. What you typed was not checked."
            return f"{said} Try again {when(error)}." if error.retry_after else said
        case TokenRefused():
            return error.detail
        case Invalid() | BadRequest():
            return error.detail or "The API did not accept this."
        case _:
            return "The API answered in a way that can't be used. Try again in a moment."


def _status_of(error: APIError | None) -> int:
    if error is None:
        return 200
    return 423 if error.api_status == 423 else error.status


def _secret_fields(way: SignIn) -> Iterator[RegisterField]:
    """What is pasted: a token, keys."""
    if way.encoding == "bearer":
        yield RegisterField(TOKEN, "Access token", "password", "", True, "off", hint=way.hint)
    for name, key in zip(key_inputs(way), way.keys, strict=True):
        yield RegisterField(name, key.label, "password", "", True, "off", hint=key.hint)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
