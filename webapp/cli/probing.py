"""What is unsafe or wrong in a configuration, as far as the API tells when it is asked."""

import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from typing import Any

from webapp.cli.findings import ERROR, NOTE, WARNING, Finding, is_local
from webapp.cli.giving import findings_of_key, given_key
from webapp.errors import APIError, DocumentError, SettingsError
from webapp.frontend import Frontend
from webapp.oidc import SignInFailed
from webapp.openapi.site import Accounts, Site
from webapp.record import record

ELSEWHERE = "https://elsewhere.invalid"
"""An origin that no API has a reason to trust."""
_SKEW = 30.0
_TOO_SKEWED = 300.0


@record(frozen=True, slots=True)
class Heard:
    """The headers of an answer, and when it came (Unix time)."""

    headers: Mapping[str, str]
    at: float


class Listening:
    """A transport that remembers the headers of what passes through it."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.heard: list[Heard] = []

    async def handle_async_request(self, request: Any) -> Any:
        """Send on, and remember the answer's headers."""
        response = await self._transport.handle_async_request(request)
        self.heard.append(Heard(dict(response.headers), time.time()))
        return response

    async def aclose(self) -> None:
        """End what was listened to."""
        await self._transport.aclose()


async def probe(frontend: Frontend, heard: list[Heard]) -> list[Finding]:
    """Ask for the document, and once as a page of another site would; what was `heard` is looked at, too."""
    try:
        await frontend.ready()
        site = (await frontend.sites.get()).site
    except (APIError, DocumentError) as error:
        complaint = getattr(error, "detail", "") or str(error)
        return [Finding(ERROR, "WEBAPP_OPENAPI", f"the API's document can't be had: {complaint}")]
    declared = given_key(frontend, site).is_declared(site)
    found = list(_of_accounts(site.accounts, keyed=frontend.settings.api_key is not None, declared=declared))
    try:
        await frontend.check()
    except SettingsError as error:
        found.append(Finding(ERROR, "WEBAPP_CONFIG", str(error)))
    found += await findings_of_key(frontend, site)
    await frontend.new_client().get("/", headers={"Origin": ELSEWHERE})
    found += _of_headers(heard)
    found += _of_return(frontend, site)
    return [*found, *await _of_provider(frontend, site)]


async def _of_provider(frontend: Frontend, site: Site) -> list[Finding]:
    """Whether people can sign in at the provider, if there is one: its document and its keys have to be there."""
    provider = frontend.providers.of(site.accounts.code_flow, site.base_url)
    if provider is None:
        if site.accounts.code_flow is None:
            return []
        return [Finding(NOTE, "WEBAPP_OIDC_CLIENT_ID", "is not set, or people could sign in at the API's provider.")]
    try:
        metadata = await provider.metadata()
        if metadata.issuer:
            await provider.keys(None)
    except SignInFailed as failed:
        return [Finding(ERROR, "WEBAPP_OIDC_ISSUER", f"nobody can sign in: {failed}.")]
    if metadata.token_endpoint.startswith("http://") and not is_local(metadata.token_endpoint):
        return [Finding(WARNING, "WEBAPP_OIDC_ISSUER", "gives tokens on plain http, in clear.")]
    return []


def _of_accounts(accounts: Accounts, *, keyed: bool, declared: bool) -> Iterator[Finding]:
    """What is found of the ways to sign in; `declared` says that the key given for everybody was one of them."""
    flow = accounts.code_flow
    if not declared and not accounts.ways and flow is None and not accounts.buttons:
        how = "so everybody uses WEBAPP_API_KEY's rights" if keyed else "so everybody sees what strangers may see"
        yield Finding(WARNING, "document", f"declares no way to sign in, {how}.")
    if flow is not None and find_spec("authlib") is None:
        yield Finding(
            ERROR, "document", "declares a sign-in elsewhere; pip install 'webapp[oidc]' brings what it needs."
        )
    for way in accounts.ways:
        if way.path.startswith("http://") and not is_local(way.path):
            yield Finding(ERROR, "document", f"has passwords sent in clear to {way.path}.")


def _of_return(frontend: Frontend, site: Site) -> Iterator[Finding]:
    """Whether the address that providers send browsers back to is whatever a request says."""
    if frontend.settings.public_url is not None:
        return
    if site.accounts.buttons:
        yield Finding(
            WARNING,
            "WEBAPP_PUBLIC_URL",
            "is not set: the API's OAuth buttons take the host that they send browsers back to from each request.",
        )
    if frontend.providers.of(site.accounts.code_flow, site.base_url) is not None:
        yield Finding(
            WARNING,
            "WEBAPP_PUBLIC_URL",
            "is not set: the redirect_uri of a sign-in at the provider takes its host from each request.",
        )


def _of_headers(heard: list[Heard]) -> Iterator[Finding]:
    skews = [skew for each in heard if (skew := _skew(each)) is not None]
    if skews and (skew := min(skews, key=abs)) and abs(skew) > _SKEW:
        way = "ahead of" if skew > 0 else "behind"
        yield Finding(
            ERROR if abs(skew) > _TOO_SKEWED else WARNING,
            "clock",
            f"is {abs(skew):.0f} s {way} the API's: tokens end at the wrong time, and sign-ins elsewhere fail.",
        )
    if not heard:
        return
    headers = heard[-1].headers
    allowed = headers.get("access-control-allow-origin", "")
    if headers.get("access-control-allow-credentials", "").lower() == "true" and allowed in ("*", ELSEWHERE):
        yield Finding(
            WARNING,
            "API",
            "lets pages of any other site ask with a visitor's credentials (CORS); browsers needn't reach it.",
        )
    elif allowed in ("*", ELSEWHERE):
        yield Finding(NOTE, "API", "lets pages of any other site read its answers (CORS).")


def _skew(heard: Heard) -> float | None:
    """How many seconds our clock is ahead of the API's."""
    try:
        return heard.at - parsedate_to_datetime(heard.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
