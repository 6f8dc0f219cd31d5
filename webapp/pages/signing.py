"""
Signing in, whichever way an API has: with a name and a password, a token, or keys that it has given out.

Where the API has an operation for it, that one says whether they are right. Otherwise they go along with every call,
so the first call finds out: it is one that strangers are refused.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field

from starlette.requests import Request

from webapp.client import APIClient, Credentials
from webapp.client.keys import ApiKey
from webapp.errors import (
    BadRequest,
    Invalid,
    Unsupported,
)
from webapp.openapi.routes import Routes
from webapp.openapi.site import Accounts, SignIn
from webapp.openapi.ways import UNDECLARED
from webapp.pages.arriving import arriving
from webapp.pages.verifying import verify
from webapp.record import record

TOKEN = "token"  # noqa: S105


@record(frozen=True, slots=True)
class Attempt:
    """What somebody typed to get in, and where they want to go."""

    next: str
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By input name."""

    @classmethod
    def of(cls, form: Mapping[str, str], way: SignIn, where: str) -> "Attempt":
        """
        What a form sent; spaces around a token or a key were copied by mistake.

        Where no password is asked for, nobody checks a name, so one that is sent along is not read.
        """
        keys = {name: form.get(name, "").strip() for name in key_inputs(way)}
        name, password = (form.get("username", ""), form.get("password", "")) if asks_password(way) else ("", "")
        return cls(where, name, password, form.get(TOKEN, "").strip(), keys)

    @property
    def owner(self) -> str:
        """Who it is, for counting sessions: two that come with one key are one."""
        if self.username:
            return self.username.strip()
        secret = "\0".join([self.token, *self.keys.values()])
        return "key " + hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def ways_of(accounts: Accounts, wanted: str) -> Sequence[SignIn]:
    """The ways to offer; where the document tells of none, the usual ones for those who were sent to sign in."""
    if accounts.ways or not any(wanted == each.name for each in UNDECLARED):
        return accounts.ways
    return UNDECLARED


def key_inputs(way: SignIn) -> list[str]:
    """The names of the inputs that keys are typed into."""
    return [f"key-{number}" for number in range(1, len(way.keys) + 1)]


def asks_password(way: SignIn) -> bool:
    """Whether a way takes a name and a password."""
    return way.is_posted or way.encoding == "basic"


def what_is_left_out(way: SignIn, attempt: Attempt) -> str:
    """What has to be typed yet, as a request; empty where nothing is missing."""
    if asks_password(way) and not (attempt.username and attempt.password):
        return f"Type your {way.username_label.lower()} and your password."
    if way.encoding == "bearer" and not attempt.token:
        return "Paste your access token."
    if not all(attempt.keys.values()):
        return "Paste your key." if len(attempt.keys) == 1 else "Paste all of your keys."
    return ""


async def sign_in(request: Request, routes: Routes, way: SignIn, attempt: Attempt) -> APIClient:
    """A client that is signed in. Raises what the API has against it."""
    accounts = routes.site.accounts
    api = arriving(request, request.state.new_client(accounts))
    if not way.is_posted:
        api = arriving(request, api.for_session(_credentials(way, attempt)))
        await verify(request, routes, api, attempt.next)
        return api
    api.credentials.scheme = way.scheme
    await _post(api, way, attempt)
    if not api.signed_in:
        raise BadRequest("The API took the sign-in, but gave nothing to be recognised by.")
    return api


async def _post(api: APIClient, way: SignIn, attempt: Attempt) -> None:
    fields = {way.username_field: attempt.username, way.password_field: attempt.password}
    if way.encoding == "json":
        await api.sign_in(way.path, json={**way.extra, **fields}, token_field=way.token_field)
        return
    try:
        await api.sign_in(way.path, data={**way.extra, **fields}, token_field=way.token_field)
    except (Invalid, Unsupported):
        if not way.either:
            raise
        # It didn't look at the password yet: it couldn't read the form.
        await api.sign_in(way.path, json=fields, token_field=way.token_field)


def _credentials(way: SignIn, attempt: Attempt) -> Credentials:
    pairs = zip(way.keys, attempt.keys.values(), strict=True)
    keys = [ApiKey.of(place.place, place.name, value) for place, value in pairs]
    if way.encoding == "basic":
        return Credentials(basic=(attempt.username, attempt.password), keys=keys)
    if way.encoding == "bearer":
        prefix = f"{way.scheme} "
        token = attempt.token.removeprefix(prefix) if way.scheme else attempt.token
        return Credentials(token, keys=keys, scheme=way.scheme)
    return Credentials(keys=keys)
