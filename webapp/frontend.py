"""What one frontend lives on, from its settings to its end."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette

from webapp.client import APIClient, Credentials, shared_transport
from webapp.client.writing import PLAIN
from webapp.errors import APIError, SettingsError
from webapp.html.assets import Assets, find_folder
from webapp.html.render import Renderer
from webapp.observability import Observability
from webapp.oidc import Pending, Providers, open_endings, open_flows
from webapp.openapi.discover import origin_of
from webapp.openapi.given import GivenKey
from webapp.openapi.overrides.applying import apply_overrides, misfit
from webapp.openapi.overrides.values import Overrides
from webapp.openapi.security import refresh_endpoint
from webapp.openapi.site import Accounts, Site
from webapp.pages.documents import Documents
from webapp.pages.farewell import Farewells
from webapp.pages.fetching import Reading
from webapp.pages.shell import ShellMaker
from webapp.pages.sites import Sites
from webapp.pages.streams import Streams
from webapp.pages.told import writing_of
from webapp.sessions import Drafts, Throttle, audit_observer, open_buckets, open_folders, open_registry, open_store
from webapp.settings import Settings

SWEEP_SECONDS = 30.0
LARGEST_ELSEWHERE = 1024 * 1024
"""Bytes of an answer of a provider, decoded."""


class Frontend:
    """
    What one frontend lives on: the pool, the sessions, the site. Nothing is opened before `start`.

    `in_process` says that `transport` leads to an app in this process, and nowhere else. `reading` is the document's
    file, if that has been read.
    """

    def __init__(
        self,
        settings: Settings,
        transport: Callable[[], httpx.AsyncBaseTransport],
        overrides: Overrides,
        *,
        reading: Reading | None = None,
        in_process: bool = False,
    ) -> None:
        self.settings = settings
        self._in_process = in_process
        self.overrides = overrides
        self.keys = settings.secret_key or (secrets.token_urlsafe(32),)
        self.observability = Observability(settings)
        metrics = self.observability.metrics
        store = open_store(settings, observer=metrics.asked if metrics else None)
        self.registry = open_registry(
            settings, self.keys, store, restore=self._restored, on_closed=lambda session: self.farewells.begin(session)
        )
        self.transport = transport()
        self._key = GivenKey(settings.api_key, overrides.login)
        self._client = self._for_everybody(settings.api_url or origin_of(settings.openapi or ""))
        self._settled = settings.api_url is not None and self._key.is_placed
        self.sites = Sites(
            Documents(
                settings.api_url,
                settings.openapi,
                self._anonymous,
                settle=lambda site: self._key.left_of(apply_overrides(site, overrides)),
                insider=(lambda: self._client) if settings.api_key else None,
                reading=reading,
            ),
            every=settings.document_refresh,
            sign=self._signed,
        )
        self._outward: httpx.AsyncBaseTransport | None = None
        kept = settings, self.keys, store
        pending = Pending(f"{settings.cookie_name}_flow", open_flows(*kept), https=settings.https)
        self.providers = Providers(settings, self._elsewhere, pending, open_endings(*kept))
        self.farewells = Farewells(self.sites)
        self.throttle = Throttle(
            self.keys,
            open_buckets(*kept),
            name=f"{settings.cookie_name}_device",
            tries=settings.sign_in_tries,
            per_address=settings.sign_in_tries_per_address,
            window=settings.sign_in_window,
            https=settings.https,
        )
        self.streams = Streams(None if in_process else settings.api_connections)
        self.drafts = Drafts(f"{settings.cookie_name}_draft", open_folders(*kept), https=settings.https)
        self.assets = Assets(find_folder("static"))
        self.renderer = Renderer(
            [settings.templates] if settings.templates else [],
            shell=ShellMaker(title=settings.title, hue=settings.hue),
            assets=self.assets,
            images=settings.image_hosts,
            debug=settings.debug,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._started = False
        self.stopping = False

    def new_client(self, accounts: Accounts | None = None) -> APIClient:
        """A client for a new session, on the shared pool; with `accounts` it renews its sign-in the API's way."""
        routes = self.sites.routes
        return self._client.for_session(
            refresh=refresh_endpoint(accounts) if accounts else None, guide=routes.guide if routes else None
        )

    async def _restored(self, credentials: Credentials, at_provider: bool) -> APIClient:
        """A client for a session that another process has begun, which renews it the way that it was begun."""
        accounts = None
        with contextlib.suppress(APIError):
            site = (await self.sites.get()).site
            accounts = None if at_provider else site.accounts
            provider = self.providers.of(site.accounts.code_flow, site.base_url) if at_provider else None
            if provider is not None:
                endpoint = provider.renewal(await provider.metadata())
                return self.new_client().for_session(credentials, refresh=endpoint)
        return self.new_client(accounts).for_session(credentials)

    def client_at(self, origin: str) -> APIClient:
        """
        A client that calls the API by the name that browsers know this site by, for what the API makes of that.

        That name may be anybody's, so the key that is configured for everybody doesn't go along.
        """
        scheme, host = urlsplit(origin)[:2]
        named = {"host": host, "x-forwarded-host": host, "x-forwarded-proto": scheme}
        return self._anonymous(self._client.base_url, headers=named)

    def _elsewhere(self, origin: str) -> APIClient:
        """A client of another host than the API's, which learns nothing of the browser nor of the API's sessions."""
        transport = self.transport
        if self._in_process:
            transport = self._outward = self._outward or shared_transport(limit=self.settings.api_connections)
        return self._anonymous(origin, transport=transport, max_body=LARGEST_ELSEWHERE, lends=False, writing=PLAIN)

    def _signed(self, api: APIClient) -> APIClient:
        """A client that is known to the API as `api` is, and whose end is not the session's."""
        return self._client.for_session(api.credentials.copy())

    def _for_everybody(self, base_url: str, **options: Any) -> APIClient:
        """What sessions' clients are made from: with the key that is configured for all of them."""
        return self._anonymous(base_url, **self._key.options, **options)

    def _anonymous(self, base_url: str, **options: Any) -> APIClient:
        usual: dict[str, Any] = {
            "transport": self.transport,
            "timeout": self.settings.api_timeout,
            "connect_timeout": self.settings.api_connect_timeout,
            "max_body": self.settings.api_max_body,
            "renewals": self.settings.api_renewals,
            "writing": writing_of(self.overrides.api),
            "observer": self.observability.client,
        }
        return APIClient(base_url, **(usual | options))

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Open on the way in, close on the way out; a parent app that mounts this one may enter it too."""
        self.start()
        try:
            await self.check()
            yield
        finally:
            await self.close()

    def start(self) -> None:
        """Begin to sweep sessions and to read the API's document; again is fine."""
        if not self._started:
            self._started = True
            metrics = self.observability.metrics
            if metrics is not None:
                audit_observer.set(metrics.audited)
            self._tasks = [
                asyncio.create_task(self.registry.sweep_every(SWEEP_SECONDS)),
                asyncio.create_task(self._read_ahead()),
            ]
            if metrics is not None:
                self._tasks.append(asyncio.create_task(metrics.watch_loop()))

    async def check(self) -> None:
        """
        See that everything the configuration names is there, as far as the API can be asked.

        Raises SettingsError, which says what isn't.
        """
        if self.overrides == Overrides() or self.overrides.varies:
            return
        with contextlib.suppress(APIError):
            site = (await self.sites.get()).site
            complaint = "" if site.lacks else misfit(site, self.overrides)
            if complaint:
                raise SettingsError(f"{self.settings.config or 'config'}: {complaint}")

    async def ready(self) -> None:
        """Know where the API is, where only its document tells; a page says what is wrong if that can't be had."""
        if not self._settled:
            with contextlib.suppress(APIError):
                self._settle_client((await self.sites.get()).site)

    def _settle_client(self, site: Site) -> None:
        """
        From now on clients ask where the API is, with the key where it is wanted.

        What was taken for the base may have been the document's URL, and only the document knows the key's place.
        """
        self._settled = True
        base_url = site.base_url or self._client.base_url
        if base_url != self._client.base_url or not self._key.is_placed:
            self._key.place_by(site)
            self._client = self._for_everybody(base_url)

    def tell_of_stop(self) -> None:
        """Whoever asks learns from now on that this process is about to stop."""
        self.stopping = True

    async def close(self) -> None:
        """End all sessions' clients, then the pool."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.farewells.close()
        await self.sites.close()
        await self.registry.close()
        await self.transport.aclose()
        if self._outward is not None:
            await self._outward.aclose()
        self._started = False

    async def _read_ahead(self) -> None:
        # A page that needs the document asks again, and shows what is wrong with it.
        with contextlib.suppress(APIError):
            self._settle_client((await self.sites.get()).site)
