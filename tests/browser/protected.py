"""Small APIs that take a real provider's tokens, each in the way such APIs do."""

from typing import Annotated, Any

import httpx
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, OpenIdConnect
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
        answer = httpx.get(f"{self.issuer}/userinfo", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        return str(answer.json()["sub"]) if answer.is_success else None
