"""What is remembered of logout tokens: which were used, and whose sign-ins at the provider are over."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from webapp.errors import WebappError
from webapp.settings import Settings

if TYPE_CHECKING:
    from webapp.store import Marks, Store

MOST = 20_000
"""Of each kind that one process remembers."""
OVER_SECONDS = 3600.0
"""For how long a store knows that a sign-in is over; who is on their way from the provider has minutes."""


class LogoutRefused(WebappError):
    """A logout token that nobody acts upon; `is_too_much` where it wasn't even looked at."""

    def __init__(self, message: str, *, is_too_much: bool = False) -> None:
        super().__init__(message)
        self.is_too_much = is_too_much


class Endings(ABC):
    """Where that is remembered."""

    @abstractmethod
    async def use(self, token: str, *, now: float, until: float) -> None:
        """Use a token of this name, which nobody can after `until`; LogoutRefused where it was used before."""

    @abstractmethod
    async def give_back(self, token: str) -> None:
        """It wasn't acted upon, and may come again."""

    @abstractmethod
    async def note(self, whose: str, at: float) -> None:
        """Remember when the provider said that this sign-in, or all of a person's, is over."""

    @abstractmethod
    async def noted(self, whose: str) -> float:
        """When it said so; -1 where it hasn't."""


class MemoryEndings(Endings):
    """For this process."""

    def __init__(self) -> None:
        self._used: OrderedDict[str, float] = OrderedDict()
        self._over: OrderedDict[str, float] = OrderedDict()

    async def use(self, token: str, *, now: float, until: float) -> None:
        """Use it, or LogoutRefused."""
        while self._used and next(iter(self._used.values())) < now:
            self._used.popitem(last=False)
        if token in self._used and self._used[token] >= now:
            raise LogoutRefused("it was used before")
        if len(self._used) >= MOST:
            raise LogoutRefused("there are too many at once", is_too_much=True)
        self._used[token] = until

    async def give_back(self, token: str) -> None:
        """Forget that."""
        self._used.pop(token, None)

    async def note(self, whose: str, at: float) -> None:
        """In place of what was remembered longest ago."""
        self._over[whose] = at
        self._over.move_to_end(whose)
        if len(self._over) > MOST:
            self._over.popitem(last=False)

    async def noted(self, whose: str) -> float:
        """When, or -1."""
        return self._over.get(whose, -1.0)


class SharedEndings(Endings):
    """For all processes of one store. Raises StoreUnavailable."""

    def __init__(self, marks: "Marks") -> None:
        self._marks = marks

    async def use(self, token: str, *, now: float, until: float) -> None:
        """Use it, or LogoutRefused."""
        if not await self._marks.make(f"used {token}", until - now + 1):
            raise LogoutRefused("it was used before")

    async def give_back(self, token: str) -> None:
        """Forget that."""
        await self._marks.take_back(f"used {token}")

    async def note(self, whose: str, at: float) -> None:
        """For an hour."""
        await self._marks.put(f"over {whose}", at, OVER_SECONDS)

    async def noted(self, whose: str) -> float:
        """When, or -1."""
        found = await self._marks.find(f"over {whose}")
        return -1.0 if found is None else found


def open_endings(settings: Settings, keys: Sequence[str], store: "Store | None") -> Endings:
    """Where the settings want it; `keys` hide what a store remembers."""
    if store is None:
        return MemoryEndings()
    from webapp.store import Marks

    return SharedEndings(Marks(store, keys, prefix=f"{settings.cookie_name}:logout"))
