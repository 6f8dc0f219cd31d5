"""What an API answers, less its secrets: no password or token ever reaches a page, not even in the raw answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from webapp.html.guess import kind_of
from webapp.html.kinds import Kind
from webapp.openapi.labels import words
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


def is_secret(name: str, schema: Schema | None) -> bool:
    """Whether what stands under this name must not be shown."""
    if kind_of(name, schema) is Kind.SECRET:
        return True
    named = [word.lower() for word in words(name)]
    if not named or POSITIONS.intersection(named):
        return False
    return named[-1] in ENDINGS or (named[-1] in DIGESTS and not PASSWORDS.isdisjoint(named))


def show_kind(name: str, schema: Schema | None, samples: Sequence[Any] = ()) -> Kind:
    """How to show a field's values. `has_password` is no secret: a yes or no never is."""
    seen = [sample for sample in samples if sample is not None]
    if seen and all(isinstance(sample, bool) for sample in seen):
        return Kind.BOOLEAN
    return Kind.SECRET if is_secret(name, schema) else kind_of(name, schema, samples)


def masked(data: Any, schema: Schema | None = None) -> Any:
    """A copy of an answer with every secret in it replaced."""
    return _Masker().copy(data, schema)


def masked_rows(rows: Iterable[Any], schema: Schema | None) -> list[Any]:
    """The same for the rows of a list, `schema` being that of one row."""
    masker = _Masker()
    return [masker.copy(row, schema) for row in rows]


class _Masker:
    """Decides once for each name and each schema, however many rows have them."""

    def __init__(self) -> None:
        self._named: dict[str, bool] = {}
        self._marked: dict[Schema, frozenset[str]] = {}

    def copy(self, data: Any, schema: Schema | None) -> Any:
        if isinstance(data, list):
            items = schema.items if schema is not None else None
            return [self.copy(item, items) for item in data]
        if not isinstance(data, Mapping):
            return data
        known = schema.properties if schema is not None else {}
        marked = self._marked_by(schema) if schema is not None else frozenset()
        copied = dict(data)
        for name, value in data.items():
            if value is None or isinstance(value, bool):
                continue
            if name in marked or self._sounds_secret(name):
                copied[name] = MASK
            elif isinstance(value, Mapping | list):
                copied[name] = self.copy(value, known.get(name))
        return copied

    def _sounds_secret(self, name: str) -> bool:
        if name not in self._named:
            self._named[name] = is_secret(name, None)
        return self._named[name]

    def _marked_by(self, schema: Schema) -> frozenset[str]:
        if schema not in self._marked:
            known = schema.properties.items()
            self._marked[schema] = frozenset(name for name, own in known if own.write_only or own.format == "password")
        return self._marked[schema]
