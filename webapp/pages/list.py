"""A resource's rows: searched, filtered, sorted and turned by what the page's address says."""

from starlette.requests import Request
from starlette.responses import Response

from webapp.client.reply import ReplyKind
from webapp.errors import BadRequest, Invalid
from webapp.openapi.listing import read_listing
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match
from webapp.pages.answers import answer_page, notice_page, what_is_missing
from webapp.pages.asking import ask
from webapp.pages.listview import ListView
from webapp.pages.queries import for_api


async def list_page(request: Request, routes: Routes, match: Match) -> Response:
    """Show a list's rows; what the API has against a filter is shown at its control."""
    view = ListView.of(request, routes, match)
    if lacks := what_is_missing(match.operation, view.query):
        return notice_page(request, routes, match, lacks, controls=view.controls)

    asked = for_api(view.query, match.operation, view.resource.paging)
    try:
        reply = await ask(request, match, asked)
    except (BadRequest, Invalid) as error:
        if not view.query:
            raise
        return view.refused_by(error)

    listing = read_listing(view.resource, reply.data, headers=reply.headers, query=asked, path=match.path)
    if listing is None or reply.kind in (ReplyKind.TEXT, ReplyKind.BINARY):
        return answer_page(request, routes, match, reply)
    return await view.page(listing)
