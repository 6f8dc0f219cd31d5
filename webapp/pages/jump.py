"""`/-/jump?q=`: the top bar's way to any page by name."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.errors import NotFound
from webapp.html.context import Link
from webapp.html.render import Renderer
from webapp.html.urls import href
from webapp.pages.operations import TITLE, search
from webapp.pages.sites import routes_for
from webapp.sessions import Session


async def jump(request: Request) -> Response:
    """
    Go to the page whose name fits best: the same, else begins with, else contains what was typed.

    Where none does, to the operations that have these words.
    """
    wanted = request.query_params.get("q", "").strip()
    if not wanted:
        return RedirectResponse(href(request, "/"), 303)

    routes = await routes_for(request)
    renderer: Renderer = request.state.renderer
    groups = renderer.shell(request).navigation

    best = _best(wanted.casefold(), [*(link for group in groups for link in group.links), *_own(request)])
    if best is not None:
        return RedirectResponse(best.href, 303)
    if search(routes.site, wanted):
        return RedirectResponse(href(request, "/-/operations", [("q", wanted)]), 303)
    raise NotFound(f"No page is called “{wanted[:80]}”.")


def _own(request: Request) -> tuple[Link, ...]:
    """What the top bar and the navigation lead to besides."""
    own = Link("Home", href(request, "/")), Link(TITLE, href(request, "/-/operations"))
    session: Session = request.state.session
    return (*own, Link("Account", href(request, "/-/account"))) if session.kept else own


def _best(wanted: str, links: list[Link]) -> Link | None:
    for fits in (str.__eq__, str.startswith, str.__contains__):
        for link in links:
            if fits(link.label.casefold(), wanted):
                return link
    return None
