"""Who is signed in, as the API tells."""

from collections.abc import Mapping
from typing import Any

from webapp.client import APIClient
from webapp.errors import APIError
from webapp.openapi.site import Accounts

NAMES = ("full_name", "display_name", "name", "username", "login", "email")


async def who_am_i(api: APIClient, accounts: Accounts) -> str | None:
    """How the signed-in person is called; None where the API doesn't say."""
    if accounts.me is None:
        return None
    try:
        answer = await api.request("GET", accounts.me.path)
    except APIError:
        return None
    return name_of(answer.data)


def name_of(answer: Any) -> str | None:
    """A person's name in a who-am-I answer, which may be wrapped in `data` or `user`."""
    if not isinstance(answer, Mapping):
        return None
    for key in NAMES:
        if isinstance(value := answer.get(key), str) and value.strip():
            return value.strip()
    return name_of(answer.get("data")) or name_of(answer.get("user"))
