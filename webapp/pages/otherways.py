"""The ways in that the login page only points to: a provider, and the API's own OAuth buttons."""

from collections.abc import Sequence

from starlette.requests import Request

from webapp.html.context import Link
from webapp.html.urls import href
from webapp.oidc import FAILURES, Providers
from webapp.openapi.site import SignIn, Site
from webapp.pages.provider import provider_of

NO_FORM = SignIn("", "none")
"""The way to sign in where there is nothing to fill in."""


def buttons(request: Request, site: Site, where: str) -> tuple[Link, ...]:
    """A button for each place to sign in at, the operator's provider first."""
    provider = provider_of(request, site)
    onwards = [("next", where)]
    found = [Link(f"Sign in with {provider.name}", href(request, "/-/oidc/start", onwards))] if provider else []
    for button in site.accounts.buttons:
        start = href(request, f"/-/oauth/{button.name}/start", onwards)
        found.append(Link(f"Sign in with {button.label}", start))
    return tuple(found)


def beside(request: Request, site: Site, ways: Sequence[SignIn]) -> Sequence[SignIn]:
    """The ways that are left beside a provider: none that only takes what the provider would give anyhow."""
    flow = site.accounts.code_flow
    if provider_of(request, site) is None or (flow is not None and not flow.alone):
        return ways
    return [way for way in ways if way.encoding != "bearer" or way.keys]


def first_of(request: Request, site: Site, ways: Sequence[SignIn], wanted: str) -> SignIn:
    """The way whose form is shown: the wanted one, else the first; beside a provider, the first with a password."""
    found = next((way for way in ways if way.name == wanted), None)
    if found is not None:
        return found
    provided = provider_of(request, site) is not None
    fitting = (way for way in ways if not provided or way.encoding in ("form", "json", "basic"))
    return next(fitting, NO_FORM)


def exist(request: Request, site: Site) -> bool:
    """Whether there are any."""
    return bool(site.accounts.buttons) or provider_of(request, site) is not None


def lacking(request: Request, site: Site) -> str:
    """What would have to be set up for a way in that the document tells of; empty where nothing is."""
    providers: Providers = request.state.providers
    return providers.lacking(site.accounts.code_flow)


def failure(request: Request, site: Site) -> tuple[int, str]:
    """The status and the sentence for what came of signing in elsewhere, as the address says; 200 where it doesn't."""
    found = FAILURES.get(request.query_params.get("why", ""))
    if found is None:
        return 200, ""
    at = request.query_params.get("at", "")
    provider = provider_of(request, site)
    label = next((button.label for button in site.accounts.buttons if button.name == at), None)
    return found.status, found.sentence.format(name=label or (provider.name if provider else "The provider"))
