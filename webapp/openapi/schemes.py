"""Reads a document's security schemes, and which of them each operation asks for."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from webapp.client.keys import PLACES
from webapp.client.schemes import Alternatives, Guide, Scheme
from webapp.openapi.document import Document, mapping
from webapp.openapi.labels import humanise, normal
from webapp.openapi.prose import first_paragraph
from webapp.openapi.site import Operation, Site

VARIABLE = re.compile(r"\{([^{}]*)\}")
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,80}")
TAKEN = frozenset({"cookie", "host", "content-type", "content-length", "accept", "connection"})
"""Headers that are no place for a key, whatever a document says."""
PREFIX = re.compile(
    r"\b([A-Za-z]{2,30})\s+[<{\[$][\w-]*(?:token|key|jwt|secret)|prefix\b[^.\n]{0,30}?[\"'`](\w{2,30})\s*[\"'`]",
    re.IGNORECASE,
)
MOST_REMEMBERED = 1024


def read_schemes(document: Document) -> dict[str, Scheme]:
    """The declared schemes, by name."""
    return {name: read_scheme(name, raw) for name, raw in document.security_schemes().items()}


def read_scheme(name: str, raw: Mapping[str, Any]) -> Scheme:
    """One scheme; of what can't be sent from here nothing but its name."""
    hint = _told(raw)
    if _is_authorization(raw):
        return Scheme(name, "bearer", prefix=_prefix(raw), label="Access token", hint=hint)
    match str(raw.get("type")), str(raw.get("scheme")).lower():
        case "apiKey", _:
            key, place = str(raw.get("name") or ""), str(raw.get("in"))
            if not _can_be_sent(key, place):
                return Scheme(name, "other", hint=hint)
            return Scheme(name, "key", key, place, label=_key_label(key), hint=hint)
        case "http", "basic":
            return Scheme(name, "basic", label="Name and password", hint=hint)
        case ("http", "bearer") | (("oauth2" | "openIdConnect"), _):
            return Scheme(name, "bearer", label="Access token", hint=hint)
    return Scheme(name, "other", hint=hint)


def guide_of(site: Site) -> Guide:
    """What a client has to know about who may call what."""
    accounts = site.accounts
    used = {name for each in site.operations for names in each.security or () for name in names}
    schemes = tuple(scheme for name, scheme in accounts.schemes.items() if name in used)
    check = accounts.me or accounts.check
    return Guide(
        # Where there is but one, all that is held is what is asked for.
        wanted=Requirements(site.operations, accounts.schemes) if len(schemes) > 1 else None,
        schemes=schemes,
        check=check.path if check is not None else "",
        names_caller=accounts.me is not None,
        open_to_sign_in=bool(accounts.ways or accounts.buttons or accounts.code_flow),
    )


class Requirements:
    """Of a method and a path of the API, what its operation asks for."""

    def __init__(self, operations: Sequence[Operation], schemes: Mapping[str, Scheme]) -> None:
        self._fixed: dict[tuple[str, str], Alternatives | None] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Alternatives | None]] = []
        self._known: dict[tuple[str, str], Alternatives | None] = {}
        for operation in operations:
            wanted = alternatives_of(operation, schemes)
            if not operation.path_parameters:
                self._fixed.setdefault((operation.method, operation.path.rstrip("/")), wanted)
            else:
                self._patterns.append((operation.method, _pattern(operation), wanted))
        # Of two that fit, the one with more of its path written out.
        self._patterns.sort(key=lambda each: -len(each[1].pattern))

    def __call__(self, method: str, path: str) -> Alternatives | None:
        """The alternatives; None where the document doesn't say, or knows no such operation."""
        place = method.upper(), path.partition("?")[0].rstrip("/")
        if place in self._fixed:
            return self._fixed[place]
        if place not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[place] = self._find(*place)
        return self._known[place]

    def _find(self, method: str, path: str) -> Alternatives | None:
        fits = (wanted for known, pattern, wanted in self._patterns if known == method and pattern.fullmatch(path))
        return next(fits, None)


def alternatives_of(operation: Operation, schemes: Mapping[str, Scheme]) -> Alternatives | None:
    """What an operation asks for; None where the document doesn't say, or asks for what it doesn't declare."""
    if operation.security is None:
        return None
    known = [each for each in operation.security if all(name in schemes for name in each)]
    if operation.security and not known:
        return None
    return tuple(tuple(schemes[name] for name in each) for each in known)


def _pattern(operation: Operation) -> re.Pattern[str]:
    literals = [re.escape(part) for part in VARIABLE.split(operation.path.rstrip("/"))[::2]]
    names = operation.path_parameters
    path = literals[0]
    for name, literal in zip(names, literals[1:], strict=True):
        path += (".+" if name in operation.spanning else "[^/]+") + literal
    return re.compile(path)


def _key_label(name: str) -> str:
    told = re.sub(r"^[xX]-", "", name)
    return "API key" if normal(told) in ("apikey", "key") else humanise(told)


def _can_be_sent(name: str, place: str) -> bool:
    if place == "query":
        return bool(name)
    return place in PLACES and bool(HEADER.fullmatch(name)) and name.lower() not in TAKEN


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


def has_password_flow(raw: Mapping[str, Any]) -> bool:
    """Whether a scheme's tokens are had for a name and a password."""
    return "password" in mapping(raw.get("flows"))
