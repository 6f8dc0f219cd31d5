"""What a provider says about itself (OpenID Connect Discovery 1.0, RFC 8414)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Self
from urllib.parse import urlsplit

from webapp.oidc.beginning import checked
from webapp.record import record

WELL_KNOWN = "/.well-known/openid-configuration"
LONGEST_URL = 2048


@record(frozen=True, slots=True)
class Metadata:
    """A provider's endpoints and habits; a plain OAuth 2 server has no `issuer`. What it doesn't have is empty."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str = ""
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    revocation_endpoint: str = ""
    auth_methods: frozenset[str] = frozenset()
    algorithms: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    sends_issuer: bool = False
    """Whether its answers say whose they are (RFC 9207)."""

    def dump(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(self).items()}

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """What `dump` gave; ValueError where that was another version's."""
        values = checked(cls, dumped).items()
        words: dict[str, Any] = {name: frozenset(value) if isinstance(value, list) else value for name, value in values}
        return cls(**words)


def discovery_url(issuer: str) -> str:
    """Where an issuer's document is; what names a document already stays as it is."""
    return issuer if WELL_KNOWN in issuer or "?" in issuer else issuer.rstrip("/") + WELL_KNOWN


def read_metadata(data: Any, url: str) -> Metadata:
    """
    The document at `url`. Raises ValueError where it lacks something or isn't the issuer's own.

    A document at the well-known place speaks for the issuer above it and for nobody else (Discovery, 4.3); endpoints
    are https unless the issuer itself isn't.
    """
    if not isinstance(data, Mapping):
        raise ValueError("it is no object")
    issuer = _url(data, "issuer", needed=True)
    if url.endswith(WELL_KNOWN) and issuer.rstrip("/") != url.removesuffix(WELL_KNOWN):
        raise ValueError("its issuer is somebody else")
    found = Metadata(
        issuer,
        _url(data, "authorization_endpoint", needed=True),
        _url(data, "token_endpoint", needed=True),
        _url(data, "jwks_uri", needed=True),
        _url(data, "userinfo_endpoint"),
        _url(data, "end_session_endpoint"),
        _url(data, "revocation_endpoint"),
        _words(data, "token_endpoint_auth_methods_supported"),
        _words(data, "id_token_signing_alg_values_supported"),
        _words(data, "scopes_supported"),
        data.get("authorization_response_iss_parameter_supported") is True,
    )
    if issuer.startswith("https://") and any(each.startswith("http://") for each in _endpoints(found)):
        raise ValueError("an endpoint of it is not https")
    return found


def is_url(value: Any) -> bool:
    """Whether it is a URL that requests may go to: http or https, with a host, without a user or a fragment."""
    if not isinstance(value, str) or len(value) > LONGEST_URL or not value.isascii() or not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = not parts.fragment and parts.username is None and " " not in value and "\\" not in value
    return parts.scheme in ("http", "https") and bool(host) and plain


def _endpoints(found: Metadata) -> tuple[str, ...]:
    return (
        found.authorization_endpoint,
        found.token_endpoint,
        found.jwks_uri,
        found.userinfo_endpoint,
        found.end_session_endpoint,
        found.revocation_endpoint,
    )


def _url(data: Mapping[Any, Any], name: str, *, needed: bool = False) -> str:
    value = data.get(name)
    if is_url(value):
        return str(value)
    if needed or value not in (None, ""):
        raise ValueError(f"its {name} is not a URL")
    return ""


def _words(data: Mapping[Any, Any], name: str) -> frozenset[str]:
    value = data.get(name)
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
