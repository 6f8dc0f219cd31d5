"""Drafts for all processes of a store: what was typed in one comes back in whichever one is after the sign-in."""

import json
from collections.abc import Sequence

from webapp.sessions.draft import Draft, Folder, size_of
from webapp.sessions.folders import MOST_OF_ADDRESS, MOST_TOGETHER, SECONDS, Folders, Held
from webapp.store import Deposits, Store

VERSION = 1
"""Of what is kept: while two releases share a store, neither takes what the other keeps in another way."""
UNICODE = "surrogatepass"
"""Forms may send halves of characters, too."""


class SharedFolders(Folders):
    """In the store, by names that only the browser's own id leads to. Raises StoreUnavailable."""

    def __init__(self, store: Store, secrets: Sequence[str], *, prefix: str) -> None:
        self._deposits = Deposits(store, secrets, prefix=prefix, kind="drafts", seconds=SECONDS)

    async def find(self, folder_id: str) -> Held | None:
        """The folder, or None."""
        found = await self._deposits.find(folder_id)
        folder = _unpacked(found.content) if found is not None else None
        return Held(folder, found) if folder is not None else None

    async def keep(self, folder_id: str, folder: Folder, *, address: str, instead_of: Held | None) -> bool:
        """Keep it, if the other is as it was."""
        content, before = _packed(folder), instead_of.version if instead_of is not None else None
        # Control characters take more there than in memory.
        weight = max(folder.size + size_of(address), len(content))
        groups = {f"address {address}": MOST_OF_ADDRESS, "all": MOST_TOGETHER}
        return await self._deposits.put(folder_id, content, groups, weight=weight, instead_of=before)

    async def change(self, held: Held, folder: Folder) -> bool:
        """Change it, if it is as it was."""
        if not folder.drafts:
            return await self._deposits.take(held.version)
        content = _packed(folder)
        return await self._deposits.change(held.version, content, weight=max(folder.size, len(content)))


def _packed(folder: Folder) -> bytes:
    drafts = [[place, draft.lacks, draft.pairs] for place, draft in folder.drafts]
    kept = {"version": VERSION, "owner": folder.owner, "drafts": drafts}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", UNICODE)


def _unpacked(content: bytes) -> Folder | None:
    try:
        kept = json.loads(content.decode("utf-8", UNICODE))
        if kept["version"] != VERSION:
            return None
        drafts = (
            (place, Draft(tuple((name, value) for name, value in pairs), lacks))
            for place, lacks, pairs in kept["drafts"]
        )
        return Folder(kept["owner"], tuple(drafts))
    except (ValueError, TypeError, KeyError):
        return None
