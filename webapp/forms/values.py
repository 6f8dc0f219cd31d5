"""What goes into a form and comes out of it."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

Values = Mapping[str, Any]
"""
All inputs of one operation: `{"path": {...}, "query": {...}, "header": {...}, "cookie": {...}, "body": ...}`.

The first four map a parameter's name to its JSON value; a part that nothing was given for may be missing.
"""


class Absent(Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent.ABSENT
"""No value at all, which is neither null nor empty: what is absent isn't sent."""
