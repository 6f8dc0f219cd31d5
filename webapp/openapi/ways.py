"""
The ways to sign in that go along with every call: HTTP basic, a token that somebody has, API keys.

A document declares schemes, and says of its operations which of them they ask for, alone or several at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from webapp.client.schemes import Scheme
from webapp.openapi.document import Document, mapping
from webapp.openapi.schemes import has_password_flow, read_schemes
from webapp.openapi.site import KeyPlace, Operation, SignIn

BASIC = SignIn("", "basic", username_label="Username")
BEARER = SignIn("", "bearer")
UNDECLARED = (BASIC, BEARER)
"""What to offer where an API wants a sign-in that its document keeps to itself."""
MOST_WAYS = 6
MOST_KEYS = 4


def declared_ways(document: Document, login: SignIn | None) -> tuple[SignIn, ...]:
    """
    The ways in, the most asked for first; `login` is the operation to sign in with, where there is one.

    What only carries what the login gives, a cookie or the header of its token, is no way of its own.
    """
    raw, schemes = document.security_schemes(), read_schemes(document)
    found = [login] if login is not None else []
    for alternative in _alternatives(document, schemes):
        if any(has_password_flow(raw[name]) for name in alternative):
            continue  # its login is the way, or there is none that could be told
        way = way_of([schemes[name] for name in sorted(alternative)])
        if way is None or any(way.name == known.name for known in found):
            continue
        if login is None or not _carries_login(way):
            found.append(way)
    return tuple(found[:MOST_WAYS])


def way_of(schemes: Sequence[Scheme]) -> SignIn | None:
    """The way that takes all of these at once; None where that can't be done with what a person could paste."""
    keys = tuple(KeyPlace(each.key, each.place, each.label, each.hint) for each in schemes if each.kind == "key")
    others = [each for each in schemes if each.kind != "key"]
    if len(others) > 1 or len(keys) > MOST_KEYS:
        return None
    if not others:
        return SignIn("", "api_key", keys=keys) if keys else None
    (scheme,) = others
    match scheme.kind:
        case "basic":
            return SignIn("", "basic", username_label="Username", keys=keys, hint=scheme.hint)
        case "bearer":
            return SignIn("", "bearer", scheme=scheme.prefix, keys=keys, hint=scheme.hint)
    return None


def token_scheme(schemes: Mapping[str, Scheme]) -> str:
    """What the API wants to stand before a token, as in `Authorization: Token abc`."""
    prefixes = (each.prefix for each in schemes.values() if each.kind == "bearer" and each.prefix != "Bearer")
    return next(filter(None, prefixes), "Bearer")


def check_of(operations: Sequence[Operation], me: Operation | None) -> Operation | None:
    """The GET to try credentials with: who am I, else the first that is secured and takes nothing."""
    secured = (each for each in operations if each.method == "GET" and each.secured and not each.path_parameters)
    return me or next((each for each in secured if not any(one.required for one in each.query)), None)


def _alternatives(document: Document, schemes: Mapping[str, Scheme]) -> list[frozenset[str]]:
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


def _carries_login(way: SignIn) -> bool:
    """Whether a way is only how what a login gives goes along: in a cookie, or in a header that it wouldn't hint at."""
    return way.encoding == "api_key" and all(key.place == "cookie" for key in way.keys)
