"""Who is signed in, as the API tells."""

import contextlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.requests import Request

from webapp.client import APIClient
from webapp.client.choice import holds_itself
from webapp.errors import APIError
from webapp.openapi.schemes import alternatives_of
from webapp.openapi.site import Accounts
from webapp.pages.arriving import arriving
from webapp.sessions import Session

NAMES = ("full_name", "display_name", "name", "username", "login", "email")
IDS = ("id", "uuid", "sub", "user_id", "pk", "email", "username", "login")
"""What tells people apart; two may well have one name."""


class Person(NamedTuple):
    """Who somebody is, as far as the API tells: empty where it doesn't."""

    name: str = ""
    owner: str = ""
    """What tells them from everybody else: `id:42`."""


async def identify(api: APIClient, accounts: Accounts) -> Person:
    """Who is signed in."""
    if accounts.me is None:
        return Person()
    try:
        answer = await api.request("GET", accounts.me.path)
    except APIError:
        return Person()
    return Person(name_of(answer.data) or "", id_of(answer.data))


async def who_am_i(api: APIClient, accounts: Accounts) -> str | None:
    """How the signed-in person is called; None where the API doesn't say."""
    return (await identify(api, accounts)).name or None


def id_of(answer: Any) -> str:
    """What a who-am-I answer knows a person by, with the name of the field; empty where it has nothing of the kind."""
    if not isinstance(answer, Mapping):
        return ""
    for key in IDS:
        value = answer.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return f"{key}:{value}"
    return id_of(answer.get("data")) or id_of(answer.get("user"))


def call(session: Session, answer: Any) -> None:
    """Have pages call the person as the API does by now; `answer` is its who-am-I."""
    session.user = name_of(answer) or session.user


async def vouch(request: Request, api: APIClient, accounts: Accounts) -> None:
    """
    Where nobody tells who one is, let a new session be known by the page that shows whether one is signed in.

    What that page says later counts only if it has said once that one is. Asked with a copy, which ends nothing.
    """
    check, held = accounts.check, api.credentials
    if held.vouched or accounts.me is not None or check is None:
        return
    wanted = alternatives_of(check, accounts.schemes) or ()
    if any(each and all(holds_itself(held, scheme) for scheme in each) for each in wanted):
        copy = arriving(request, request.state.new_client(None).for_session(held.copy()))
        with contextlib.suppress(APIError):
            await copy.request("GET", check.path)
        held.vouched = copy.credentials.vouched


def name_of(answer: Any) -> str | None:
    """A person's name in a who-am-I answer, which may be wrapped in `data` or `user`."""
    if not isinstance(answer, Mapping):
        return None
    for key in NAMES:
        if isinstance(value := answer.get(key), str) and value.strip():
            return value.strip()
    return name_of(answer.get("data")) or name_of(answer.get("user"))
