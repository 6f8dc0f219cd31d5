"""One provider, asked through clients of its own on the connections that everything shares."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from webapp.client import APIClient, RefreshEndpoint, Reply
from webapp.errors import APIError, BadRequest, RateLimited, SettingsError, Unauthorized, Unavailable, UnsafePath
from webapp.oidc.failures import SignInFailed
from webapp.oidc.keys import KeyCache
from webapp.oidc.metadata import Metadata, discovery_url, is_url, read_metadata
from webapp.oidc.registration import Registration

if TYPE_CHECKING:
    from joserfc.jwk import Key

T = TypeVar("T")
logger = logging.getLogger("webapp.oidc")

KEPT_SECONDS = 3600.0
USUAL_SCOPES = ("openid", "profile", "email")
PAUSE_SECONDS = 5.0
"""After a look that failed."""

Ask = Callable[[str], APIClient]
"""Makes a client of an origin that knows nothing of the API's sessions."""


class Provider:
    """
    Where people sign in: an OpenID provider known by its issuer or discovery document, or fixed endpoints.

    Requests go to the hosts that its document names and are never redirected to others; time-outs and sizes are those
    of the clients that `ask` makes.
    """

    def __init__(
        self,
        registration: Registration,
        ask: Ask,
        *,
        issuer: str = "",
        endpoints: Metadata | None = None,
        scopes: tuple[str, ...] = USUAL_SCOPES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registration = registration
        self.scopes = registration.scopes or scopes
        self._ask = ask
        self._clock = clock
        self._url = discovery_url(issuer) if issuer else ""
        self._fixed = endpoints
        self._known: Metadata | None = None
        self._read_at = 0.0
        self._failed_at: float | None = None
        self._failed = ("down", "the provider's document can't be had")
        self._lock = asyncio.Lock()
        self._clients: dict[str, APIClient] = {}
        self._keys = KeyCache(self._fetch_keys, clock)

    @property
    def name(self) -> str:
        """What it is called on pages: as the operator says, or else its host."""
        where = self._url or (self._fixed.authorization_endpoint if self._fixed else "")
        return self.registration.name or urlsplit(where).hostname or "the provider"

    @property
    def where(self) -> str:
        """What tells it, and what this site is to it, from any other place: whoever sets out there comes back there."""
        place = self._url or (self._fixed.token_endpoint if self._fixed else "")
        return f"{self.registration.client_id} {place}"

    async def metadata(self) -> Metadata:
        """What it says about itself, at most an hour old if it can be reached. Raises SignInFailed."""
        if self._fixed is not None:
            return self._fixed
        if self._known is None or self._clock() - self._read_at >= KEPT_SECONDS:
            async with self._lock:
                await self._look()
        if self._known is None:
            raise SignInFailed(*self._failed)
        return self._known

    async def _look(self) -> None:
        now = self._clock()
        if self._known is not None and now - self._read_at < KEPT_SECONDS:
            return
        if self._failed_at is not None and now - self._failed_at < PAUSE_SECONDS:
            return
        try:
            reply = await self._request("GET", self._url)
            self._known = read_metadata(reply.data, self._url)
            self._read_at, self._failed_at = self._clock(), None
        except ValueError as error:
            self._fail("setup", f"{self._url} can't be used: {error}")
        except APIError as error:
            self._fail("down", f"{self._url} can't be had: {type(error).__name__}")

    def _fail(self, why: str, message: str) -> None:
        self._failed_at, self._failed = self._clock(), (why, message)
        logger.warning("%s", message)

    async def keys(self, kid: str | None) -> "list[Key]":
        """Its signing keys, among them `kid` if it has it. Raises SignInFailed."""
        return await self._keys.for_key(kid)

    async def checked(self, token: str, check: "Callable[[list[Key]], T]") -> T:
        """
        What `check` makes of a token with the signing keys, which are fetched again if none of them has signed it.

        Raises what `check` does, a TokenError, or SignInFailed where there are no keys.
        """
        from webapp.oidc.jose import UnknownKey, key_id

        keys = await self.keys(key_id(token))
        try:
            return check(keys)
        except UnknownKey:
            newer = await self._keys.instead_of(keys)
            if newer is keys:
                raise
            return check(newer)

    async def _fetch_keys(self) -> Any:
        return (await self._request("GET", (await self.metadata()).jwks_uri)).data

    async def exchange(self, at: Metadata, *, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """The tokens for a code (RFC 6749, 4.1.3). Raises SignInFailed."""
        headers, fields = self.registration.authentication(at.auth_methods)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            **fields,
        }
        try:
            reply = await self._request("POST", at.token_endpoint, data=form, headers=headers)
        except APIError as error:
            raise _no_tokens(error) from None
        if not isinstance(reply.data, Mapping):
            raise SignInFailed("token", "the token endpoint answered something else than tokens")
        return reply.data

    async def userinfo(self, at: Metadata, token: str) -> Mapping[str, Any]:
        """What the provider tells about whoever holds a token; nothing where it doesn't answer."""
        try:
            reply = await self._request("GET", at.userinfo_endpoint, headers={"Authorization": f"Bearer {token}"})
        except APIError:
            return {}
        return reply.data if isinstance(reply.data, Mapping) else {}

    async def revoke(self, at: Metadata, token: str) -> None:
        """Have a refresh token forgotten, if the provider can (RFC 7009); a sign-out doesn't depend on it."""
        if not at.revocation_endpoint:
            return
        headers, fields = self.registration.authentication(at.auth_methods)
        form = {"token": token, "token_type_hint": "refresh_token", **fields}
        try:
            await self._request("POST", at.revocation_endpoint, data=form, headers=headers)
        except APIError:
            logger.warning("%s did not revoke a token", self.name)

    def renewal(self, at: Metadata) -> RefreshEndpoint:
        """How the tokens of a session are renewed."""
        headers, fields = self.registration.authentication(at.auth_methods)
        client, path = self._at(at.token_endpoint)
        field = self.registration.token_field
        return RefreshEndpoint(path, "grant", extra=fields, headers=headers, token_field=field, elsewhere=client.config)

    async def _request(self, method: str, url: str, **options: Any) -> Reply:
        """Ask; what isn't a URL that may be asked is as good as unreachable."""
        try:
            client, path = self._at(url)
            return await client.request(method, path, **options)
        except (UnsafePath, SettingsError):
            raise Unavailable("This is no URL that can be asked.") from None

    def _at(self, url: str) -> tuple[APIClient, str]:
        """The client of a URL's host, and the rest of the URL."""
        if not is_url(url):
            raise UnsafePath("This is no URL that can be asked.")
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        client = self._clients.get(origin)
        if client is None:
            client = self._clients[origin] = self._ask(origin)
        return client, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _no_tokens(error: APIError) -> SignInFailed:
    """What a refusal of the token endpoint means: its codes are few, and some statuses go with several of them."""
    if isinstance(error, Unavailable | RateLimited) or (error.api_status or 500) >= 500:
        return SignInFailed("down", "the token endpoint can't be reached or failed")
    if isinstance(error, Unauthorized) or (error.code or "") in ("invalid_client", "unauthorized_client"):
        return SignInFailed("setup", "the token endpoint doesn't know this client")
    if isinstance(error, BadRequest):
        return SignInFailed("code", "the token endpoint refused the code")
    return SignInFailed("setup", f"the token endpoint answered {error.api_status}")
