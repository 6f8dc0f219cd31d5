"""Finds what a document's `$ref`s point at."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from webapp.errors import DocumentError

LONGEST_CHAIN = 64
"""A `$ref` to a `$ref` to a `$ref` ends somewhere, or it is a circle."""

INDEX = re.compile(r"[0-9]{1,9}")


class References:
    """
    The JSON pointers of one document, followed when they are touched.

    Only what lies in the document itself can be had, and in the `others` that were fetched along with it, by URL; a
    `$ref` to any other document is refused by name.
    """

    def __init__(self, root: Any, *, url: str | None = None, others: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._root = root
        self._url = urldefrag(url).url if url else None
        self._others = others
        self._found: dict[str, Any] = {}
        self.merged: dict[str, Mapping[str, Any]] = {}
        """The keywords of schemas that several places point at, by reference; filled by Schema."""
        self.schemas: dict[int, Any] = {}
        """The schemas within others, by the identity of what they hold; filled by Schema."""
        self.extending: Mapping[str, tuple[str, ...]] | None = None
        """Which components extend another, by reference; filled by subtypes.py."""

    def find(self, reference: str) -> Any:
        """What a reference points at, which may be a reference again. Raises DocumentError."""
        try:
            return self._found[reference]
        except KeyError:
            found = self._found[reference] = self._look_up(reference)
            return found

    def follow(self, node: Any) -> Any:
        """The node itself, or what its `$ref` leads to in the end. Raises DocumentError."""
        for _ in range(LONGEST_CHAIN):
            reference = reference_of(node)
            if reference is None:
                return node
            node = self.find(reference)
        raise DocumentError(f"The reference {reference_of(node)} leads back to itself.")

    def _look_up(self, reference: str) -> Any:
        try:
            elsewhere, fragment = urldefrag(reference)
            node = self._document(elsewhere)
        except KeyError as error:
            raise DocumentError(f"The reference {reference} points outside of the document.") from error
        except ValueError as error:
            raise DocumentError(f"The reference {reference} is not a URL.") from error
        if fragment and not fragment.startswith("/"):
            raise DocumentError(f"The reference {reference} is not a path through the document.")

        for part in unquote(fragment).split("/")[1:]:
            node = _step(node, part.replace("~1", "/").replace("~0", "~"), reference)
        return node

    def _document(self, elsewhere: str) -> Any:
        """The document at a URL, which may be relative to this one's; raises KeyError for one that isn't known."""
        if not elsewhere:
            return self._root
        url = urljoin(self._url or "", elsewhere)
        return self._root if url == self._url else self._others[url]


def reference_of(node: Any) -> str | None:
    """The `$ref` of a node, if it is one."""
    if isinstance(node, Mapping):
        reference = node.get("$ref")
        if isinstance(reference, str):
            return reference
    return None


def _step(node: Any, key: str, reference: str) -> Any:
    if isinstance(node, Mapping) and key in node:
        return node[key]
    if isinstance(node, Sequence) and not isinstance(node, str) and INDEX.fullmatch(key) and int(key) < len(node):
        return node[int(key)]
    raise DocumentError(f"The reference {reference} points at nothing: there is no {key!r} there.")
