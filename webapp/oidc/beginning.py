"""What one can begin at somebody else's: it outlasts the process that it began in, so it's made of plain values."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

from webapp.record import record

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@record(frozen=True, slots=True)
class Beginning:
    """The base of those values, whose fields are what JSON can hold."""

    KIND: ClassVar[str]
    """Tells its kind from every other, in whatever version."""

    def dump(self) -> dict[str, Any]:
        """Everything, as JSON can hold it. It is as secret as what it holds."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """What `dump` gave; ValueError where that was another version's."""
        return cls(**checked(cls, dumped))


def checked(kind: type["DataclassInstance"], dumped: Any) -> dict[str, Any]:
    """What was dumped of such a value, by field; ValueError where that's another version's: none may be lacking."""
    if not isinstance(dumped, Mapping) or dumped.keys() != {each.name for each in fields(kind)}:
        raise ValueError("This is not of a version that can be read.")
    return dict(dumped)
