"""What an API answers, less its secrets: no password or token ever reaches a page, not even in the raw answer."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from types import NoneType
from typing import Any

from webapp.html.guess import is_withheld, kind_of, names_secret
from webapp.html.kinds import Kind
from webapp.openapi.jsontypes import are_dicts, is_object
from webapp.openapi.labels import words
from webapp.openapi.remembering import remembered
from webapp.openapi.schema import Schema

MASK = "••••••"

ENDINGS = frozenset(
    {"token", "jwt", "apikey", "secrets", "credentials", "passcode", "privatekey", "authorization", "cookie", "cookies"}
)
"""Words that end the name of a secret, besides those that guessing kinds knows."""
PASSWORDS = frozenset({"password", "passwd", "pwd"})
DIGESTS = frozenset({"hash", "digest", "salt"})
"""What is made of a password, and can be tried against it."""
POSITIONS = frozenset({"page", "next", "previous", "prev", "continuation", "cursor", "sync", "scroll"})
"""Words that make a token one that turns pages."""

PLAIN = frozenset({str, int, float, bool, Decimal, NoneType})
"""Types of values that hold no others."""
YES_OR_NO = {bool, NoneType}
MOST_SCHEMAS = 5000
"""Schemas of which names are remembered."""
MOST_NAMES = 2000
"""Names that are remembered of one kind of object; some have ids for names."""


def is_secret(name: str, schema: Schema | None) -> bool:
    """Whether what stands under this name must not be shown."""
    return is_withheld(schema) or sounds_secret(name)


@remembered
def sounds_secret(name: str) -> bool:
    """Whether the name alone says so."""
    if names_secret(name):
        return True
    named = [word.lower() for word in words(name)]
    if not named or POSITIONS.intersection(named):
        return False
    return named[-1] in ENDINGS or (named[-1] in DIGESTS and not PASSWORDS.isdisjoint(named))


def show_kind(name: str, schema: Schema | None, samples: Sequence[Any] = ()) -> Kind:
    """How to show a field's values. `has_password` is no secret: a yes or no never is."""
    if {*map(type, samples), NoneType} == YES_OR_NO:
        return Kind.BOOLEAN
    return Kind.SECRET if is_secret(name, schema) else kind_of(name, schema, samples)


def masked(data: Any, schema: Schema | None = None) -> Any:
    """An answer with every secret in it replaced; what holds none is not copied."""
    return Masker().mask(data, schema)


def masked_rows(rows: Iterable[Any], schema: Schema | None) -> list[Any]:
    """The same for the rows of a list, `schema` being that of one row."""
    return Masker().rows(rows, schema)


class Masker:
    """Decides once for each name and each schema, however many rows have them."""

    def __init__(self) -> None:
        self._open: dict[Schema | None, set[str]] = {}
        """Names that were found to hold no secret, by the schema of what has them."""

    def rows(self, rows: Iterable[Any], schema: Schema | None) -> list[Any]:
        """Some rows of that schema, with every secret in them replaced."""
        rows = [*rows]
        return rows if self._are_open(rows, schema) else [self.mask(row, schema) for row in rows]

    def _are_open(self, rows: Sequence[Any], schema: Schema | None) -> bool:
        """Whether they have only names and values that are known to hold no secret; one look at all of them."""
        known_open = self._open.get(schema) or set[str]()
        return (
            are_dicts(rows)
            and known_open.issuperset(chain.from_iterable(rows))
            and PLAIN.issuperset(map(type, chain.from_iterable(map(dict.values, rows))))
        )

    def mask(self, data: Any, schema: Schema | None) -> Any:
        """An answer, or a part of one, with every secret in it replaced; what holds none is not copied."""
        if is_object(data):
            known_open = self._open.get(schema)
            if known_open is None:
                if len(self._open) >= MOST_SCHEMAS:
                    self._open.clear()
                known_open = self._open[schema] = set()
            if known_open.issuperset(data) and PLAIN.issuperset(map(type, data.values())):
                return data
            return self._members(data, schema, known_open)
        if isinstance(data, list):
            items = schema.items if schema is not None else None
            return [self.mask(item, items) for item in data]
        return data

    def _members(self, data: Mapping[str, Any], schema: Schema | None, known_open: set[str]) -> Mapping[str, Any]:
        """The members of an object; those without secrets are left as they are."""
        known = schema.properties if schema is not None else {}
        changed: dict[str, Any] = {}
        for name, value in data.items():
            if name not in known_open:
                if is_secret(name, known.get(name)):
                    if value is not None and not isinstance(value, bool):
                        changed[name] = MASK
                    continue
                if len(known_open) < MOST_NAMES:
                    known_open.add(name)
            if type(value) not in PLAIN:
                changed[name] = self.mask(value, known.get(name))
        return {**data, **changed} if changed else data
