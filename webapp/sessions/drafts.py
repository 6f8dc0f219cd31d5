"""
What somebody typed into a form whose sending found them signed out: kept until they are back, and nowhere for long.

It stays in this process. The browser gets a random id in a cookie, a new one each time, so what is kept is handed to
that browser alone, and to nobody but the person who typed it, where it is known who that was.
"""

import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from webapp.sessions.cookie import new_id
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

    def keep(self, session: Session, cookies: Iterable[tuple[str, str]], place: str, draft: Draft) -> str | None:
        """
        Keep what was typed at `place` for whoever's `session` this is or was; None where it's too much.

        Returns the id that the browser has to be given: what it held before is found by that one only.
        """
        if _size(place) + draft.size > LARGEST:
            return None
        self._forget_old()
        folder = self._taken_over(session, cookies)
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

    def take(self, session: Session, cookies: Iterable[tuple[str, str]], place: str) -> Draft | None:
        """What this browser typed at `place`, once; None for anybody but who typed it."""
        self._forget_old()
        for folder_id in self._own(cookies):
            folder = self._folders[folder_id]
            if not session.kept or folder.owner not in ("", session.owner) or place not in folder.drafts:
                continue
            draft = folder.drafts.pop(place)
            self._size -= _size(place) + draft.size
            if not folder.drafts:
                self._drop(folder_id)
            return draft
        return None

    def cookie(self, folder_id: str, *, scheme: str, root_path: str) -> str:
        """The Set-Cookie header that gives a browser its id."""
        path = quote(root_path.rstrip("/")) or "/"
        header = f"{self._name}={folder_id}; Max-Age={SECONDS}; Path={path}; HttpOnly; SameSite=Lax"
        secure = scheme == "https" if self._https is None else self._https
        return f"{header}; Secure" if secure else header

    def _taken_over(self, session: Session, cookies: Iterable[tuple[str, str]]) -> _Folder:
        """What the browser has kept already, under no id any more; nothing of somebody else's."""
        for folder_id in self._own(cookies):
            folder = self._folders[folder_id]
            self._drop(folder_id)
            if session.owner in ("", folder.owner):
                return folder
            break
        return _Folder(session.owner, 0)

    def _own(self, cookies: Iterable[tuple[str, str]]) -> Iterator[str]:
        return iter([value for name, value in cookies if name == self._name and value in self._folders][:1])

    def _forget_old(self) -> None:
        # In the order in which they were kept, so in that of their ends.
        while self._folders and next(iter(self._folders.values())).until <= self._clock():
            self._drop(next(iter(self._folders)))

    def _drop(self, folder_id: str) -> None:
        self._size -= self._folders.pop(folder_id).size


def _size(text: str) -> int:
    return PER_TEXT + sys.getsizeof(text)
