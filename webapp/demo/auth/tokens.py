"""Access tokens: JSON Web Tokens, HS256 and nothing else."""

import base64
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose it is and which session it dies with."""

    email: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and reads tokens with one key."""

    key: bytes = field(repr=False)

    def sign(self, claims: Claims, *, role: str, expires: float) -> str:
        """A token that is good until then (Unix time)."""
        payload = {
            "sub": claims.email,
            "role": role,
            "sid": claims.session_id,
            "exp": expires,
            "jti": secrets.token_hex(8),
        }
        signed = f"{HEADER}.{_encode(json.dumps(payload, separators=(',', ':')).encode())}"
        return f"{signed}.{self._signature(signed)}"

    def read(self, token: str, *, now: float) -> Claims | None:
        """What a token says; None where it is forged, garbled or too old."""
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(signed).encode()):
            return None
        header, _, payload = signed.partition(".")
        claims = _decode(payload) if header == HEADER else {}
        if claims.get("exp", now) <= now:
            return None
        return Claims(claims["sub"], claims["sid"])

    def _signature(self, signed: str) -> str:
        return _encode(hmac.digest(self.key, signed.encode(), "sha256"))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> dict[str, Any]:
    # Only what the key has signed comes here, so it is what was once encoded.
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return decoded
