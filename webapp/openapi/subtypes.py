"""Inheritance as many documents write it: a base with a discriminator, and components that `allOf` it."""

from collections.abc import Iterator, Mapping
from typing import Any

from webapp.errors import DocumentError
from webapp.openapi.references import References, reference_of

COMPONENTS = "#/components/schemas"
MOST = 200
"""More shapes than these nobody chooses from."""


def subtypes_of(base: str, discriminator: Any, references: References) -> tuple[str, ...]:
    """
    References to the shapes that a value of the component at `base` may have; none where nothing extends it.

    Those of the discriminator's mapping come first. What is only extended by others can be chosen too, unless there is
    a mapping that doesn't name it; the base itself where the mapping names it, or where its values need no
    discriminator.
    """
    mapped = list(dict.fromkeys(_mapped(discriminator, references)))
    extending = _extending(references)
    below = _below(base, extending)
    between = [each for each in below if each in extending and each not in mapped] if mapped else []
    found = list(dict.fromkeys([*mapped, *(each for each in below if each not in between)]))
    if not set(found) - {base}:
        return ()
    if base not in found and not _needs_discriminator(base, discriminator, references):
        found.append(base)
    return tuple(found[:MOST])


def _mapped(discriminator: Any, references: References) -> Iterator[str]:
    mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
    for target in mapping.values() if isinstance(mapping, Mapping) else ():
        if not isinstance(target, str):
            continue
        for reference in (f"{COMPONENTS}/{target}", target):
            if _is_there(reference, references):
                yield reference
                break


def _is_there(reference: str, references: References) -> bool:
    try:
        references.find(reference)
    except DocumentError:
        return False
    return True


def _needs_discriminator(base: str, discriminator: Any, references: References) -> bool:
    schema = references.follow({"$ref": base})
    required = schema.get("required") if isinstance(schema, Mapping) else None
    name = discriminator.get("propertyName") if isinstance(discriminator, Mapping) else discriminator
    return isinstance(required, list) and name in required


def _below(base: str, extending: Mapping[str, tuple[str, ...]]) -> list[str]:
    """All that extend the base, each followed by those that extend it."""
    found: dict[str, None] = {}
    left = [base]
    while left and len(found) <= MOST:
        at = left.pop()
        if at in found:
            continue
        found[at] = None
        left.extend(reversed(extending.get(at, ())))
    return [each for each in found if each != base]


def _extending(references: References) -> Mapping[str, tuple[str, ...]]:
    """Which components extend each other one, found once for a document."""
    if references.extending is None:
        references.extending = _extensions(references)
    return references.extending


def _extensions(references: References) -> Mapping[str, tuple[str, ...]]:
    try:
        components = references.find(COMPONENTS)
    except DocumentError:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name, schema in components.items() if isinstance(components, Mapping) else ():
        parts = schema.get("allOf") if isinstance(schema, Mapping) else None
        for part in parts if isinstance(parts, list) else ():
            base = reference_of(part)
            if base is not None:
                own = f"{COMPONENTS}/{str(name).replace('~', '~0').replace('/', '~1')}"
                found[base] = (*found.get(base, ()), own)
    return found
