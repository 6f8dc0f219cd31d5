"""`/-/jump?q=`: the top bar's way to any page by name."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.errors import NotFound
from webapp.html.context import Link
from webapp.html.render import Renderer
from webapp.html.urls import href
from webapp.pages.sites import routes_for


async def jump(request: Request) -> Response:
    """Go to the page whose name fits best: the same, else begins with, else contains what was typed."""
    wanted = request.query_params.get("q", "").strip()
    if not wanted:
        return RedirectResponse(href(request, "/"), 303)

    await routes_for(request)
    renderer: Renderer = request.state.renderer
    groups = renderer.shell(request).navigation

    best = _best(wanted.casefold(), [link for group in groups for link in group.links])
    if best is None:
        raise NotFound(f"No page is called “{wanted[:80]}”.")
    return RedirectResponse(best.href, 303)


def _best(wanted: str, links: list[Link]) -> Link | None:
    for fits in (str.__eq__, str.startswith, str.__contains__):
        for link in links:
            if fits(link.label.casefold(), wanted):
                return link
    return None
