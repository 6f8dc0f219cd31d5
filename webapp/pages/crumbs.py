"""The way down to a page: every page that its path passes."""

from collections.abc import Iterator

from starlette.requests import Request

from webapp.html.context import Link
from webapp.html.urls import href
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, MatchKind


def crumbs(request: Request, routes: Routes, match: Match, title: str) -> tuple[Link, ...]:
    """Home, the pages above, and this one."""
    above = tuple(Link(page_label(page), href(request, page.path)) for page in _above(routes, match))
    return (Link("Home", href(request, "/")), *above, Link(title, href(request, match.path), current=True))


def _above(routes: Routes, match: Match) -> Iterator[Match]:
    segments = match.path.strip("/").split("/")
    for end in range(1, len(segments)):
        page = routes.match("/" + "/".join(segments[:end]))
        if page is not None:
            yield page
    listed = match.resource.list if match.resource and match.kind is MatchKind.ITEM else None
    path = match.resource.path if match.resource and listed else "{"
    if "{" not in path and not match.path.startswith(path):
        # An item that lies somewhere else than its list.
        page = routes.match(path)
        if page is not None:
            yield page


def page_label(page: Match) -> str:
    """What a page is called before it was read."""
    if page.resource is None or page.kind is MatchKind.VIEW:
        return page.operation.title
    if page.kind is MatchKind.LIST:
        return page.resource.label
    return " ".join([page.resource.singular, *list(page.path_params.values())[-1:]])
