"""Small APIs that take a real provider's tokens, each in the way such APIs do."""

import base64
import hashlib
import secrets
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer, OpenIdConnect
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet


class Orders:
    """An API of orders; remembers whom it served, by which tokens, and takes no token that it has called spent."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.served: list[tuple[str, str]] = []
        self.spent: set[str] = set()
        self.app = FastAPI(title="Orders", openapi_url="/openapi.json")
        scheme = OpenIdConnect(openIdConnectUrl=f"{issuer}/.well-known/openid-configuration")
        bearer = HTTPBearer(auto_error=False)

        @self.app.get("/orders", dependencies=[Depends(scheme)])
        def orders(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> list[dict[str, Any]]:
            token = given.credentials if given else ""
            subject = None if token in self.spent else self.subject(token)
            if subject is None:
                raise HTTPException(401, "Not signed in")
            self.served.append((subject, token))
            return [{"id": 1, "item": "Tea", "for": subject}]

        # The bearer is only how the header is read: what the document declares is the provider.
        document = self.app.openapi()
        document["components"]["securitySchemes"].pop("HTTPBearer")
        document["paths"]["/orders"]["get"]["security"] = [{"OpenIdConnect": []}]

    def subject(self, token: str) -> str | None:
        """Whose token it is; None where it's nobody's."""
        raise NotImplementedError

    def spend(self) -> None:
        """Take none of the tokens any more that were shown so far."""
        self.spent |= {token for _, token in self.served}


class SignedOrders(Orders):
    """Verifies the provider's signature, with the keys that it publishes."""

    def subject(self, token: str) -> str | None:
        keys = httpx.get(f"{self.issuer}/jwks", trust_env=False).json()
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys)).claims
            jwt.JWTClaimsRegistry(iss={"essential": True, "value": self.issuer}).validate(claims)
        except (JoseError, ValueError):
            return None
        return str(claims["sub"])


class OpaqueOrders(Orders):
    """Asks the provider whose token it is."""

    def subject(self, token: str) -> str | None:
        answer = httpx.get(f"{self.issuer}/userinfo", headers=_bearer(token), trust_env=False)
        return str(answer.json()["sub"]) if answer.is_success else None


class Federated:
    """An API that signs people in at a provider by itself, and knows them by a cookie from then on."""

    def __init__(self, issuer: str) -> None:
        self.app = FastAPI(title="Federated")
        self._people: dict[str, str] = {}
        self._verifiers: dict[str, str] = {}
        self.hosts: list[str] = []

        @self.app.get("/auth/oauth/example/start", response_class=RedirectResponse)
        def start(request: Request, next: str = "") -> RedirectResponse:  # noqa: A002
            state, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(40)
            self._verifiers[state] = verifier
            digest = hashlib.sha256(verifier.encode()).digest()
            query = {
                "response_type": "code",
                "client_id": "federated",
                "redirect_uri": str(request.url_for("callback")),
                "state": state,
                "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
                "code_challenge_method": "S256",
            }
            answer = RedirectResponse(f"{issuer}/authorize?{urlencode(query)}", 302)
            answer.set_cookie("flow", state, httponly=True)
            return answer

        @self.app.get("/auth/oauth/example/callback", response_class=RedirectResponse)
        def callback(request: Request, code: str, state: str) -> RedirectResponse:
            if request.cookies.get("flow") != state or state not in self._verifiers:
                return RedirectResponse("/login?oauth_error=1", 302)
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "client_id": "federated",
                "redirect_uri": str(request.url_for("callback")),
                "code_verifier": self._verifiers.pop(state),
            }
            tokens = httpx.post(f"{issuer}/token", data=form, trust_env=False).raise_for_status().json()
            known = httpx.get(f"{issuer}/userinfo", headers=_bearer(tokens["access_token"]), trust_env=False).json()
            session = secrets.token_urlsafe(16)
            self._people[session] = known["sub"]
            answer = RedirectResponse("/app", 303)
            answer.set_cookie("federated_session", session, httponly=True)
            answer.delete_cookie("flow")
            return answer

        @self.app.get("/auth/me", dependencies=[Depends(APIKeyCookie(name="federated_session", auto_error=False))])
        def me(request: Request) -> dict[str, str]:
            self.hosts.append(request.headers["host"])
            person = self._people.get(request.cookies.get("federated_session", ""))
            if person is None:
                raise HTTPException(401, "Not signed in")
            return {"username": person}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
