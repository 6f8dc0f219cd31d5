"""`/-/account`: who am I, and where am I signed in at the API."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.client import APIClient
from webapp.client.paths import fill_path
from webapp.errors import Forbidden, NotFound, Unauthorized
from webapp.html.context import AccountPage, Device, Fact, Link
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.listing import read_listing
from webapp.openapi.routes import Routes
from webapp.openapi.site import Accounts, Operation
from webapp.pages.actions import item_actions
from webapp.pages.browsers import browser_sessions, signed_in
from webapp.pages.facts import facts_of
from webapp.pages.login import signed_out
from webapp.pages.me import call
from webapp.pages.offers import held_by
from webapp.pages.sites import routes_for
from webapp.pages.useragents import browser_of
from webapp.sessions import Session

DEVICE_NAMES = ("user_agent", "userAgent", "device", "browser", "name")
DEVICE_ADDRESSES = ("ip", "ip_address", "ipAddress", "address")
CURRENT = ("is_current", "current", "isCurrent")

NOTICES = {
    "ended": "That session has ended.",
    "others": "All other sessions have ended.",
    "dropped": "You are no longer signed in with that.",
}


async def account_page(request: Request) -> Response:
    """Show what the API knows about the signed-in person."""
    routes = await routes_for(request)
    accounts = routes.site.accounts
    session = signed_in(request)

    me, devices = await asyncio.gather(_told(session.api, accounts.me), _told(session.api, accounts.sessions))

    call(session, me)
    page = AccountPage(
        title=session.user or "Account",
        facts=_facts(accounts.me, me),
        actions=_actions(request, routes, me),
        devices=None if devices is None else _devices(request, accounts, devices),
        end_others_action=href(request, "/-/account/devices/others") if accounts.end_other_sessions else None,
        notice=NOTICES.get(request.query_params.get("done", ""), ""),
        credentials=tuple(held_by(request, accounts, session)),
        sessions=await browser_sessions(request),
        end_other_sessions_action=href(request, "/-/account/sessions/others"),
        end_all_sessions_action=href(request, "/-/account/sessions/all"),
    )
    return render(request, "pages/account.html", page, fragment="devices")


async def end_device(request: Request) -> Response:
    """End one of the account's sessions; ending this very one is signing out."""
    accounts = (await routes_for(request)).site.accounts
    session = signed_in(request)
    operation = _offered(accounts.end_session)
    device = request.path_params["device"]

    mine = await _ask(session.api, accounts.sessions)
    path = fill_path(operation.path, {operation.path_parameters[-1]: device})
    await session.api.request(operation.method, path)

    if any(row["id"] == device and row["current"] for row in _rows(mine)):
        request.state.session = Session.stranger(session.api)
        return signed_out(request)
    return RedirectResponse(href(request, "/-/account", [("done", "ended")]), 303)


async def end_other_devices(request: Request) -> Response:
    """End all of the account's sessions but this one."""
    accounts = (await routes_for(request)).site.accounts
    session = signed_in(request)
    operation = _offered(accounts.end_other_sessions)

    await session.api.request(operation.method, operation.path)

    return RedirectResponse(href(request, "/-/account", [("done", "others")]), 303)


def _offered(operation: Operation | None) -> Operation:
    if operation is None:
        raise NotFound("This API doesn't offer that.")
    return operation


async def _ask(api: APIClient, operation: Operation | None) -> Any:
    if operation is None:
        return None
    return (await api.request("GET", operation.path)).data


async def _told(api: APIClient, operation: Operation | None) -> Any:
    """The same; None too where that wants a sign-in that isn't held: what is held is still to be seen, and dropped."""
    try:
        return await _ask(api, operation)
    except (Unauthorized, Forbidden) as error:
        if isinstance(error, Unauthorized) and error.ended:
            raise
        return None


def _facts(operation: Operation | None, me: Any) -> tuple[Fact, ...]:
    if operation is None or not isinstance(me, Mapping):
        return ()
    return facts_of(me, operation.answer)


def _actions(request: Request, routes: Routes, me: Any) -> tuple[Link, ...]:
    """What can be done to the account itself: what the page of who-am-I would offer."""
    operation = routes.site.accounts.me
    match = routes.match(operation.path) if operation is not None and isinstance(me, Mapping) else None
    if match is None:
        return ()
    found = item_actions(request, routes, match, me)
    return (*((found.edit,) if found.edit else ()), *found.others)


def _devices(request: Request, accounts: Accounts, answer: Any) -> tuple[Device, ...]:
    return tuple(
        Device(
            id=row["id"],
            name=row["name"],
            address=row["address"],
            current=row["current"],
            facts=facts_of(row["rest"], None),
            end_action=href(request, fill_path("/-/account/devices/{id}/end", {"id": row["id"]}))
            if accounts.end_session and row["id"]
            else None,
        )
        for row in _rows(answer)
    )


def _rows(answer: Any) -> list[dict[str, Any]]:
    listing = read_listing(None, answer, headers={}, query=())
    rows = [row for row in listing.rows if isinstance(row, Mapping)] if listing else []
    return [_row(row) for row in rows]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {*DEVICE_NAMES, *DEVICE_ADDRESSES, *CURRENT, "id"}
    return {
        "id": str(row.get("id", "")),
        "name": _called(_first(row, DEVICE_NAMES)) or "Unknown device",
        "address": _first(row, DEVICE_ADDRESSES),
        "current": any(row.get(key) is True for key in CURRENT),
        "rest": {key: value for key, value in row.items() if key not in shown and value is not None},
    }


def _called(name: str) -> str:
    """A browser in words, where the API has but what it calls itself, before which our client has put its own name."""
    first, _, rest = name.partition(" ")
    if first.startswith("webapp/") and rest:
        return f"{browser_of(rest)} (webapp)"
    return browser_of(name) if first.startswith("Mozilla/") else name


def _first(row: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((str(row[key]) for key in keys if row.get(key)), "")
