"""
What somebody typed into a form whose sending found them signed out: kept until they are back, and nowhere for long.

The browser gets a random id in a cookie, a new one each time, so what is kept is handed to that browser alone, and to
nobody but the person who typed it, where it is known who that was.
"""

from collections.abc import Mapping

from webapp.sessions.cookie import mount_path, new_id, prefixed, set_cookie
from webapp.sessions.draft import Draft, Folder, size_of
from webapp.sessions.folders import SECONDS, Folders
from webapp.sessions.session import Session
from webapp.settings import is_https

LARGEST = 256 * 1024
"""Bytes that one form takes: some 250,000 letters of English, or 1,400 inputs that are empty."""


class Drafts:
    """
    What browsers have typed, kept in `folders`, and the cookie called `name` by which a browser finds its own.

    Raises StoreUnavailable where `folders` does.
    """

    def __init__(self, name: str, folders: Folders, *, https: bool | None = None) -> None:
        self._name = name
        self._folders = folders
        self._https = https

    async def keep(self, session: Session, held: str, place: str, draft: Draft, *, address: str = "") -> str | None:
        """
        Keep what was typed at `place` for whoever's `session` this is or was; None where it's too much.

        `held` is the id that the browser has shown, if any; `address` is where it came from, one for all that nobody
        knows. Returns the id that it has to be given: what it held before is found by that one only.
        """
        if size_of(place) + draft.size > LARGEST:
            return None
        folder_id = new_id()
        # Whoever changes it in between takes something out of it, so that's over soon.
        while True:
            found = await self._folders.find(held) if held else None
            is_own = found is not None and session.owner in ("", found.folder.owner)
            before = found.folder if found is not None and is_own else Folder(session.owner)
            if await self._folders.keep(folder_id, before.holding(place, draft), address=address, instead_of=found):
                return folder_id

    async def take(self, session: Session, held: str, place: str) -> Draft | None:
        """What the browser that has shown the id `held` typed at `place`, once; None for anybody but who typed it."""
        if not held or not session.kept:
            return None
        while (found := await self._folders.find(held)) is not None and found.folder.owner in ("", session.owner):
            draft = found.folder.find(place)
            if draft is None or await self._folders.change(found, found.folder.without(place)):
                return draft
        return None

    def find(self, cookies: Mapping[str, str], *, scheme: str, root_path: str) -> str:
        """The id among a browser's cookies, if there is one."""
        name = prefixed(self._name, secure=is_https(self._https, scheme), path=mount_path(root_path))
        return cookies.get(name, "")

    def cookie(self, folder_id: str, *, scheme: str, root_path: str) -> str:
        """The Set-Cookie header that gives a browser its id."""
        secure, path = is_https(self._https, scheme), mount_path(root_path)
        return set_cookie(self._name, folder_id, SECONDS, secure=secure, path=path)
