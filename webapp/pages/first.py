"""
What is asked for first, and the way to all other pages.

Their modules, and those of forms and tables, are a tenth of a start. So they are imported soon after the first answer,
beside whatever is asked for then, or at once for somebody who comes with another page's address.
"""

import asyncio
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.pages import health, home, metrics

ALIVE = "/-/livez"
METRICS = "/-/metrics"
ROUTES = "webapp.pages.routes"
SOON = 0.1
"""Seconds after the first answer: what that page names is asked for in between."""


def first_routes(assets: ASGIApp) -> list[Route]:
    """What browsers and operators begin with; `assets` serves the files."""
    return [
        Route(ALIVE, health.livez, methods=["GET"]),
        Route("/-/readyz", health.readyz, methods=["GET"]),
        Route(METRICS, metrics.metrics_page, methods=["GET"]),
        Route("/-/static/{name}", assets, methods=["GET"]),
        Route("/", home.home_page, methods=["GET"]),
    ]


class Pages(BaseRoute):
    """All pages of ours."""

    def __init__(self, assets: ASGIApp) -> None:
        self._first = first_routes(assets)
        self._all: list[BaseRoute] | None = None
        self._importing: asyncio.Task[None] | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The page of that address, which is the `route` of the scope from then on."""
        if self._all is None:
            match, found = _matching(self._first, scope)
            if match is Match.FULL:
                return match, found
        return _matching(self._routes(), scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and have the other pages ready for those who come next."""
        route: BaseRoute = scope["route"]
        await route.handle(scope, receive, send)
        if self._importing is None and ROUTES not in sys.modules:
            self._importing = asyncio.create_task(_import_soon())

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The address of a page, by the name of its function."""
        return Router(self._routes()).url_path_for(name, **path_params)

    def _routes(self) -> list[BaseRoute]:
        if self._all is None:
            from webapp.pages.routes import own_routes

            self._all = own_routes(self._first)
        return self._all


async def _import_soon() -> None:
    await asyncio.sleep(SOON)
    await asyncio.to_thread(import_module, ROUTES)


def _matching(routes: Iterable[BaseRoute], scope: Scope) -> tuple[Match, Scope]:
    """The first route that fits, or else what refuses the method."""
    partial: list[tuple[BaseRoute, Scope]] = []
    for route in routes:
        match, found = route.matches(scope)
        if match is Match.FULL:
            return match, {**found, "route": route}
        if match is Match.PARTIAL:
            partial.append((route, found))
    if not partial:
        return Match.NONE, {}
    return Match.PARTIAL, {**partial[0][1], "route": _refusing([route for route, _ in partial])}


def _refusing(routes: Iterable[BaseRoute]) -> Route:
    """The first of the routes of an address; its `Allow` names what all of them take, as RFC 9110 wants (15.5.6)."""
    found = [route for route in routes if isinstance(route, Route)]
    methods = set[str]().union(*(route.methods or () for route in found))
    return Route(found[0].path, found[0].endpoint, methods=sorted(methods))
