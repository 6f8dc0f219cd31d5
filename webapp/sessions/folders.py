"""Where drafts are kept: a folder for each browser, by an id that is known to it alone, and bounded."""

import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import field
from typing import Any, NamedTuple

from webapp.record import record
from webapp.sessions.draft import Folder, size_of

SECONDS = 15 * 60
MOST_TOGETHER = 32 * 1024 * 1024
"""Bytes that all forms of all browsers take."""
MOST_OF_ADDRESS = MOST_TOGETHER // 16
"""Bytes of the forms that came from one place: whoever fills that up pushes out nobody's but what came from there."""


class Held(NamedTuple):
    """A folder as it was found; `version` is for whoever keeps it, to know whether it's still so."""

    folder: Folder
    version: Any


class Folders(ABC):
    """All folders, each for a quarter of an hour."""

    @abstractmethod
    async def find(self, folder_id: str) -> Held | None:
        """The folder of this id, which stays; None where there is none (any more), or none that can be read."""

    @abstractmethod
    async def keep(self, folder_id: str, folder: Folder, *, address: str, instead_of: Held | None) -> bool:
        """
        Keep a folder under a new id, in place of one, and of the oldest from its address, and then of all.

        Says whether the one that it takes the place of was still as it had been found; else nothing is kept.
        """

    @abstractmethod
    async def change(self, held: Held, folder: Folder) -> bool:
        """Have what is left of a folder in its place, or nothing; says whether it was still as it had been found."""


@record(slots=True)
class _Entry:
    folder: Folder
    address: str
    """Where the newest of its drafts came from."""
    until: float

    @property
    def size(self) -> int:
        return self.folder.size + size_of(self.address)


@record(slots=True)
class _Share:
    """The folders from one address, those that were kept longest ago first, and the bytes that they take."""

    ids: OrderedDict[str, None] = field(default_factory=OrderedDict)
    size: int = 0


class MemoryFolders(Folders):
    """In this process, the oldest first."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._shares: dict[str, _Share] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._entries)

    async def find(self, folder_id: str) -> Held | None:
        """The folder, or None."""
        self._forget_old()
        entry = self._entries.get(folder_id)
        return Held(entry.folder, folder_id) if entry is not None else None

    async def keep(self, folder_id: str, folder: Folder, *, address: str, instead_of: Held | None) -> bool:
        """Keep it, if the other is as it was."""
        self._forget_old()
        if instead_of is not None:
            if not self._is_still(instead_of):
                return False
            self._drop(instead_of.version)
        entry = self._entries[folder_id] = _Entry(folder, address, self._clock() + SECONDS)
        share = self._shares.setdefault(address, _Share())
        share.ids[folder_id] = None
        self._count(entry, entry.size)
        while share.size > MOST_OF_ADDRESS:
            self._drop(next(iter(share.ids)))
        while self._size > MOST_TOGETHER:
            self._drop(next(iter(self._entries)))
        return True

    async def change(self, held: Held, folder: Folder) -> bool:
        """Change it, if it is as it was."""
        self._forget_old()
        if not self._is_still(held):
            return False
        if not folder.drafts:
            self._drop(held.version)
            return True
        entry = self._entries[held.version]
        self._count(entry, folder.size - entry.folder.size)
        entry.folder = folder
        return True

    def _is_still(self, held: Held) -> bool:
        entry = self._entries.get(held.version)
        return entry is not None and entry.folder is held.folder

    def _count(self, entry: _Entry, size: int) -> None:
        self._size += size
        self._shares[entry.address].size += size

    def _forget_old(self) -> None:
        # In the order in which they were kept, so in that of their ends.
        while self._entries and next(iter(self._entries.values())).until <= self._clock():
            self._drop(next(iter(self._entries)))

    def _drop(self, folder_id: str) -> None:
        entry = self._entries.pop(folder_id)
        self._count(entry, -entry.size)
        share = self._shares[entry.address]
        del share.ids[folder_id]
        if not share.ids:
            del self._shares[entry.address]
