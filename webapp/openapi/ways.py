"""
The ways to sign in that go along with every call: HTTP basic, a token that somebody has, API keys.

A document declares schemes, and says of its operations which of them they ask for, alone or several at once.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from webapp.client.keys import PLACES
from webapp.openapi.document import Document, mapping
from webapp.openapi.labels import humanise, normal
from webapp.openapi.prose import first_paragraph
from webapp.openapi.site import KeyPlace, Operation, SignIn

Schemes = Mapping[str, Mapping[str, Any]]

BASIC = SignIn("", "basic", username_label="Username")
BEARER = SignIn("", "bearer")
UNDECLARED = (BASIC, BEARER)
"""What to offer where an API wants a sign-in that its document keeps to itself."""
MOST_WAYS = 6
MOST_KEYS = 4
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,80}")
TAKEN = frozenset({"cookie", "host", "content-type", "content-length", "accept", "connection"})
"""Headers that are no place for a key, whatever a document says."""
PREFIX = re.compile(
    r"\b([A-Za-z]{2,30})\s+[<{\[$][\w-]*(?:token|key|jwt|secret)|prefix\b[^.\n]{0,30}?[\"'`](\w{2,30})\s*[\"'`]",
    re.IGNORECASE,
)


def declared_ways(document: Document, login: SignIn | None) -> tuple[SignIn, ...]:
    """
    The ways in, the most asked for first; `login` is the operation to sign in with, where there is one.

    What only carries what the login gives, a cookie or the header of its token, is no way of its own.
    """
    schemes = document.security_schemes()
    found = [login] if login is not None else []
    for alternative in _alternatives(document, schemes):
        way = _way([schemes[name] for name in sorted(alternative)])
        if way is None or any(way.name == known.name for known in found):
            continue
        if login is None or not _carries_login(way):
            found.append(way)
    return tuple(found[:MOST_WAYS])


def token_scheme(document: Document) -> str:
    """What the API wants to stand before a token, as in `Authorization: Token abc`."""
    for scheme in document.security_schemes().values():
        if _is_authorization(scheme):
            return _prefix(scheme) or "Bearer"
    return "Bearer"


def check_of(operations: Sequence[Operation], me: Operation | None) -> Operation | None:
    """The GET to try credentials with: who am I, else the first that is secured and takes nothing."""
    secured = (each for each in operations if each.method == "GET" and each.secured and not each.path_parameters)
    return me or next((each for each in secured if not any(one.required for one in each.query)), None)


def _alternatives(document: Document, schemes: Schemes) -> list[frozenset[str]]:
    """The sets of schemes that operations ask for at once, the commonest first; else each scheme alone."""
    asked: Counter[frozenset[str]] = Counter(_sets(document.security))
    for item in document.paths.values():
        for operation in mapping(item).values():
            if isinstance(operation, Mapping):
                asked.update(_sets(operation.get("security")))
    known = [each for each, _ in asked.most_common() if each and each <= set(schemes)]
    return known or [frozenset({name}) for name in schemes]


def _sets(security: Any) -> Iterator[frozenset[str]]:
    for requirement in security if isinstance(security, list) else ():
        if isinstance(requirement, Mapping):
            yield frozenset(str(name) for name in requirement)


def _way(schemes: Sequence[Mapping[str, Any]]) -> SignIn | None:
    """The way that takes all of these at once; None where that can't be done with what a person could paste."""
    keys = tuple(_key(each) for each in schemes if each.get("type") == "apiKey" and not _is_authorization(each))
    others = [each for each in schemes if each.get("type") != "apiKey" or _is_authorization(each)]
    if len(others) > 1 or len(keys) > MOST_KEYS or not all(map(_can_be_sent, keys)):
        return None
    if not others:
        return SignIn("", "api_key", keys=keys) if keys else None
    (scheme,) = others
    hint = _told(scheme)
    if _is_authorization(scheme):
        return SignIn("", "bearer", scheme=_prefix(scheme), keys=keys, hint=hint)
    match str(scheme.get("type")), str(scheme.get("scheme")).lower():
        case "http", "basic":
            return SignIn("", "basic", username_label="Username", keys=keys, hint=hint)
        case "http", "bearer":
            return SignIn("", "bearer", keys=keys, hint=hint)
        case (("oauth2" | "openIdConnect"), _) if "password" not in mapping(scheme.get("flows")):
            return SignIn("", "bearer", keys=keys, hint=hint)
    return None


def _carries_login(way: SignIn) -> bool:
    """Whether a way is only how what a login gives goes along: in a cookie, or in a header that it wouldn't hint at."""
    return way.encoding == "api_key" and all(key.place == "cookie" for key in way.keys)


def _key(scheme: Mapping[str, Any]) -> KeyPlace:
    name = str(scheme.get("name") or "")
    told = re.sub(r"^[xX]-", "", name)
    label = "API key" if normal(told) in ("apikey", "key") else humanise(told)
    return KeyPlace(name, str(scheme.get("in")), label, _told(scheme))


def _can_be_sent(key: KeyPlace) -> bool:
    if key.place == "query":
        return bool(key.name)
    return key.place in PLACES and bool(HEADER.fullmatch(key.name)) and key.name.lower() not in TAKEN


def _is_authorization(scheme: Mapping[str, Any]) -> bool:
    where = (scheme.get("type"), scheme.get("in"), str(scheme.get("name")).lower())
    return where == ("apiKey", "header", "authorization")


def _prefix(scheme: Mapping[str, Any]) -> str:
    """What the description says has to stand before the token; empty where it says nothing."""
    told = PREFIX.search(str(scheme.get("description") or ""))
    return str(told[1] or told[2]) if told else ""


def _told(scheme: Mapping[str, Any]) -> str:
    description = scheme.get("description")
    return first_paragraph(description)[:300] if isinstance(description, str) else ""
