"""
Signing in at a provider: OpenID Connect's authorization code flow, or OAuth 2's, with PKCE.

Each beginning has its own state, nonce and verifier, kept here. What comes back is used once, by the browser that
began it, and only if the provider's signature says who it is.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from webapp.client import RefreshEndpoint
from webapp.client.tokens import Tokens, find_tokens
from webapp.oidc.beginning import Beginning, checked
from webapp.oidc.failures import SignInFailed
from webapp.oidc.metadata import Metadata
from webapp.oidc.provider import Provider
from webapp.record import record
from webapp.sessions.cookie import new_id

if TYPE_CHECKING:
    from webapp.oidc.jose import TokenError

NAMES = ("name", "preferred_username", "nickname", "email")
LONGEST_NAME = 200
DENIED = frozenset({"access_denied"})
ASKS_MORE = frozenset({"login_required", "interaction_required", "consent_required", "account_selection_required"})
PASSING = frozenset({"server_error", "temporarily_unavailable"})


@record(frozen=True, slots=True)
class Begun(Beginning):
    """One sign-in under way: all that has to be known of it, in whichever process the browser comes back to."""

    KIND: ClassVar[str] = "oidc"

    provider: str
    """Where the browser was sent, as `Provider.where` has it."""
    metadata: Metadata
    """As it was when the browser was sent there: the answer has to be this provider's."""
    redirect_uri: str
    next: str
    """Where one wants to go."""
    nonce: str = field(default_factory=new_id, repr=False)
    verifier: str = field(default_factory=new_id, repr=False)
    state: str = field(default_factory=new_id, repr=False)

    def dump(self) -> dict[str, Any]:
        """Everything, as JSON can hold it. It is as secret as what it holds."""
        return {**Beginning.dump(self), "metadata": self.metadata.dump()}

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """What `dump` gave; ValueError where that was another version's."""
        values = checked(cls, dumped)
        return cls(**{**values, "metadata": Metadata.load(values["metadata"])})


@record(frozen=True, slots=True)
class Identity:
    """Who somebody is: a subject, unique at its issuer, and the session that they have there, where it has a name."""

    issuer: str
    subject: str
    sid: str = ""
    id_token: str = field(default="", repr=False)
    """What proves it, for the provider to know whom it is to sign out."""
    issued_at: float = field(default=0.0, compare=False)
    """When the provider said so, as a Unix time."""

    @property
    def owner(self) -> str:
        """What tells this person from everybody else."""
        return f"{self.issuer} {self.subject}"

    @property
    def session(self) -> str:
        """What tells this sign-in at the provider from every other; empty where it has no name."""
        return f"{self.issuer} {self.sid}" if self.sid else ""


@record(frozen=True, slots=True)
class SignedIn:
    """Somebody whom the provider vouches for; without OpenID Connect nobody says who it is."""

    tokens: Tokens
    renewal: RefreshEndpoint | None
    identity: Identity | None
    name: str = ""
    """How they are called; empty where the provider doesn't tell."""


async def begin(provider: Provider, *, redirect_uri: str, where: str) -> tuple[Begun, str]:
    """A sign-in, and the URL to send the browser to. Raises SignInFailed."""
    from webapp.oidc.jose import authorization_url

    metadata = await provider.metadata()
    begun = Begun(provider.where, metadata, redirect_uri, where)
    registration = provider.registration
    is_openid = bool(metadata.issuer)
    scopes = [*provider.scopes]
    if "offline_access" in metadata.scopes and "offline_access" not in scopes:
        scopes.append("offline_access")
    url = authorization_url(
        metadata.authorization_endpoint,
        begun.verifier,
        client_id=registration.client_id,
        response_type="code",
        redirect_uri=redirect_uri,
        scope=" ".join(scopes),
        state=begun.state,
        **({"nonce": begun.nonce} if is_openid else {}),
        **registration.wishes(),
    )
    return begun, url


async def finish(
    provider: Provider, begun: Begun, answer: Mapping[str, str], clock: Callable[[], float] = time.time
) -> SignedIn:
    """What the provider's answer, the query of the redirect back, amounts to. Raises SignInFailed."""
    metadata = begun.metadata
    if begun.provider != provider.where:
        # What is ours at this one, a secret perhaps, is not for that one.
        raise SignInFailed("lost", "it was begun at another provider than is set up here")
    _check_sender(metadata, answer)
    if "error" in answer:
        raise SignInFailed(why_not(answer["error"]), f"the provider answered {_printable(answer['error'])}")
    code = answer.get("code")
    if not code:
        raise SignInFailed("setup", "the provider sent no code")
    data = await provider.exchange(metadata, code=code, verifier=begun.verifier, redirect_uri=begun.redirect_uri)
    tokens = find_tokens(data, provider.registration.token_field)
    if tokens.access is None:
        raise SignInFailed("setup", f"the provider gave no {provider.registration.token_field}")
    renewal = provider.renewal(metadata) if tokens.refresh else None
    if not metadata.issuer:
        return SignedIn(tokens, renewal, None)
    claims = await _claims(provider, begun, data, clock())
    identity = Identity(metadata.issuer, claims["sub"], _text(claims.get("sid")), str(data["id_token"]), claims["iat"])
    return SignedIn(tokens, renewal, identity, await _name(provider, metadata, claims, data.get("access_token")))


def why_not(error: str) -> str:
    """What a code of RFC 6749, 4.1.2.1, or of OpenID Connect Core, 3.1.2.6, means to whoever tries to sign in."""
    if error in DENIED:
        return "denied"
    if error in ASKS_MORE:
        return "asks-more"
    return "down" if error in PASSING else "setup"


def _check_sender(metadata: Metadata, answer: Mapping[str, str]) -> None:
    """Whether it's the provider's own answer, as far as it says so (RFC 9207, 2.4)."""
    sender = answer.get("iss")
    if metadata.issuer and sender is not None and sender != metadata.issuer:
        raise SignInFailed("mixed-up", "the answer names another issuer")
    if metadata.sends_issuer and sender is None:
        raise SignInFailed("mixed-up", "the answer names no issuer")


async def _claims(provider: Provider, begun: Begun, data: Mapping[str, Any], now: float) -> Mapping[str, Any]:
    """The claims of the ID token that came with an answer of the token endpoint."""
    from webapp.oidc.jose import TokenError, id_token_claims

    token, access = data.get("id_token"), data.get("access_token")
    if not isinstance(token, str):
        raise SignInFailed("token", "the provider gave no ID token; is openid among WEBAPP_OIDC_SCOPES?")
    try:
        claims = await provider.checked(
            token,
            lambda keys: id_token_claims(
                token,
                keys,
                allowed=begun.metadata.algorithms,
                issuer=begun.metadata.issuer,
                client_id=provider.registration.client_id,
                nonce=begun.nonce,
                access_token=access if isinstance(access, str) else None,
                now=now,
            ),
        )
    except TokenError as error:
        raise _untrusted(error) from None
    if not claims["sub"]:
        raise SignInFailed("token", "the ID token names nobody")
    return claims


def _untrusted(error: "TokenError") -> SignInFailed:
    return SignInFailed("clock" if error.is_clock else "token", f"the ID token can't be trusted: {error}")


async def _name(provider: Provider, metadata: Metadata, claims: Mapping[str, Any], access: Any) -> str:
    """How somebody is called: by the ID token, else by the userinfo, which has to be about the same person."""
    named = _first_name(claims)
    if not named and metadata.userinfo_endpoint and isinstance(access, str):
        told = await provider.userinfo(metadata, access)
        named = _first_name(told) if told.get("sub") == claims["sub"] else ""
    return named


def _first_name(claims: Mapping[str, Any]) -> str:
    texts = (_text(claims.get(name)).strip() for name in NAMES)
    return next((text[:LONGEST_NAME] for text in texts if text), "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _printable(text: str) -> str:
    return text[:80].encode("unicode_escape").decode()
