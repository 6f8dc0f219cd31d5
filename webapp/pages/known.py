"""Whether the API knows somebody whom another place has let in."""

from starlette.requests import Request

from webapp.client import APIClient
from webapp.errors import APIError, Forbidden, Unauthorized
from webapp.openapi.site import Accounts
from webapp.pages.arriving import arriving


async def is_known(request: Request, api: APIClient, accounts: Accounts) -> bool:
    """
    Whether the API takes a client's credentials, where it has a question that tells; where not, the first page will.

    Whoever is known may still not be allowed what was asked for; but an API that says no more than that to strangers,
    too, says nothing by it.
    """
    if accounts.check is None:
        return True
    try:
        await api.request("GET", accounts.check.path)
    except Unauthorized:
        return False
    except Forbidden:
        return await _strangers_are_told(arriving(request, request.state.new_client(None)), accounts.check.path)
    except APIError:
        return True
    return True


async def _strangers_are_told(stranger: APIClient, path: str) -> bool:
    """Whether a stranger is told to sign in where others are told that they may not."""
    try:
        await stranger.request("GET", path)
    except Unauthorized:
        return True
    except APIError:
        return False
    return False
