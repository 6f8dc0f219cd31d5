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

SECONDS = 15 * 60
LARGEST = 256 * 1024
"""Bytes that one form takes: some 250,000 letters of English, or 1,400 inputs that are empty."""
MOST_OF_ONE = 4
"""Forms of one browser: somebody may have several open."""
MOST_TOGETHER = 32 * 1024 * 1024
"""Bytes that all forms of all browsers take."""
PER_TEXT, PER_PAIR, PER_DRAFT, PER_FOLDER = 16, 64, 512, 1024
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
    until: float
    drafts: OrderedDict[str, Draft] = field(default_factory=OrderedDict)
    """By the address of the form."""

    @property
    def size(self) -> int:
        drafts = sum(_size(place) + draft.size for place, draft in self.drafts.items())
        return PER_FOLDER + _size(self.owner) + drafts


class Drafts:
    """The drafts of all browsers, those that were kept longest ago first."""

    def __init__(self, name: str, *, https: bool | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._https = https
        self._clock = clock
        self._folders: OrderedDict[str, _Folder] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return len(self._folders)

    def keep(self, session: Session, held: str, place: str, draft: Draft) -> str | None:
        """
        Keep what was typed at `place` for whoever's `session` this is or was; None where it's too much.

        `held` is the id that the browser has shown, if any. Returns the one that it has to be given: what it held
        before is found by that one only.
        """
        if _size(place) + draft.size > LARGEST:
            return None
        self._forget_old()
        folder = self._taken_over(session, held)
        folder.drafts[place] = draft
        folder.drafts.move_to_end(place)
        while len(folder.drafts) > MOST_OF_ONE:
            folder.drafts.popitem(last=False)
        folder.until = self._clock() + SECONDS
        folder_id = new_id()
        self._folders[folder_id] = folder
        self._size += folder.size
        while self._size > MOST_TOGETHER:
            self._drop(next(iter(self._folders)))
        return folder_id

    def take(self, session: Session, held: str, place: str) -> Draft | None:
        """What the browser that has shown the id `held` typed at `place`, once; None for anybody but who typed it."""
        self._forget_old()
        folder = self._folders.get(held)
        if folder is None or not session.kept or folder.owner not in ("", session.owner) or place not in folder.drafts:
            return None
        draft = folder.drafts.pop(place)
        self._size -= _size(place) + draft.size
        if not folder.drafts:
            self._drop(held)
        return draft

    def find(self, cookies: Mapping[str, str], *, scheme: str, root_path: str) -> str:
        """The id among a browser's cookies, if there is one."""
        name = prefixed(self._name, secure=self._is_secure(scheme), path=mount_path(root_path))
        return cookies.get(name, "")

    def cookie(self, folder_id: str, *, scheme: str, root_path: str) -> str:
        """The Set-Cookie header that gives a browser its id."""
        secure, path = self._is_secure(scheme), mount_path(root_path)
        return set_cookie(self._name, folder_id, SECONDS, secure=secure, path=path)

    def _taken_over(self, session: Session, held: str) -> _Folder:
        """What the browser has kept already, under no id any more; nothing of somebody else's."""
        folder = self._folders.get(held)
        if folder is not None:
            self._drop(held)
            if session.owner in ("", folder.owner):
                return folder
        return _Folder(session.owner, 0)

    def _is_secure(self, scheme: str) -> bool:
        return scheme == "https" if self._https is None else self._https

    def _forget_old(self) -> None:
        # In the order in which they were kept, so in that of their ends.
        while self._folders and next(iter(self._folders.values())).until <= self._clock():
            self._drop(next(iter(self._folders)))

    def _drop(self, folder_id: str) -> None:
        self._size -= self._folders.pop(folder_id).size


def _size(text: str) -> int:
    return PER_TEXT + sys.getsizeof(text)
