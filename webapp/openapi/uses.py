"""What an operation is good for besides being shown or done: streams, files, and steps of signing in."""

import re

from webapp.openapi.labels import words
from webapp.openapi.site import Accounts, Operation

STREAM = "text/event-stream"
STREAM_WORDS = re.compile(r"\bSSE\b|server[- ]sent|event[- ]stream", re.IGNORECASE)

SIGN_IN_PLACES = frozenset({"auth", "oauth", "oauth2", "oidc", "sso", "saml", "login", "signin", "social"})
SIGN_IN_STEPS = frozenset(
    {"callback", "authorize", "authorise", "start", "login", "signin", "logout", "signout", "redirect", "refresh"}
)


def is_stream(operation: Operation) -> bool:
    """
    Whether asking would never end: server-sent events.

    Frameworks often declare a stream as JSON of any kind, so what the description says counts where there is no schema.
    """
    if STREAM in operation.answer_types:
        return True
    told = f"{operation.label} {operation.description}"
    return _is_unknown(operation) and bool(STREAM_WORDS.search(told))


def is_file(operation: Operation) -> bool:
    """Whether the answer is declared to be a file, and nothing a page could show."""
    types = operation.answer_types
    return bool(types) and not any("json" in each or each.startswith("text/") or each == "*/*" for each in types)


def is_plumbing(operation: Operation) -> bool:
    """Whether it is a step of signing in, `/auth/oauth/github/callback`, where nobody goes by hand."""
    segments = ["".join(words(segment)).lower() for segment in operation.path.split("/") if segment]
    return bool(segments) and segments[-1] in SIGN_IN_STEPS and not SIGN_IN_PLACES.isdisjoint(segments)


def is_around_accounts(accounts: Accounts, operation: Operation) -> bool:
    """Whether an operation is part of signing in and out, which has pages of its own."""
    own = [each.name for each in (accounts.register, accounts.sign_out, accounts.refresh) if each is not None]
    signs_in = accounts.sign_in is not None and accounts.sign_in.path == operation.path
    return operation.name in own or is_plumbing(operation) or (signs_in and operation.method == "POST")


def _is_unknown(operation: Operation) -> bool:
    return operation.answer is None or operation.answer.is_unknown
