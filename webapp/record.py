"""Dataclasses that nothing changes, at a tenth of the price: that of the class, and that of each object."""

import reprlib
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, fields
from functools import lru_cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(
        *, frozen: bool = False, slots: bool = False, kw_only: bool = False, eq: bool = True
    ) -> Callable[[type], type]:
        """
        `@dataclass(frozen=True)` as type checkers see it, and they see every place that would change one.

        When it runs it isn't frozen: to make a frozen one takes five times as long, and a page is made of hundreds.
        Nor is a text of each method compiled for each class, of which there are so many that a third of a start would
        go into that. A field that isn't a parameter (`init=False`) is set by `__post_init__`, and has no default.
        """

        def made(cls: type) -> type:
            cls = dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            methods = {"__init__": _init(cls, kw_only=kw_only), "__repr__": _repr}
            if eq:
                methods |= {"__eq__": _eq(cls), "__hash__": _hash(cls) if frozen else None}
            for name, method in methods.items():
                if name not in cls.__dict__:
                    setattr(cls, name, method)
            return cls

        return made


class _Made:
    """Stands for a default that is made anew for each object."""

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.make = factory


def _init(cls: type, *, kw_only: bool) -> FunctionType:
    parameters = [each for each in fields(cls) if each.init]
    unset = [each.name for each in fields(cls) if not each.init and _default(each) is not MISSING]
    if unset:
        raise TypeError(f"{cls.__qualname__}: {', '.join(unset)} would not be set, as no parameter does it.")
    defaults = {each.name: _default(each) for each in parameters if _default(each) is not MISSING}
    makes = tuple(isinstance(defaults.get(each.name), _Made) for each in parameters)
    code = _code(makes, kw_only, hasattr(cls, "__post_init__"))
    names = {_placeholder(index): each.name for index, each in enumerate(parameters)}
    init = FunctionType(
        code.replace(
            co_names=tuple(names.get(name, name) for name in code.co_names),
            co_varnames=tuple(names.get(name, name) for name in code.co_varnames),
        ),
        globals(),
    )
    init.__defaults__, init.__kwdefaults__ = (None, defaults) if kw_only else (tuple(defaults.values()), None)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


@lru_cache
def _code(makes: tuple[bool, ...], kw_only: bool, then: bool) -> CodeType:
    """An `__init__` of so many parameters, of which some may be made; classes of one kind differ only in the names."""
    names = [_placeholder(index) for index in range(len(makes))]
    lines = [f"def __init__(self{', *' if kw_only else ''}{''.join(f', {name}' for name in names)}):"]
    for name, made in zip(names, makes, strict=True):
        value = f"{name}.make() if {name}.__class__ is _Made else {name}" if made else name
        lines.append(f"    self.{name} = {value}")
    lines.append("    self.__post_init__()" if then else "    pass")
    found: dict[str, Any] = {}
    exec("\n".join(lines), found)  # noqa: S102 - nothing in it comes from elsewhere
    code: CodeType = found["__init__"].__code__
    return code


def _placeholder(index: int) -> str:
    return f"_{index}"


def _default(each: "Field[Any]") -> Any:
    return each.default if each.default_factory is MISSING else _Made(each.default_factory)


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
