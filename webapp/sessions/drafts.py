"""
What somebody typed into a form whose sending found them signed out: kept until they are back, and nowhere for long.

It stays in this process. The browser gets a random id in a cookie, a new one each time, so what is kept is handed to
that browser alone, and to nobody but the person who typed it, where it is known who that was.
"""

import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from webapp.sessions.cookie import mount_path, new_id, prefixed, set_cookie
from webapp.sessions.session import Session
from webapp.settings import is_https

SECONDS = 15 * 60
LARGEST = 256 * 1024
"""Bytes that one form takes: some 250,000 letters of English, or 1,400 inputs that are empty."""
MOST_OF_ONE = 4
"""Forms of one browser: somebody may have several open."""
MOST_TOGETHER = 32 * 1024 * 1024
"""Bytes that all forms of all browsers take."""
MOST_OF_ADDRESS = MOST_TOGETHER // 16
"""Bytes of the forms that came from one place: whoever fills that up pushes out nobody's but what came from there."""
PER_TEXT, PER_PAIR, PER_DRAFT, PER_FOLDER = 16, 64, 512, 1536
"""Bytes beside the texts themselves: what the allocator rounds up to, tuples, and entries of dicts."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A form's texts, in order, without what is secret."""

    pairs: Pairs = field(repr=False)
    lacks: bool = False
    """Whether there was more: a password, or a file."""

    size: int = field(init=False, repr=False, compare=False)
    """Bytes that it takes: thousands of empty inputs are few characters, and much memory."""

    def __post_init__(self) -> None:
        pairs = sum(PER_PAIR + _size(name) + _size(value) for name, value in self.pairs)
        object.__setattr__(self, "size", PER_DRAFT + pairs)


@dataclass(slots=True)
class _Folder:
    """One browser's drafts."""

    owner: str
    """Who typed them, where that is known."""
    address: str = ""
    """Where the newest of them came from."""
    until: float = 0.0
    drafts: OrderedDict[str, Draft] = field(default_factory=OrderedDict)
    """By the address of the form."""

    @property
    def size(self) -> int:
        drafts = sum(_size(place) + draft.size for place, draft in self.drafts.items())
        return PER_FOLDER + _size(self.owner) + _size(self.address) + drafts


@dataclass(slots=True)
class _Share:
    """The folders from one address, those that were kept longest ago first, and the bytes that they take."""

    ids: OrderedDict[str, None] = field(default_factory=OrderedDict)
    size: int = 0


class Drafts:
    """The drafts of all browsers, those that were kept longest ago first."""

    def __init__(self, name: str, *, https: bool | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._https = https
        self._clock = clock
        self._folders: OrderedDict[str, _Folder] = OrderedDict()
        self._shares: dict[str, _Share] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._folders)

    def keep(self, session: Session, held: str, place: str, draft: Draft, *, address: str = "") -> str | None:
        """
        Keep what was typed at `place` for whoever's `session` this is or was; None where it's too much.

        `held` is the id that the browser has shown, if any; `address` is where it came from, one for all that nobody
        knows. Returns the id that it has to be given: what it held before is found by that one only.
        """
        if _size(place) + draft.size > LARGEST:
            return None
        self._forget_old()
        folder = self._taken_over(session, held)
        folder.drafts[place] = draft
        folder.drafts.move_to_end(place)
        while len(folder.drafts) > MOST_OF_ONE:
            folder.drafts.popitem(last=False)
        folder.address, folder.until = address, self._clock() + SECONDS
        return self._put(folder)

    def take(self, session: Session, held: str, place: str) -> Draft | None:
        """What the browser that has shown the id `held` typed at `place`, once; None for anybody but who typed it."""
        self._forget_old()
        folder = self._folders.get(held)
        if folder is None or not session.kept or folder.owner not in ("", session.owner) or place not in folder.drafts:
            return None
        draft = folder.drafts.pop(place)
        self._count(folder, -_size(place) - draft.size)
        if not folder.drafts:
            self._drop(held)
        return draft

    def find(self, cookies: Mapping[str, str], *, scheme: str, root_path: str) -> str:
        """The id among a browser's cookies, if there is one."""
        name = prefixed(self._name, secure=is_https(self._https, scheme), path=mount_path(root_path))
        return cookies.get(name, "")

    def cookie(self, folder_id: str, *, scheme: str, root_path: str) -> str:
        """The Set-Cookie header that gives a browser its id."""
        secure, path = is_https(self._https, scheme), mount_path(root_path)
        return set_cookie(self._name, folder_id, SECONDS, secure=secure, path=path)

    def _taken_over(self, session: Session, held: str) -> _Folder:
        """What the browser has kept already, under no id any more; nothing of somebody else's."""
        folder = self._folders.get(held)
        if folder is not None:
            self._drop(held)
            if session.owner in ("", folder.owner):
                return folder
        return _Folder(session.owner)

    def _put(self, folder: _Folder) -> str:
        """Keep a folder under a new id, in place of the oldest from its address, and then of all."""
        folder_id, share = new_id(), self._shares.setdefault(folder.address, _Share())
        self._folders[folder_id] = folder
        share.ids[folder_id] = None
        self._count(folder, folder.size)
        while share.size > MOST_OF_ADDRESS:
            self._drop(next(iter(share.ids)))
        while self._size > MOST_TOGETHER:
            self._drop(next(iter(self._folders)))
        return folder_id

    def _count(self, folder: _Folder, size: int) -> None:
        self._size += size
        self._shares[folder.address].size += size

    def _forget_old(self) -> None:
        # In the order in which they were kept, so in that of their ends.
        while self._folders and next(iter(self._folders.values())).until <= self._clock():
            self._drop(next(iter(self._folders)))

    def _drop(self, folder_id: str) -> None:
        folder = self._folders.pop(folder_id)
        self._count(folder, -folder.size)
        share = self._shares[folder.address]
        del share.ids[folder_id]
        if not share.ids:
            del self._shares[folder.address]


def _size(text: str) -> int:
    return PER_TEXT + sys.getsizeof(text)
