"""The home page: what an API is, and everything one can look at."""

from starlette.requests import Request
from starlette.responses import Response

from webapp.html.context import HomePage
from webapp.html.render import render
from webapp.openapi.prose import plain
from webapp.pages.sites import routes_for


async def home_page(request: Request) -> Response:
    """Show what there is."""
    site = (await routes_for(request)).site

    page = HomePage(
        title=site.title,
        description=plain(site.description),
        notice=site.lacks,
    )
    return render(request, "pages/home.html", page)
