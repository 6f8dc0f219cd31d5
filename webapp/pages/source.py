"""`/-/raw/...`: what the API answers to the page of that path, as JSON."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from webapp.errors import NotFound
from webapp.html.context import Link, ViewPage
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match
from webapp.openapi.uses import is_file, is_plumbing, is_stream
from webapp.pages.asking import ask
from webapp.pages.crumbs import crumbs
from webapp.pages.curl import curl_of
from webapp.pages.queries import for_api, read_query
from webapp.pages.raw import raw_json
from webapp.pages.resource import api_path
from webapp.pages.sites import routes_for

PREFIX = "/-/raw"
LIMIT = 1024 * 1024
"""Characters; what is longer is cut."""


async def source_page(request: Request) -> Response:
    """Show the answer itself, less its secrets, for those who want to see it."""
    routes = await routes_for(request)
    match = _shown(routes.match(api_path(request).removeprefix(PREFIX)))
    paging = match.resource.paging if match.resource else None

    reply = await ask(request, match, for_api(read_query(request), match.operation, paging))

    label = match.resource.label if match.resource else match.operation.title
    page = ViewPage(
        name="raw",
        title=f"{label} as JSON",
        description="",
        crumbs=_crumbs(request, routes, match, label),
        facts=(),
        sections=(),
        text=raw_json(reply.data, match.operation.answer, limit=LIMIT) or reply.text,
        media_type="application/json",
        raw="",
        curl=curl_of(request, match, read_query(request)),
    )
    return render(request, "pages/view.html", page)


def _shown(match: Match | None) -> Match:
    if match is None or any(kind(match.operation) for kind in (is_stream, is_file, is_plumbing)):
        raise NotFound("There is no answer to show here.")
    return match


def _crumbs(request: Request, routes: Routes, match: Match, label: str) -> tuple[Link, ...]:
    *above, page = crumbs(request, routes, match, label)
    back = Link(page.label, href(request, match.path, read_query(request)))
    return (*above, back, replace(page, label="JSON"))
