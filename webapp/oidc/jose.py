"""
Signed tokens, by joserfc and Authlib: the only module that imports them, and itself imported only when it's needed.

What is wrong with a token is a TokenError, whatever it holds.
"""

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry, Key

from webapp.errors import WebappError

ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
)
"""Signatures that only the provider can make: never `none`, nor one by a secret that both know."""
LONGEST = 64 * 1024
MOST_KEYS = 100
SMALLEST_RSA = 2048
"""Bits (NIST SP 800-131A)."""
LEEWAY = 120
"""Seconds that two clocks may differ by."""
LOGOUT_SECONDS = 600
"""How long after it was issued a logout token is taken; providers send them at once."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class TokenError(WebappError):
    """A token that can't be trusted; `is_clock` where nothing but the time is wrong with it."""

    def __init__(self, message: str, *, is_clock: bool = False) -> None:
        super().__init__(message)
        self.is_clock = is_clock


class UnknownKey(TokenError):
    """A token that none of the keys has signed: it is forged, or they are not the provider's any more."""


def authorization_url(endpoint: str, verifier: str, **parameters: Any) -> str:
    """Where to send a browser to sign in, with the challenge that `verifier` answers (RFC 7636)."""
    challenge = create_s256_code_challenge(verifier)
    url = prepare_grant_uri(endpoint, code_challenge=challenge, code_challenge_method="S256", **parameters)
    return str(url)


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """A URL with these in its query, beside what is there."""
    return str(add_params_to_uri(url, parameters.items()))


def read_keys(data: Any) -> list[Key]:
    """The public keys of a JWK Set (RFC 7517); those that can't be used are left out. ValueError where it is none."""
    listed = data.get("keys") if isinstance(data, Mapping) else None
    if not isinstance(listed, list):
        raise ValueError("it holds no list of keys")
    keys = []
    for each in listed[:MOST_KEYS]:
        if isinstance(each, Mapping) and _is_strong(each):
            try:
                keys.append(JWKRegistry.import_key(dict(each)))
            except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
                continue
    return keys


def _is_strong(key: Mapping[str, Any]) -> bool:
    if key.get("use", "sig") != "sig" or key.get("kty") not in ("RSA", "EC", "OKP"):
        return False
    modulus = key.get("n")
    return key.get("kty") != "RSA" or (isinstance(modulus, str) and len(modulus) * 6 >= SMALLEST_RSA)


def key_id(token: str) -> str | None:
    """The name of the key that a token says it is signed with, where it gives one."""
    kid = _header(token).get("kid")
    return kid if isinstance(kid, str) else None


def verified(token: str, keys: Iterable[Key], allowed: Collection[str]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """A token's header and claims, once one of the keys has been found to have signed it."""
    header = _header(token)
    algorithms = sorted(ALGORITHMS & set(allowed) if allowed else ALGORITHMS)
    if header.get("alg") not in algorithms:
        raise TokenError("it is signed in a way that is not taken")
    kid = header.get("kid")
    registry = _Registry(algorithms=algorithms, strict_check_header=False)
    for key in keys:
        if kid is not None and key.kid != kid:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SecurityWarning)  # of an algorithm's name, which has a newer one
                found = jwt.decode(token, key, registry=registry)
        except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
            continue
        return found.header, found.claims
    raise UnknownKey("no key of the provider's has signed it")


class _Registry(jws.JWSRegistry):
    """One that takes headers with a certificate in them, too."""

    max_header_length = 8192


def id_token_claims(
    token: str,
    keys: Iterable[Key],
    *,
    allowed: Collection[str],
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: float,
) -> Mapping[str, Any]:
    """What an ID token says of who has signed in, validated as OpenID Connect Core 1.0, 3.1.3.7 wants it."""
    header, claims = verified(token, keys, allowed)
    checked = CodeIDToken(
        claims,
        header,
        {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": client_id},
            "sub": {"essential": True},
        },
        {"nonce": nonce, "client_id": client_id, "access_token": access_token},
    )
    _validate(checked, now)
    return claims


def logout_claims(
    token: str, keys: Iterable[Key], *, allowed: Collection[str], issuer: str, client_id: str, now: float
) -> Mapping[str, Any]:
    """What a logout token says (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6), all but whether it is new."""
    header, claims = verified(token, keys, allowed)
    if str(header.get("typ")).lower().removeprefix("application/") != "logout+jwt":
        raise TokenError("it is of another type")
    checked = _LogoutToken(
        claims,
        header,
        {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": client_id},
            **{name: {"essential": True} for name in ("iat", "exp", "jti")},
        },
    )
    _validate(checked, now)
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
        raise TokenError("it tells of no logout")
    if "nonce" in claims:
        raise TokenError("it has a nonce, as only ID tokens may")
    _check_whom(claims)
    if claims["iat"] < now - LOGOUT_SECONDS:
        raise TokenError("it is of another time", is_clock=True)
    return claims


class _LogoutToken(CodeIDToken):  # type: ignore[misc]  # Authlib has no types
    """The claims that every token has; a logout token has no further ones of an ID token's."""

    ESSENTIAL_CLAIMS: Sequence[str] = ("iss", "aud", "exp", "iat", "jti")


def _check_whom(claims: Mapping[str, Any]) -> None:
    told = [claims[name] for name in ("sub", "sid") if claims.get(name) is not None]
    if not told or not all(isinstance(each, str) and each for each in told):
        raise TokenError("it doesn't say whose session is over")


def _validate(claims: Any, now: float) -> None:
    try:
        claims.validate(int(now), LEEWAY)
    except ExpiredTokenError:
        raise TokenError("it has expired", is_clock=True) from None
    except ClaimError as error:
        raise TokenError(f"its {error.claim} is wrong", is_clock=error.claim in ("iat", "nbf")) from None
    except (JoseError, ValueError, TypeError, AttributeError, OverflowError, LookupError):
        raise TokenError("its claims can't be read") from None


def _header(token: str) -> Mapping[str, Any]:
    if len(token) > LONGEST:
        raise TokenError("it is too long")
    try:
        return jws.extract_compact(token.encode(), registry=_Registry()).headers()
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        raise TokenError("it is no signed token") from None
