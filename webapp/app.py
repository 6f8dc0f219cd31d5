"""
`create_app`: the whole wiring, in the order a request goes through it.

    browser
      -> StartMiddleware             opens what the app lives on, where no lifespan was run
      -> ObservabilityMiddleware     request id, access log, metrics, traces
      -> SecurityHeadersMiddleware   CSP and its kin
      -> CompressionMiddleware       zstd, br or gzip, where no other site can be listening
      -> CrossOriginMiddleware       a write that another site started stops here
      -> SessionMiddleware           signed cookie -> request.state.session, request.state.api
      -> NoticeMiddleware            what the page before has done, and this one says
      -> ErrorBoundary               what nobody foresaw becomes a page
      -> pages.*                     read the request, ask the API, answer
           -> client.APIClient  -> the shared pool -> the API
           -> html.render(...)  -> templates/
    browser

The rooms, from the bottom up; each imports only from those below it:

    record errors settings   cheap dataclasses; the exception tree; one frozen dataclass
    codings              bytes packed in what a browser takes
    client/              the API client, the connection pool: knows HTTP and nothing of browsers
    store/               what processes share in Redis or Valkey: sealed records, deposits, counts, marks
    openapi/             a document -> a Site of resources; no I/O
    sessions/            a browser's cookie -> its APIClient, kept in this process or in the store
    oidc/                signing in at an OpenID provider; what is under way there
    html/                rendering, htmx, assets, formats
    security observability
    pages/               one module for each kind of page
    frontend             what one frontend lives on: the pool, the sessions, the site
    app                  this file
    serving/             between the socket and the app: a strict protocol, an orderly end, several processes
    cli testing          the command; what users' own tests need
    demo/                the embedded demo API; imports nothing of ours
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.client import ASGIBackend, shared_transport
from webapp.client.share import Shares
from webapp.errors import APIError, StoreUnavailable, UnsafePath
from webapp.frontend import Frontend
from webapp.html.render import SCRIPTS
from webapp.observability import ObservabilityMiddleware
from webapp.pages import bounced, errors, leaving
from webapp.pages.first import ALIVE, METRICS, Pages
from webapp.pages.told import overrides_of, settled
from webapp.security import CompressionMiddleware, CrossOriginMiddleware, SecurityHeadersMiddleware, sources
from webapp.sessions import Bounces, Instead, NoticeMiddleware, SessionCookie, SessionMiddleware
from webapp.settings import Settings

__all__ = ["Frontend", "create_app"]


def create_app(
    target: str | ASGIApp | None = None,
    *,
    openapi: str | None = None,
    routes: Sequence[BaseRoute] = (),
    templates: str | Path | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    config: str | Path | Mapping[str, Any] | None = None,
    settings: Settings | None = None,
) -> Starlette:
    """
    The frontend of one API, as an ASGI app to serve or to mount.

    `target` is the API's base URL, its OpenAPI document's URL or file, or an ASGI app to be asked in the same process;
    without it, `WEBAPP_API_URL` says. `openapi` is the document's URL or file where it isn't found from the base URL.
    `routes` are pages of your own and come before ours, `templates` a folder whose templates do. `transport` replaces
    the connection pool. `config` is a file, or the mapping that it holds, which says what the pages get wrong. Settings
    come from the environment unless given. Raises SettingsError.
    """
    given = settings or Settings.from_env()
    given, reading = settled(given, target, openapi, templates)
    in_process = target is not None and not isinstance(target, str)
    frontend = Frontend(
        given,
        _transport(given, target, transport),
        overrides_of(given, config),
        reading=reading,
        in_process=in_process,
    )
    app = Starlette(
        debug=False,
        routes=[*routes, Pages(frontend.assets)],
        middleware=middleware_of(frontend),
        exception_handlers={
            APIError: errors.api_error,
            UnsafePath: errors.unsafe_path,
            StoreUnavailable: errors.store_unavailable,
            HTTPException: errors.http_error,
        },
        lifespan=frontend.lifespan,
    )
    # A redirect to the path less its slash would carry whatever Host the request had.
    app.router.redirect_slashes = False
    app.state.frontend = frontend
    return app


def middleware_of(frontend: Frontend) -> list[Middleware]:
    """Everything between the socket and the pages, outermost first."""
    settings, keys = frontend.settings, frontend.keys
    cookie = SessionCookie(keys, name=settings.cookie_name, max_age=settings.session_lifetime)
    return [
        Middleware(StartMiddleware, frontend=frontend),
        Middleware(ObservabilityMiddleware, kept=frontend.observability),
        Middleware(SecurityHeadersMiddleware, https=settings.https, sources=sources(settings.image_hosts, SCRIPTS)),
        Middleware(CompressionMiddleware),
        Middleware(CrossOriginMiddleware, origin=settings.public_url, exempt=frozenset({leaving.BACKCHANNEL})),
        Middleware(
            SessionMiddleware,
            registry=frontend.registry,
            cookie=cookie,
            bounces=Bounces(keys, name=f"{settings.cookie_name}_bounces"),
            client=frontend.new_client,
            instead=Instead(errors.session_ended, bounced.looping, bounced.full, bounced.unknown),
            https=settings.https,
        ),
        Middleware(NoticeMiddleware, keys=keys, name=f"{settings.cookie_name}_notice", https=settings.https),
        Middleware(errors.ErrorBoundary),
    ]


class StartMiddleware:
    """Hands each request what the frontend lives on, started: a mounted app's lifespan is never run."""

    def __init__(self, app: ASGIApp, *, frontend: Frontend) -> None:
        self.app = app
        self._frontend = frontend
        self._handed = {
            "sites": frontend.sites,
            "renderer": frontend.renderer,
            "new_client": frontend.new_client,
            "max_upload": frontend.settings.max_upload,
            "streams": frontend.streams,
            "metrics": frontend.observability.metrics,
            "drafts": frontend.drafts,
            "providers": frontend.providers,
            "client_at": frontend.client_at,
            "registry": frontend.registry,
            "throttle": frontend.throttle,
            "admin_token": frontend.settings.admin_token,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._frontend.start()
            if not scope["path"].endswith((ALIVE, METRICS)):
                await self._frontend.ready()
            # A copy: under a parent app the state is the parent's too.
            scope["state"] = {**scope.get("state", {}), **self._handed, "stopping": self._frontend.stopping}
        await self.app(scope, receive, send)


def _transport(
    settings: Settings, target: str | ASGIApp | None, transport: httpx.AsyncBaseTransport | None
) -> Callable[[], httpx.AsyncBaseTransport]:
    if transport is not None:
        return lambda: transport
    if target is None or isinstance(target, str):
        limit = settings.api_connections
        return lambda: shared_transport(limit=limit, shares=Shares.of(limit))
    return lambda: ASGIBackend(target)
