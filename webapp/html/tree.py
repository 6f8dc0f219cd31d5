"""JSON of any shape as a tree that opens level by level, no larger than a page can bear."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from webapp.html.format import ELLIPSIS, cut, gist
from webapp.record import record

MOST_NODES = 500
DEEPEST = 12
LONGEST = 2000
"""Characters of one value."""


@record(frozen=True, slots=True)
class Node:
    """A value under its key, and what is in it."""

    key: str
    text: str
    """The value; of an object or a list, what is in it in a few words."""
    kind: str
    """`text`, `number`, `literal`, `object` or `list`."""
    nodes: tuple["Node", ...] = ()
    left_out: int = 0
    """Members that there was no room for."""


def make_tree(value: Any) -> Node:
    """The tree of a value; its root has no key."""
    return _Room(MOST_NODES).node("", value, 0)


class _Room:
    """Counts what is left of the nodes that a tree may have."""

    def __init__(self, left: int) -> None:
        self.left = left

    def node(self, key: str, value: Any, depth: int) -> Node:
        self.left -= 1
        if not isinstance(value, Mapping | list) or not value:
            return Node(key, *_leaf(value))
        kind = "object" if isinstance(value, Mapping) else "list"
        if depth >= DEEPEST:
            return Node(key, gist(value), kind, left_out=len(value))
        # Each level first takes what it needs for itself: a large first member must not cost all others.
        own = list(islice(_members(value), max(0, self.left)))
        self.left -= len(own)
        nodes = []
        for name, member in own:
            self.left += 1
            nodes.append(self.node(name, member, depth + 1))
        return Node(key, gist(value), kind, tuple(nodes), len(value) - len(nodes))


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(name), member) for name, member in value.items())
    else:
        yield from ((str(at), member) for at, member in enumerate(value))


def _leaf(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        return (value if len(value) <= LONGEST else value[:LONGEST] + ELLIPSIS), "text"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value], "literal"
    if isinstance(value, int | float):
        return cut(repr(value), LONGEST), "number"
    return ("{}" if isinstance(value, Mapping) else "[]" if isinstance(value, list) else cut(value, LONGEST)), "literal"
