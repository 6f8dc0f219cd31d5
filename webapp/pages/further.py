"""
`/-/account/sign-ins`: one more credential for a session, where an operation wants one that it doesn't have.

What is added goes along with the operations that ask for it. The session gets a new id with it, and keeps all else.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.client.choice import added_for, set_aside
from webapp.client.keys import ApiKey
from webapp.errors import APIError, Invalid, NotFound, UnsafePath
from webapp.html.context import Link
from webapp.html.urls import href, next_or_home
from webapp.openapi.routes import Routes
from webapp.openapi.schemes import alternatives_of
from webapp.openapi.site import Accounts
from webapp.pages.arriving import arriving
from webapp.pages.guard import begin_try, failed, succeeded
from webapp.pages.login import recognised
from webapp.pages.me import vouch
from webapp.pages.offers import Offer, first_offer, offer_of
from webapp.pages.signinform import explain, form_of, show_form
from webapp.pages.signing import Attempt, asks_password, sign_in, what_is_left_out
from webapp.pages.sites import Sites, routes_for
from webapp.pages.submitted import read_form
from webapp.pages.verifying import verify
from webapp.sessions import Session, Try, audit

ENDED = "Your sign-in has ended."
"""Said to whoever goes on by what was added alone."""


async def further_page(request: Request) -> Response:
    """Ask for what is missing; whoever isn't signed in at all does that first."""
    accounts = (await routes_for(request)).site.accounts
    session: Session = request.state.session
    where = next_or_home(request, request.query_params.get("next", ""))
    if not session.kept:
        return RedirectResponse(href(request, "/login", [("next", where)]), 303)
    return _page(request, _offered(accounts, session, request.query_params.get("scheme", "")), Attempt(where))


async def add_sign_in(request: Request) -> Response:
    """Add what was typed to the session, if the API accepts it, and go on."""
    form = await read_form(request)
    routes = await routes_for(request)
    session: Session = request.state.session
    where = next_or_home(request, form.get("next", ""))
    if not session.kept:
        return RedirectResponse(href(request, "/login", [("next", where)]), 303)
    offer = _offered(routes.site.accounts, session, form.get("scheme", ""))
    attempt = Attempt.of(form, offer.way, where)
    if left_out := what_is_left_out(offer.way, attempt):
        return _page(request, offer, attempt, error=Invalid(left_out))
    try:
        tried = await begin_try(request, attempt.owner, is_guessed=asks_password(offer.way))
        begun = await _tried(request, routes, session, offer, attempt, tried)
    except APIError as error:
        return _page(request, offer, attempt, error=error)
    except (UnsafePath, ValueError):
        return _page(request, offer, attempt, error=Invalid("There is something in this that can't be sent."))
    request.state.session = begun
    return await succeeded(request, RedirectResponse(where, 303), tried, attempt.owner if offer.way.is_posted else "")


async def drop_sign_in(request: Request) -> Response:
    """Hold one of several credentials no longer; the last one goes by signing out."""
    form = await read_form(request)
    accounts = (await routes_for(request)).site.accounts
    session: Session = request.state.session
    credentials, name = session.api.credentials, form.get("scheme", "")
    if name in credentials.added and (credentials.own or len(credentials.added) > 1):
        credentials.drop(name)
        audit("credential_dropped", session=session, scheme=name)
    elif name == "" and credentials.own and credentials.added:
        if accounts.sign_out is not None:
            with contextlib.suppress(APIError):
                await session.api.request(accounts.sign_out.method, accounts.sign_out.path)
        credentials.forget_own()
        audit("credential_dropped", session=session, scheme="sign-in")
    return RedirectResponse(href(request, "/-/account", [("done", "dropped")]), 303)


async def _tried(
    request: Request, routes: Routes, session: Session, offer: Offer, attempt: Attempt, tried: Try
) -> Session:
    try:
        return await _with_more(request, routes, session, offer, attempt)
    except APIError as error:
        await failed(tried, error)
        raise


async def _with_more(request: Request, routes: Routes, session: Session, offer: Offer, attempt: Attempt) -> Session:
    """The session with what was typed, under a new id. Raises what the API has against it."""
    held = session.api.credentials
    if offer.way.is_posted:
        api = await sign_in(request, routes, offer.way, attempt)
        person = await recognised(api, routes.site.accounts, offer.way)
        await vouch(request, api, routes.site.accounts)
        api.credentials.add({**dict(set_aside(held, session.api.guide.schemes)), **held.added})
        user, owner = person.name or attempt.username, person.owner or session.owner
        return Session.follow(session, api, user=user, owner=owner, gained=offer.name)
    added = dict(_typed(offer, attempt))
    trial = arriving(request, request.state.new_client(None).for_session(held.copy()))
    trial.credentials.add(added)
    await verify(request, routes, trial, attempt.next, added=added)
    held.add(added)
    # The same credentials on a client of their own: the one before ends with its session.
    api = session.api.for_session(held)
    user = session.user or "Signed in"
    return Session.follow(session, api, user=user, owner=session.owner, gained=offer.name)


def _typed(offer: Offer, attempt: Attempt) -> Mapping[str, ApiKey]:
    """What was typed, by the scheme that it is for."""
    keys = iter(attempt.keys.values())
    found: dict[str, ApiKey] = {}
    for scheme in offer.schemes:
        if scheme.kind == "key":
            found[scheme.name] = added_for(scheme, secret=next(keys))
        elif scheme.kind == "basic":
            found[scheme.name] = added_for(scheme, basic=(attempt.username, attempt.password))
        else:
            found[scheme.name] = added_for(scheme, secret=attempt.token.removeprefix(f"{scheme.prefix} "))
    return found


def _offered(accounts: Accounts, session: Session, names: str) -> Offer:
    offer = offer_of(accounts, session, names.split(","))
    if offer is None:
        raise NotFound("This API doesn't know of such a sign-in, or none that could be typed.")
    return offer


def _again(request: Request, session: Session, offer: Offer, attempt: Attempt) -> Iterator[Link]:
    """Where to sign in once more with what the session has lost, if that's not what is asked for."""
    sites: Sites = request.state.sites
    routes = sites.known(session)
    if session.api.credentials.own or routes is None:
        return
    accounts = routes.site.accounts
    check = accounts.me or accounts.check
    wanted = alternatives_of(check, accounts.schemes) if check is not None else None
    names = [[scheme.name for scheme in each] for each in wanted or ()]
    again = first_offer(accounts, session, names)
    if again is not None and again.name != offer.name:
        params = [("scheme", again.name), ("next", attempt.next)]
        yield Link("Sign in again", href(request, "/-/account/sign-ins", params))


def _page(request: Request, offer: Offer, attempt: Attempt, *, error: APIError | None = None) -> Response:
    way, session = offer.way, request.state.session
    page = replace(
        form_of(way, attempt, href(request, "/-/account/sign-ins")),
        error=explain(way, error, adds=True) if error else "",
        notice="You stay signed in with all that you have." if session.api.credentials.own else ENDED,
        others=tuple(_again(request, session, offer, attempt)),
        heading=offer.heading,
        scheme=offer.name,
    )
    return show_form(request, page, error)
