"""What resources are called: in a URL's or template's name, in headings, and apart from each other."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from webapp.openapi.labels import humanise, plural, singular, words
from webapp.openapi.site import Operation

VERSION = re.compile(r"v?\d+([._]\d+)*(alpha\d*|beta\d*)?|api|apis|rest|restapi|public-api", re.IGNORECASE)
VERBS = frozenset({"get", "list", "fetch", "find", "retrieve", "search", "all"})
ASPECTS = frozenset({"details", "detail", "history", "items", "entries", "logs", "stats"})
"""Words that say nothing without the one before: the details of a member."""
CHOICES = frozenset({"latest", "recent", "active", "archived", "popular", "trending"})
"""Words that say which of the things before are meant."""
VARIABLE = "{}"
OTHERS = "General"

Key = tuple[str, ...]
"""A path's segments, each variable as `{}`: `("projects", "{}", "issues")`."""


def key_of(path: str) -> Key:
    """The path without the names of its variables, a trailing slash, or `.json`."""
    plain = re.sub(r"\{[^{}]*\}", VARIABLE, path).strip("/").removesuffix(".json")
    return tuple(plain.split("/")) if plain else ()


def literals(key: Key) -> list[str]:
    """The words of a path: without variables, and without what only says which API and version it is."""
    found = [part for part in key if VARIABLE not in part]
    telling = [part for part in found if not VERSION.fullmatch(part) or part == key[-1] == "apis"]
    return telling or found


def name_of(key: Key) -> str:
    """`projects-issues`: stable, as long as the path is."""
    slug = re.sub(r"[^a-z0-9]+", "-", "-".join("-".join(words(part)) for part in literals(key)).lower()).strip("-")
    return slug or "root"


def noun_of(key: Key) -> str:
    """What a path's last word says, without the verb of `listUsers`."""
    told = literals(key)
    if not told:
        return "root"
    parts = words(told[-1])
    if len(told) > 1 and told[-1].lower() in CHOICES:
        parts = (*parts, *words(told[-2]))
    if len(told) > 1 and told[-1].lower() in ASPECTS:
        parts = (*words(singular(told[-2])), *parts)
    while len(parts) > 1 and parts[0].lower() in VERBS:
        parts = parts[1:]
    return " ".join(parts) or told[-1]


def label_of(key: Key, *, many: bool) -> tuple[str, str]:
    """The heading of a collection, and what one of its items is called."""
    label = humanise(noun_of(key))
    return (plural(label), singular(label)) if many else (label, label)


def distinct_labels(keys: Mapping[str, Key], labels: Mapping[str, str]) -> dict[str, str]:
    """
    The labels, by name, with those that several share told apart by the word before: `Blog posts`, `Admin posts`.

    Of two with one label, the one with the shorter path keeps it when no word stands before.
    """
    shared = Counter(labels.values())
    distinct = dict(labels)
    for name, label in labels.items():
        before = literals(keys[name])[:-1]
        if shared[label] > 1 and before:
            distinct[name] = humanise(f"{before[-1]} {label}")
    if len(set(distinct.values())) < len(distinct):
        again = Counter(distinct.values())
        for name, label in distinct.items():
            if again[label] > 1:
                distinct[name] = humanise(" ".join(literals(keys[name])))
    return distinct


def unique(name: str, taken: Iterable[str]) -> str:
    """The name, with a number where it is taken."""
    others = set(taken)
    number, candidate = 2, name
    while candidate in others:
        number, candidate = number + 1, f"{name}-{number}"
    return candidate


def derived_tags(operations: Sequence[Operation]) -> dict[str, tuple[str, ...]]:
    """
    Headings for operations without a tag, by name: the first word of the path, where several paths share it.
    """
    untagged = [operation for operation in operations if not operation.tags]
    first = {operation.name: (literals(key_of(operation.path)) or [""])[0] for operation in untagged}
    paths: dict[str, set[Key]] = {}
    for operation in untagged:
        paths.setdefault(first[operation.name], set()).add(tuple(literals(key_of(operation.path))))
    return {name: (humanise(word) if word and len(paths[word]) > 1 else OTHERS,) for name, word in first.items()}
