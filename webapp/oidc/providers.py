"""Where people sign in who don't do so at the API itself: as the operator says, or else as the API's document does."""

from urllib.parse import urljoin

from webapp.oidc.endings import Endings
from webapp.oidc.logout import LogoutTokens
from webapp.oidc.metadata import Metadata, is_url
from webapp.oidc.pending import Pending
from webapp.oidc.provider import Ask, Provider
from webapp.oidc.registration import MISSING, Registration, installed
from webapp.openapi.codeflow import CodeFlow
from webapp.settings import Settings


class Providers:
    """
    The provider of a site, and what is under way there.

    `ask` makes a client of an origin. Raises SettingsError where something is set up and can't be used.
    """

    def __init__(self, settings: Settings, ask: Ask, pending: Pending, endings: Endings) -> None:
        self.pending = pending
        self.public_url = settings.public_url.rstrip("/") if settings.public_url else None
        self.logout_tokens = LogoutTokens(endings=endings)
        self._registration = Registration.of(settings)
        self._issuer = settings.oidc_issuer
        self._ask = ask
        self._made: tuple[CodeFlow | None, str | None, Provider | None] | None = None

    def of(self, flow: CodeFlow | None, base_url: str | None) -> Provider | None:
        """The provider to sign in at; `flow` is what the document says, whose URLs may be relative to `base_url`."""
        if self._registration is None:
            return None
        told = (None, None) if self._issuer else (flow, base_url)
        if self._made is None or self._made[:2] != told:
            self._made = (*told, self._make(self._registration, flow, base_url))
        return self._made[2]

    def _make(self, registration: Registration, flow: CodeFlow | None, base_url: str | None) -> Provider | None:
        if self._issuer:
            return Provider(registration, self._ask, issuer=self._issuer)
        if flow is None:
            return None
        if flow.discovery:
            url = _absolute(base_url, flow.discovery)
            return Provider(registration, self._ask, issuer=url) if url else None
        authorization, token = _absolute(base_url, flow.authorization), _absolute(base_url, flow.token)
        if not authorization or not token:
            return None
        return Provider(registration, self._ask, endpoints=Metadata("", authorization, token), scopes=flow.scopes)

    def lacking(self, flow: CodeFlow | None) -> str:
        """What an operator has to do yet so that people can sign in as the document says: a sentence, or nothing."""
        if flow is None or self._registration is not None:
            return ""
        if not installed():
            return f"For whoever runs this site: people could sign in at the API's provider, and {MISSING}."
        return "For whoever runs this site: with WEBAPP_OIDC_CLIENT_ID, people could sign in at the API's provider."


def _absolute(base_url: str | None, url: str) -> str:
    """A URL of the document; empty where it can't be one."""
    try:
        whole = urljoin(f"{base_url}/", url) if base_url else url
    except ValueError:
        return ""
    return whole if is_url(whole) else ""
