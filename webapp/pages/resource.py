"""Every path that is none of ours: the page of what the API has there."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.errors import NotFound
from webapp.html.htmx import is_htmx
from webapp.html.urls import below_mount, href, sent_path
from webapp.openapi.site import MatchKind
from webapp.pages import carried
from webapp.pages.detail import detail_page
from webapp.pages.list import list_page
from webapp.pages.queries import is_canonical, read_query
from webapp.pages.sites import routes_for
from webapp.pages.view import view_page

PAGES = {MatchKind.LIST: list_page, MatchKind.ITEM: detail_page, MatchKind.VIEW: view_page}


async def resource_page(request: Request) -> Response:
    """Show what the API has at this path. An address with a form's empty fields leads to the one without."""
    if (answer := await carried.callback(request)) is not None:
        return answer
    path = api_path(request)
    if not is_canonical(request) and not is_htmx(request):
        return RedirectResponse(href(request, path, read_query(request)), 303)

    routes = await routes_for(request)
    match = routes.match(path)
    if match is None:
        raise NotFound

    return await PAGES[match.kind](request, routes, match)


def api_path(request: Request) -> str:
    """The path below our own mount point, encoded as the browser sent it."""
    return below_mount(request, sent_path(request))
