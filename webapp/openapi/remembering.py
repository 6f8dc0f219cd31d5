"""What is made of a name is made once: documents and answers use the same few names again and again."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

MOST = 4096
"""Names of which each function remembers its result."""
LONGEST = 80
"""Characters; what is longer is no name, and nothing to keep."""

Made = TypeVar("Made")


def remembered(function: Callable[[str], Made]) -> Callable[[str], Made]:
    """The same function, which must depend on nothing but its text and give what nobody can change."""
    known = lru_cache(maxsize=MOST)(function)

    @wraps(function)
    def look(text: str) -> Made:
        return known(text) if len(text) <= LONGEST else function(text)

    return look
