"""Tokens found by their shape, in whatever an API answers to a sign-in or a renewal."""

import re
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from webapp.record import record

_ACCESS = ("access_token", "accessToken", "access", "token", "jwt", "key", "auth_token", "authToken")
_REFRESH = ("refresh_token", "refreshToken", "refresh")
_LIFETIME = ("expires_in", "expiresIn", "expires")
_INSIDE = ("data", "result", "tokens", "token", "auth", "session")
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_YEARS = 10 * 365 * 86400


@record(frozen=True, slots=True)
class Tokens:
    """`lifetime` is the access token's, in seconds, where it's told and believable."""

    access: str | None = field(default=None, repr=False)
    refresh: str | None = field(default=None, repr=False)
    lifetime: float | None = None


def find_tokens(data: Any, token_field: str = "") -> Tokens:
    """
    The tokens in an answer, on top or one level down.

    `token_field` is where the access token is said to be, with dots for what lies deeper: `data.attributes.jwt`.
    """
    if not isinstance(data, Mapping):
        return Tokens()
    if token_field:
        *steps, name = token_field.split(".")
        inner: Any = data
        for step in steps:
            inner = inner.get(step) if isinstance(inner, Mapping) else None
        told = _token(inner, (name,)) if isinstance(inner, Mapping) else None
        beside = find_tokens(inner)
        return replace(beside if beside.refresh else find_tokens(data), access=told)
    tokens = _read(data)
    for name in _INSIDE:
        if tokens.access or tokens.refresh:
            break
        if isinstance(inner := data.get(name), Mapping):
            tokens = _read(inner)
    return tokens


def _read(data: Mapping[str, Any]) -> Tokens:
    return Tokens(_token(data, _ACCESS), _token(data, _REFRESH), _lifetime(data))


def _token(data: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = data.get(name)
        if isinstance(value, str) and _TOKEN.fullmatch(value):
            return value
    return None


def _lifetime(data: Mapping[str, Any]) -> float | None:
    for name in _LIFETIME:
        value = data.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
            value = int(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _YEARS:
            return float(value)
    return None
