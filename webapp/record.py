"""Dataclasses that nothing changes, at a quarter of the price: that of the class, and that of each object."""

import reprlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool = False, eq: bool = True, **options: bool) -> Callable[[type], type]:
        """
        `@dataclass(frozen=True)` as type checkers see it, and they see every place that would change one.

        When it runs it isn't frozen: to make a frozen one takes five times as long, and a page is made of hundreds.
        Nor is a text compiled for each method but `__init__`: there are so many classes that a quarter of a start
        would go into that.
        """

        def made(cls: type) -> type:
            # It would say the parameters instead, which takes longer to find out than all the rest.
            cls.__doc__ = cls.__doc__ or cls.__qualname__
            cls = dataclass(repr=False, eq=False, **options)(cls)
            methods: dict[str, Any] = {"__repr__": _repr}
            if eq:
                methods |= {"__eq__": _eq(cls), "__hash__": _hash(cls) if frozen else None}
            for name, method in methods.items():
                if name not in cls.__dict__:
                    setattr(cls, name, method)
            return cls

        return made


@reprlib.recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(cls: type) -> Callable[[Any, Any], bool]:
    values = _values([each.name for each in fields(cls) if each.compare])

    def __eq__(self: Any, other: Any) -> bool:  # noqa: N807 - a method of cls
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _hash(cls: type) -> Callable[[Any], int]:
    values = _values([each.name for each in fields(cls) if (each.compare if each.hash is None else each.hash)])

    def __hash__(self: Any) -> int:  # noqa: N807 - a method of cls
        return hash(values(self))

    return __hash__


def _values(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What has these names in an object."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda each: tuple(getattr(each, name) for name in names)


__all__ = ["record"]
