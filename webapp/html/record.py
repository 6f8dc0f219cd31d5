"""Dataclasses that nothing changes, at the price of those that something could."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, **options: Any) -> Callable[[type], type]:
        """
        `@dataclass(frozen=True)` as type checkers see it, and they see every place that would change one.

        When it runs it isn't frozen: to make a frozen one takes five times as long, and a page is made of hundreds.
        """
        return dataclasses.dataclass(unsafe_hash=frozen, **options)


__all__ = ["record"]
