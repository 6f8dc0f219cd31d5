"""Keys and tokens that an API hands out once: shown right then, and never again."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from webapp.html.context import Fact
from webapp.html.kinds import Kind
from webapp.openapi.labels import humanise, words
from webapp.openapi.schema import Schema
from webapp.pages.masking import MASK, is_secret

MOST = 8
DEEPEST = 4
DIGESTS = frozenset({"hash", "hashed", "digest", "fingerprint", "hint", "prefix", "preview"})
"""Words in the names of what only looks like a secret."""


def new_secrets(answer: Any, schema: Schema | None, sent: Any) -> tuple[Fact, ...]:
    """The secrets in an answer that weren't in what was `sent`: whoever asked for them has to see them now."""
    known = set(_texts(sent))
    found = [fact for fact in _secrets(answer, schema, 0) if fact.value not in known]
    return tuple(found[:MOST])


def _secrets(value: Any, schema: Schema | None, depth: int) -> Iterator[Fact]:
    if not isinstance(value, Mapping) or depth > DEEPEST:
        return
    known = schema.properties if schema is not None else {}
    for name, each in value.items():
        if isinstance(each, Mapping):
            yield from _secrets(each, known.get(name), depth + 1)
        elif isinstance(each, str) and each and MASK not in each and _is_handed_out(name, known.get(name)):
            yield Fact(name, humanise(name), Kind.CODE, each)


def _is_handed_out(name: str, schema: Schema | None) -> bool:
    told = {word.lower() for word in words(name)}
    return is_secret(name, schema) and DIGESTS.isdisjoint(told) and "password" not in told


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, Collection) and not isinstance(value, bytes):
        for each in value:
            yield from _texts(each)
