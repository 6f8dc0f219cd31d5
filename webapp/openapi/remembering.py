"""What is made of a name is made once: documents and answers use the same few names again and again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, TypeVar

MOST = 4096
"""Names of which each function remembers its result."""
LONGEST = 80
"""Characters; what is longer is no name, and nothing to keep."""

Given = TypeVar("Given")
Made = TypeVar("Made")


def remembered(function: Callable[[Given], Made]) -> Callable[[Given], Made]:
    """
    The same function, done once for each short text.

    Of a text it must depend on nothing else, and give what nobody can change.
    """
    known = lru_cache(maxsize=MOST)(function)

    @wraps(function)
    def look(given: Any) -> Made:
        return known(given) if type(given) is str and len(given) <= LONGEST else function(given)

    return look


class Recent:
    """What was made of some keys lately; the longest unused goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, Any] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is of that key, made now if it wasn't before. It must depend on nothing else."""
        made: Made | None = self._made.get(key)
        if made is None:
            made = self._made[key] = make()
            if len(self._made) > self._most:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        return made
