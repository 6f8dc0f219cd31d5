"""What `WEBAPP_API_KEY` does at the API: whether it is accepted, and what it lets anybody do."""

from collections.abc import Sequence

from webapp.cli.findings import ERROR, NOTE, WARNING, Finding
from webapp.errors import APIError, Forbidden, KeyRefused, Unauthorized
from webapp.frontend import Frontend
from webapp.openapi.given import GivenKey
from webapp.openapi.site import Operation, Site

VARIABLE = "WEBAPP_API_KEY"
UNDECLARED = "is set: whoever reaches this frontend asks the API with it, signed in or not."
"""What is to be known of a key that the document doesn't ask for."""
MOST_NAMED = 3


def given_key(frontend: Frontend, site: Site) -> GivenKey:
    """The key that is configured for everybody, where this site wants it."""
    key = GivenKey(frontend.settings.api_key, frontend.overrides.login)
    key.place_by(site)
    return key


async def findings_of_key(frontend: Frontend, site: Site) -> list[Finding]:
    """Ask with the key, once, for what only those get who have it."""
    if frontend.settings.api_key is None:
        return []
    opened = given_key(frontend, site).opens(site)
    if not opened:
        return [Finding(NOTE, VARIABLE, UNDECLARED)]
    found = await _refusal(frontend, _to_ask(site, opened))
    if found is not None and found.severity is ERROR:
        return [found]
    return [*([found] if found else []), _of_rights(opened)]


def _to_ask(site: Site, opened: Sequence[Operation]) -> Operation | None:
    asked = [each for each in opened if each.method == "GET" and _takes_nothing(each)]
    return site.accounts.check if site.accounts.check in asked else next(iter(asked), None)


def _takes_nothing(operation: Operation) -> bool:
    return not operation.path_parameters and not any(each.required for each in operation.parameters)


async def _refusal(frontend: Frontend, operation: Operation | None) -> Finding | None:
    if operation is None:
        return None
    try:
        await frontend.new_client().request("GET", operation.path)
    except (KeyRefused, Unauthorized):
        return Finding(ERROR, VARIABLE, f"is refused by the API, which was asked for GET {operation.path} with it.")
    except Forbidden:
        return Finding(WARNING, VARIABLE, f"is no good for GET {operation.path}: the API's answer to it is a 403.")
    except APIError:
        return None
    return None


def _of_rights(opened: Sequence[Operation]) -> Finding:
    # What changes something is what one would want to know of first.
    named = [f"{each.method} {each.path}" for each in sorted(opened, key=lambda each: each.method == "GET")]
    told = ", ".join(named[:MOST_NAMED]) + (" and more" if len(named) > MOST_NAMED else "")
    count = f"{len(opened)} operation{'' if len(opened) == 1 else 's'}"
    return Finding(WARNING, VARIABLE, f"lets anybody who reaches this site use {count}, signed in or not: {told}.")
