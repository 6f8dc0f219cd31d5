"""
What a document keeps elsewhere: the other documents that its `$ref`s lead to.

They are read before the site is made of it; nothing here asks for them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urldefrag, urljoin

from webapp.openapi.references import reference_of

MOST = 64
"""Documents that one may lead to, one after the other."""
MOST_BYTES = 32 * 2**20
"""Of all of them together."""

LEADS_OUT = re.compile(rb"""\$ref["']?\s*:\s*["']?[^#"'\s]""")
"""A quick look whether a text refers to anything but itself."""


def elsewhere(root: Any, url: str) -> tuple[str, ...]:
    """The URLs, each once, of the documents that the one at `url` refers to besides itself."""
    own = urldefrag(url).url
    found: dict[str, None] = {}
    for reference in _references(root):
        target = _absolute(reference, url)
        if target is not None and urldefrag(target).url != own:
            found[urldefrag(target).url] = None
    return tuple(found)


def grounded(root: Any, url: str) -> Any:
    """The document from `url` with each `$ref` written in full, so that it can be followed from anywhere."""
    copies: dict[int, Any] = {}

    def copy(node: Any) -> Any:
        if not isinstance(node, Mapping | list):
            return node
        if id(node) in copies:
            return copies[id(node)]
        if isinstance(node, list):
            copied: Any = [copy(each) for each in node]
        else:
            copied = {name: copy(each) for name, each in node.items()}
            reference = reference_of(node)
            if reference is not None:
                copied["$ref"] = _absolute(reference, url) or reference
        copies[id(node)] = copied
        return copied

    return copy(root)


def _references(root: Any) -> Iterator[str]:
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Mapping | list) or id(node) in seen:
            continue
        seen.add(id(node))
        reference = reference_of(node)
        if reference is not None:
            yield reference
        waiting.extend(node.values() if isinstance(node, Mapping) else node)


def _absolute(reference: str, url: str) -> str | None:
    try:
        return urljoin(url, reference)
    except ValueError:
        return None
