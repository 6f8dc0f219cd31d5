"""`/-/follow/...`: work that takes its time, looked at until it is done."""

import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from webapp.client import APIClient, Reply
from webapp.client.failures import parse_retry_after
from webapp.errors import NotFound
from webapp.html.context import FollowPage, Link
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match
from webapp.openapi.uses import is_file, is_plumbing, is_stream
from webapp.pages.answers import name_of
from webapp.pages.crumbs import crumbs
from webapp.pages.facts import facts_of
from webapp.pages.filetypes import SAVE
from webapp.pages.made import api_path_of
from webapp.pages.masking import masked
from webapp.pages.progress import Progress, followed_at, read_progress
from webapp.pages.queries import Query, for_api, read_query, value_of, without
from webapp.pages.resource import api_path
from webapp.pages.sites import routes_for

PREFIX = "/-/follow"
TRIES = "-tries"
"""Our own parameter: how often was asked already."""
PATIENCE = (1, 1, 2, 2, 3, 3, 5, 5, 8, 10, 15, 20, 30)
"""Seconds to wait, by how often was asked; what the API itself says comes first."""
LONGEST_WAIT = 300


async def follow_page(request: Request) -> Response:
    """Show how far it is, and ask again after a while; once it is done, lead to what came of it."""
    routes = await routes_for(request)
    match = _followable(routes.match(api_path(request).removeprefix(PREFIX)))
    query = read_query(request)
    tries = _tries(query)

    reply = await request.state.api.request(
        "GET", match.api_path or match.path, params=for_api(without(query, (TRIES,)), match.operation)
    )

    progress = read_progress(reply.data, waiting=reply.status == 202)
    again = href(request, PREFIX + match.path, (*without(query, (TRIES,)), (TRIES, str(tries + 1))))
    page = _page(request, routes, match, reply, progress, again, wait=_wait(reply, tries))
    return render(request, [f"{page.name}/follow.html", "pages/follow.html"], page, fragment="status")


def follow_href(request: Request, routes: Routes, reply: Reply) -> str | None:
    """The page that follows the work which an answer (202) says has begun; None where it says nothing of the kind."""
    if reply.status != 202:
        return None
    told = followed_at(reply.headers, reply.data)
    match = match_of_location(request.state.api, routes, told)
    return href(request, PREFIX + match.path) if match is not None and _is_followable(match) else None


def match_of_location(api: APIClient, routes: Routes, location: str) -> Match | None:
    """The page at an address, absolute or not; only its path counts, so nothing leads to another site."""
    try:
        return routes.match(api_path_of(location, api)) if location else None
    except ValueError:
        return None


def _followable(match: Match | None) -> Match:
    if match is None or not _is_followable(match):
        raise NotFound("There is nothing to follow here.")
    return match


def _is_followable(match: Match) -> bool:
    operation = match.operation
    return operation.method == "GET" and not any(kind(operation) for kind in (is_stream, is_file, is_plumbing))


def _page(
    request: Request, routes: Routes, match: Match, reply: Reply, progress: Progress, again: str, *, wait: int
) -> FollowPage:
    shown = masked(reply.data, match.operation.answer)
    *above, here = crumbs(request, routes, match, match.operation.title)
    # Work that has a page is known by it.
    title = match.resource.singular if match.resource is not None else here.label
    return FollowPage(
        name=name_of(match.operation),
        title=title,
        crumbs=(
            *above,
            Link(title, href(request, match.path)),
            Link("Progress", href(request, PREFIX + match.path), True),
        ),
        state=progress.state,
        percent=progress.percent,
        running=progress.running,
        failed=progress.failed,
        message=progress.message,
        facts=facts_of(shown, match.operation.answer) if isinstance(shown, Mapping) else (),
        again_href=again,
        seconds=wait,
        result=_result(request, routes, progress),
        page_href=href(request, match.path),
    )


def _result(request: Request, routes: Routes, progress: Progress) -> Link | None:
    match = match_of_location(request.state.api, routes, progress.result)
    if match is None:
        return None
    if is_file(match.operation) or "download" in match.path:
        return Link("Download the result", href(request, SAVE + match.path))
    return Link("Open the result", href(request, match.path))


def _tries(query: Query) -> int:
    told = value_of(query, TRIES)
    return int(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0


def _wait(reply: Reply, tries: int) -> int:
    """Seconds until to ask again: as the API says, else longer and longer."""
    told = parse_retry_after(reply.headers.get("retry-after"), time.time())
    own = PATIENCE[min(tries, len(PATIENCE) - 1)]
    return max(1, min(int(told), LONGEST_WAIT)) if told is not None else own
