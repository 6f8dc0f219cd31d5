"""
How long a session's access lasts, and when it's renewed ahead of its end.

What an API tells is read so that no clock can do harm: a length of time (`expires_in`, `Max-Age`, a JWT's `exp` less
its `iat`) holds whatever our clock says, and a bare `exp` is compared with the API's own `Date`. Of several the
shortest counts. A life that can't be believed is none: then the API's 401 says when it's over.
"""

import json
import math
import random
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from webapp.client.cookies import Cookie
from webapp.client.tokens import Tokens

_WINDOW = 0.3  # of a life, before its end: within it every session has its own moment
_LONGEST_WINDOW = 3600.0
_MARGIN = 5.0  # seconds before its end that a token counts as spent, or a tenth of a short life
_BACKOFF = (15.0, 30.0)
_LONGEST_JWT = 16384
_NOT_ACCESS = ("csrf", "xsrf", "refresh")


class Expiry(NamedTuple):
    """Unix times by our clock: from `renew_at` on access is better renewed, at `spent_at` it can't be relied on."""

    renew_at: float
    spent_at: float


def plan(lifetime: float, now: float) -> Expiry:
    """
    When to renew what lasts for `lifetime` seconds from now.

    Sessions that began in the same second come due at different ones, so that they don't all ask at once.
    """
    spent_at = now + lifetime - min(_MARGIN, lifetime / 10)
    window = min(lifetime * _WINDOW, _LONGEST_WINDOW)
    return Expiry(spent_at - window * random.random(), spent_at)  # noqa: S311 - spreads load, guards nothing


def postponed(now: float) -> float:
    """When to try again after a renewal ahead of the end has failed."""
    return now + random.uniform(*_BACKOFF)  # noqa: S311 - spreads load, guards nothing


def find_lifetime(tokens: Tokens, cookies: Iterable[Cookie], now: float, api_now: float | None = None) -> float | None:
    """
    The seconds that access lasts by an answer's tokens or else its cookies; None where nothing believable is told.

    `api_now` is the time by the API's clock, of its `Date`.
    """
    told = [tokens.lifetime] if tokens.lifetime is not None else []
    if tokens.access is not None:
        told += _lives_of_jwt(tokens.access, now if api_now is None else api_now)
    if not told:
        told = [life for cookie in cookies for life in _lives_of_cookie(cookie, now, api_now)]
    return min(told, default=None)


def _lives_of_cookie(cookie: Cookie, now: float, api_now: float | None) -> Iterator[float]:
    if any(word in cookie.name.lower() for word in _NOT_ACCESS):
        return
    if cookie.expires is not None and cookie.expires > now:
        yield cookie.expires - now
    yield from _lives_of_jwt(cookie.value, now if api_now is None else api_now)


def _lives_of_jwt(token: str, api_now: float) -> Iterator[float]:
    claims = _claims(token)
    ends = _seconds(claims.get("exp"))
    if ends is None:
        return
    began = _seconds(claims.get("iat"))
    yield from (ends - start for start in (began, api_now) if start is not None and ends > start)


def _claims(token: str) -> Mapping[str, Any]:
    """What a JWT says (RFC 7519), unverified: it's the API's to trust, ours only to know when to ask again."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST_JWT:
        return {}
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _seconds(value: Any) -> float | None:
    believable = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf
    return min(float(value), 1e15) if believable and value < 1e300 else None
