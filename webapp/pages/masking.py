"""What an API answers, less its secrets: no password or token ever reaches a page, not even in the raw answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.html.guess import kind_of
from webapp.html.kinds import Kind
from webapp.openapi.labels import words
from webapp.openapi.schema import Schema

MASK = "••••••"

ENDINGS = frozenset({"token", "jwt", "apikey", "secrets", "credentials", "passcode", "privatekey"})
"""Words that end the name of a secret, besides those that guessing kinds knows."""
POSITIONS = frozenset({"page", "next", "previous", "prev", "continuation", "cursor", "sync", "scroll"})
"""Words that make a token one that turns pages."""


def is_secret(name: str, schema: Schema | None) -> bool:
    """Whether what stands under this name must not be shown."""
    if kind_of(name, schema) is Kind.SECRET:
        return True
    named = [word.lower() for word in words(name)]
    return bool(named) and named[-1] in ENDINGS and not POSITIONS.intersection(named)


def show_kind(name: str, schema: Schema | None, samples: Sequence[Any] = ()) -> Kind:
    """How to show a field's values. `has_password` is no secret: a yes or no never is."""
    seen = [sample for sample in samples if sample is not None]
    if seen and all(isinstance(sample, bool) for sample in seen):
        return Kind.BOOLEAN
    return Kind.SECRET if is_secret(name, schema) else kind_of(name, schema, samples)


def masked(data: Any, schema: Schema | None = None) -> Any:
    """A copy of an answer with every secret in it replaced."""
    return _Masker().copy(data, schema)


class _Masker:
    """Decides once for each name, however many rows have it."""

    def __init__(self) -> None:
        self._secrets: dict[str, bool] = {}

    def copy(self, data: Any, schema: Schema | None) -> Any:
        if isinstance(data, Mapping):
            known = schema.properties if schema is not None else {}
            return {name: self._value(name, value, known.get(name)) for name, value in data.items()}
        if isinstance(data, list):
            items = schema.items if schema is not None else None
            return [self.copy(item, items) for item in data]
        return data

    def _value(self, name: str, value: Any, schema: Schema | None) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if name not in self._secrets:
            self._secrets[name] = is_secret(name, None)
        marked = schema is not None and (schema.write_only or schema.format == "password")
        return MASK if marked or self._secrets[name] else self.copy(value, schema)
