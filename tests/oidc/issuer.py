"""A provider in process that signs what it's told to: for all that no well-behaved one would send."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from webapp.client import APIClient
from webapp.oidc import Identity
from webapp.oidc.logout import LogoutTokens
from webapp.oidc.provider import Provider
from webapp.oidc.registration import Registration

ISSUER = "https://id.test"
CLIENT_ID = "web"
CLIENT = Registration(CLIENT_ID, "s3cret/+", name="Example ID")
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


class Issuer:
    """
    Discovery, keys, tokens and userinfo of `https://id.test`, or wherever it is, and what was asked of it.

    `claims` and `header` change what the next ID tokens say, and `...` leaves something out; `documents` replaces whole
    answers by path.
    """

    def __init__(self, url: str = ISSUER) -> None:
        self.url = url
        self.key = new_key("k1")
        self.keys = [self.key]
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.about: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.documents: dict[str, httpx.Response | Exception] = {}
        self.nonce = ""
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path
        said = self.documents.get(path)
        if isinstance(said, Exception):
            raise said
        if said is not None:
            return httpx.Response(said.status_code, headers=said.headers, content=said.content)
        answers: dict[str, Callable[[], Any]] = {
            "/.well-known/openid-configuration": self.metadata,
            "/jwks": lambda: {"keys": [key.as_dict(private=False) for key in self.keys]},
            "/token": lambda: self.answer(dict(parse_qsl(request.content.decode()))),
            "/userinfo": lambda: {"sub": "ada", "name": "Ada of the userinfo"},
            "/revoke": dict,
        }
        return httpx.Response(200, json=answers[path]()) if path in answers else httpx.Response(404)

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/end?tenant=1",
            "revocation_endpoint": f"{self.url}/revoke",
            "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256", "none"],
            "scopes_supported": ["openid", "offline_access"],
            **self.about,
        }

    def answer(self, form: Mapping[str, str]) -> dict[str, Any]:
        """What the token endpoint says."""
        kind = form["grant_type"]
        fresh = {"access_token": f"access-of-{kind}", "refresh_token": "refresh-2", "token_type": "Bearer"}
        return {**fresh, "expires_in": 300, "id_token": self.id_token(), **self.tokens}

    def id_token(self) -> str:
        """An ID token for ada, but for what was changed."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "ada",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "name": "Ada",
            "sid": "s-1",
            **self.claims,
        }
        return self.sign({name: value for name, value in claims.items() if value is not ...})

    def logout_token(self, **changes: Any) -> str:
        """A logout token for ada, but for what is changed; `...` leaves out."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 120,
            "jti": f"j-{time.monotonic_ns()}",
            "events": {LOGOUT: {}},
            "sub": "ada",
            **changes,
        }
        header = {"typ": "logout+jwt", **self.header}
        return self.sign({name: value for name, value in claims.items() if value is not ...}, header)

    def sign(self, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
        """A token by the current key."""
        head = {"alg": "ES256", "kid": self.key.kid, **(self.header if header is None else header)}
        head = {name: value for name, value in head.items() if value is not ...}
        signed = ".".join(_encoded(json.dumps(each).encode()) for each in (head, claims))
        return f"{signed}.{_encoded(JWSRegistry.algorithms['ES256'].sign(signed.encode(), self.key))}"

    def note(self, url: str) -> Mapping[str, str]:
        """Take the browser in: what the authorization request holds, whose nonce goes into the next tokens."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.nonce = query.get("nonce", "")
        return query


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def provider(issuer: Issuer, registration: Registration = CLIENT, url: str = ISSUER, **options: Any) -> Provider:
    """The issuer as the app knows it."""

    def ask(origin: str) -> APIClient:
        return APIClient(origin, transport=httpx.MockTransport(issuer), lends=False)

    return Provider(registration, ask, issuer=url, **options)


async def read(tokens: LogoutTokens, at: Provider, token: str, sender: str) -> Identity:
    """What a logout token says, acted upon."""
    async with tokens.read(at, token, sender) as whose:
        return whose
