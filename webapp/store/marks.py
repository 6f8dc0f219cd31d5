"""What all processes remember of something for a while: that it was, and a number. What it was can't be read."""

from collections.abc import Sequence

from webapp.store.connection import Store, milliseconds
from webapp.store.names import HashedNames


class Marks:
    """
    The marks under one `prefix`. Their names are keyed hashes, by the first of `secrets`; by the others is found, too.

    Raises StoreUnavailable.
    """

    def __init__(self, store: Store, secrets: Sequence[str], *, prefix: str) -> None:
        self._store = store
        self._names = HashedNames(secrets, "marks")
        self._prefix = prefix

    async def make(self, name: str, seconds: float) -> bool:
        """Make a mark, for so many seconds; says whether there was none yet: of many who ask, to one."""
        newest, *others = self._all(name)
        made, *known = await self._store.ask_each(
            [("SET", newest, 1, "NX", "PX", milliseconds(seconds)), *(("EXISTS", other) for other in others)]
        )
        return bool(made) and not any(known)

    async def put(self, name: str, value: float, seconds: float) -> None:
        """Make a mark or change it."""
        await self._store.ask("SET", self._all(name)[0], repr(value), "PX", milliseconds(seconds))

    async def take_back(self, name: str) -> None:
        """Have it no longer."""
        await self._store.ask_each([("DEL", each) for each in self._all(name)])

    async def find(self, name: str) -> float | None:
        """Its number; None where there is no such mark (any more)."""
        found = await self._store.ask_each([("GET", each) for each in self._all(name)])
        return max((float(each) for each in found if each is not None), default=None)

    def _all(self, name: str) -> list[str]:
        return [f"{self._prefix}:{each}" for each in self._names.each(name)]
