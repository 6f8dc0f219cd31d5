"""
Finds out whether the API knows what somebody typed to sign in, where no operation of its own says so.

What is sent with every call is tried on a page that strangers are refused: who-am-I, the page that somebody was sent
away from, or else a list or two.
"""

from collections.abc import Collection, Iterator
from itertools import islice
from urllib.parse import parse_qsl

from starlette.requests import Request

from webapp.client import APIClient
from webapp.client.choice import choose, holds_itself
from webapp.errors import APIError, Forbidden, RateLimited, Unauthorized, Unavailable
from webapp.html.urls import below_mount
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, Operation
from webapp.openapi.uses import is_file, is_plumbing, is_stream
from webapp.pages.answers import what_is_missing
from webapp.pages.arriving import arriving
from webapp.pages.asking import ask_with
from webapp.pages.queries import Query, for_api

MOST = 3
"""Questions in all; pages that everybody sees tell nothing."""

Question = tuple[Match, Query]


async def verify(request: Request, routes: Routes, api: APIClient, where: str, *, added: Collection[str] = ()) -> None:
    """
    Raise what the API has against these credentials; where nothing can tell, the first page will.

    `where` is the page to go to; `added` names the schemes of what is tried, if the rest is known to be right.
    """
    for match, asked in islice(_questions(request, routes, api, where, added), MOST):
        try:
            await ask_with(api, match, asked)
        except Forbidden as error:
            if error.lacks:
                continue
            newly = added if _is_at(request, routes, match, where) else ()
            await _raise_if_unknown(request, api, (match, asked), newly, error)
            return
        except Unauthorized as error:
            if not error.ended and error.lacks and not any(name in added for names in error.lacks for name in names):
                continue  # it wants yet another sign-in, and says nothing about this one
            raise
        except (Unavailable, RateLimited):
            raise
        except APIError:
            continue
        if _is_check(routes, match) or await _strangers_are_refused(request, match, asked, (Unauthorized, Forbidden)):
            return


async def _raise_if_unknown(
    request: Request, api: APIClient, question: Question, added: Collection[str], refusal: Forbidden
) -> None:
    """Raise what a refusal has against these credentials: whoever is known may still not be allowed to see this."""
    match, asked = question
    if added and await _is_about(request, api, question, added, refusal):
        raise refusal
    if not await _strangers_are_refused(request, match, asked, (Unauthorized,)):
        raise Unauthorized(refusal.detail) from refusal


def _is_at(request: Request, routes: Routes, match: Match, where: str) -> bool:
    """Whether a question is the one of the page to go to."""
    there = routes.match(below_mount(request, where).partition("?")[0])
    return there is not None and there.path == match.path


async def _is_about(
    request: Request, api: APIClient, question: Question, added: Collection[str], refusal: Forbidden
) -> bool:
    """Whether a refusal is about what was added: without that, the answer is another."""
    match, asked = question
    credentials = api.credentials.copy()
    for name in added:
        credentials.drop(name)
    try:
        await ask_with(arriving(request, api.for_session(credentials)), match, asked)
    except APIError as error:
        return (error.api_status, error.detail) != (refusal.api_status, refusal.detail)
    return True


async def _strangers_are_refused(
    request: Request, match: Match, asked: Query, refusals: tuple[type[APIError], ...]
) -> bool:
    """Whether a stranger is told to sign in where we were only told that we may not, or got an answer."""
    stranger = arriving(request, request.state.new_client(None))
    try:
        await ask_with(stranger, match, asked)
    except refusals:
        return True
    except APIError:
        return False
    return False


def _questions(
    request: Request, routes: Routes, api: APIClient, where: str, added: Collection[str]
) -> Iterator[Question]:
    """What to ask, the likeliest to tell first; nothing that asks for credentials of another kind."""
    tried: list[str] = []
    for match, asked in _all_questions(request, routes, where):
        if match.path not in tried and _would_tell(api, match.operation, added):
            tried.append(match.path)
            yield match, asked


def _would_tell(api: APIClient, operation: Operation, added: Collection[str]) -> bool:
    """Whether an operation asks for what is tried, as far as the document says."""
    wanted = api.guide.wanted(operation.method, operation.path) if api.guide.wanted is not None else None
    if wanted is None:
        return not added
    if not added and not any(holds_itself(api.credentials, scheme) for scheme in api.guide.schemes):
        return True  # it speaks of other credentials than these
    choice = choose(api.credentials, wanted, api.config.api_key)
    return choice.whole is not None and (choice.own if not added else any(name in added for name in choice.added))


def _all_questions(request: Request, routes: Routes, where: str) -> Iterator[Question]:
    site = routes.site
    if site.accounts.check is not None and (match := routes.match(site.accounts.check.path)) is not None:
        yield match, ()
    path, _, query = below_mount(request, where).partition("?")
    match = routes.match(path)
    if match is not None and (asked := _asked(match, query)) is not None:
        yield match, asked
    lists = [each for each in site.resources if each.list is not None and not each.list.path_parameters]
    # A list is what one reads; other GETs may be anything, and are asked where the document says that they're secured.
    paths = [each.path for each in lists if each.list is not None and each.list.secured is not False]
    paths += [each.path for each in site.operations if each.method == "GET" and each.secured]
    for path in paths:
        match = routes.match(path)
        if match is not None and not match.path_params and (asked := _asked(match, "")) is not None:
            yield match, asked


def _asked(match: Match, query: str) -> Query | None:
    """What to ask a page's operation; None where that is no plain question."""
    if any(kind(match.operation) for kind in (is_stream, is_file, is_plumbing)):
        return None
    asked = for_api(tuple(parse_qsl(query)), match.operation)
    return None if what_is_missing(match.operation, asked) else asked


def _is_check(routes: Routes, match: Match) -> bool:
    check = routes.site.accounts.check
    return check is not None and match.operation.name == check.name
