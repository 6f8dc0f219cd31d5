"""What this site is to a provider, as its operator says: a client with an id, perhaps a secret, and wishes."""

import importlib.util
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import field
from typing import Literal
from urllib.parse import quote_plus, urlsplit

from webapp.errors import SettingsError
from webapp.record import record
from webapp.settings import Settings

MISSING = "`pip install 'webapp[oidc]'` installs what that needs"


@record(frozen=True, slots=True)
class Registration:
    """A client as it is registered with a provider (RFC 6749, 2)."""

    client_id: str
    secret: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] | None = None
    """What to ask for, where not for the usual."""
    audience: str | None = None
    """Whom the access token is for, where the provider has to be told."""
    bearer: Literal["access", "id"] = "access"
    """Which token the API gets."""
    name: str | None = None
    """What the provider is called on pages."""

    @classmethod
    def of(cls, settings: Settings) -> "Registration | None":
        """What the settings say; None where nothing is set up. Raises SettingsError without the extra's packages."""
        if settings.oidc_client_id is None:
            return None
        if not installed():
            raise SettingsError(f"WEBAPP_OIDC_CLIENT_ID is set, but {MISSING}.")
        return cls(
            settings.oidc_client_id,
            settings.oidc_client_secret,
            tuple(settings.oidc_scopes.split()) if settings.oidc_scopes else None,
            settings.oidc_audience,
            "id" if settings.oidc_token == "id" else "access",  # noqa: S105
            settings.oidc_name,
        )

    @property
    def token_field(self) -> str:
        """Where the API's token stands in an answer of the token endpoint."""
        return f"{self.bearer}_token"

    def authentication(self, methods: frozenset[str]) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """
        How to say at the token endpoint who is asking: headers, and fields of the form.

        Of the methods that the provider takes, `client_secret_basic` comes first, as it does where none are told
        (OpenID Connect Discovery, 3); without a secret there is none (RFC 6749, 2.3.1).
        """
        if self.secret is None:
            return {}, {"client_id": self.client_id}
        if methods and "client_secret_basic" not in methods and "client_secret_post" in methods:
            return {}, {"client_id": self.client_id, "client_secret": self.secret}
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}, {}

    def wishes(self) -> Mapping[str, str]:
        """What an authorization request asks for besides: `audience` as some have it, `resource` as RFC 8707 does."""
        if self.audience is None:
            return {}
        named = {"audience": self.audience}
        return {**named, "resource": self.audience} if urlsplit(self.audience).scheme else named


def installed() -> bool:
    """Whether the packages of the extra are there."""
    return all(importlib.util.find_spec(package) is not None for package in ("authlib", "joserfc"))
