"""
Sessions' records in the store: made once, changed only by whoever has seen the last change, gone for good.

A record is one string: its version and when it was last used, eight bytes each, then what it holds, sealed. So a page
that knows a version asks for sixteen bytes, and nothing is parsed in the store. When a session ends, a stone is left in
its place for as long as another process might still be at it: nothing is made or changed where one stands.
"""

import asyncio
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from webapp.errors import ForeignRecord
from webapp.store.connection import Store, milliseconds
from webapp.store.sealing import Foreign, Sealer

T = TypeVar("T")

_HEAD = struct.Struct(">Qd")
_AT_ONCE = 8
_NEVER = 253402300800.0  # the year 10000, which no date can tell of


class Head(NamedTuple):
    """How often a record was changed, and when its session was last used, as a Unix time."""

    version: int
    seen_at: float


class Record(NamedTuple):
    """A record's head, and what it holds."""

    head: Head
    content: bytes


class Use(NamedTuple):
    """When a session was used, and how many seconds it lives from now on, if it isn't used again."""

    seen_at: float
    seconds: float


_CREATE = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') and 1 or 0
"""
_UPDATE = """
if redis.pcall('GETRANGE', KEYS[1], 0, 7) ~= ARGV[1] then return 0 end
local seen = redis.call('GETRANGE', KEYS[1], 8, 15)
redis.call('SET', KEYS[1], ARGV[2] .. seen .. ARGV[3], 'XX', 'KEEPTTL')
return 1
"""
_TOUCH = """
if type(redis.pcall('GETRANGE', KEYS[1], 0, 7)) == 'table' then return end
if redis.call('PEXPIRE', KEYS[1], ARGV[2]) == 1 then redis.call('SETRANGE', KEYS[1], 8, ARGV[1]) end
"""
_END = """
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return redis.call('DEL', KEYS[1])
"""


class Records:
    """
    The records under one `prefix`, by the SHA-256 of their sessions' ids.

    Raises StoreUnavailable where the store can't be asked, and Unsealable for what is damaged; what isn't a string, or
    has no head, isn't there. Heads and names have no version: they are as they are under this prefix.
    """

    def __init__(self, store: Store, sealer: Sealer, *, prefix: str) -> None:
        self._store = store
        self._sealer = sealer
        self._prefix = prefix
        self._asking: asyncio.Task[Mapping[str, Head | None]] | None = None
        self._asked: list[str] = []
        self._create, self._update = store.script(_CREATE), store.script(_UPDATE)
        self._touch, self._end = store.script(_TOUCH), store.script(_END)

    async def create(self, key: str, content: bytes, use: Use) -> bool:
        """Make a record, of version 1; says whether it could be: not where its session has ended already."""
        value = _HEAD.pack(1, use.seen_at) + self._sealer.seal(self._name(key), content)
        return bool(await self._create([self._name(key), self._stone(key)], [value, milliseconds(use.seconds)]))

    async def head(self, key: str) -> Head | None:
        """
        What there is to know of a record without reading it; None if there is none.

        It is asked with every request, so what is asked at once goes as one question.
        """
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_heads(), name="webapp-heads")
            self._asking.add_done_callback(_retrieve)
        asking = self._asking
        self._asked.append(key)
        return (await asyncio.shield(asking))[key]

    async def _ask_heads(self) -> Mapping[str, Head | None]:
        await asyncio.sleep(0)
        keys, self._asked, self._asking = list(dict.fromkeys(self._asked)), [], None
        return dict(zip(keys, await self.heads(keys), strict=True))

    async def heads(self, keys: Sequence[str]) -> list[Head | None]:
        """The same of several."""
        found = await self._store.read_each([("GETRANGE", self._name(key), 0, _HEAD.size - 1) for key in keys])
        return [_head(each) for each in found]

    async def read(self, key: str) -> Record | None:
        """The record, or None; ForeignRecord where it's others who can open it."""
        (value,) = await self._store.read_each([("GET", self._name(key))])
        head = _head(value)
        if head is None:
            return None
        try:
            content = self._sealer.open(self._name(key), value[_HEAD.size :])
        except Foreign as error:
            raise ForeignRecord(f"a record can't be read here: {error}") from error
        return Record(head, content)

    async def update(self, key: str, version: int, content: bytes) -> bool:
        """Change a record that is still of this version, which makes it the next; says whether it was."""
        sealed = self._sealer.seal(self._name(key), content)
        return bool(await self._update([self._name(key)], [_packed(version), _packed(version + 1), sealed]))

    async def touch(self, uses: Mapping[str, Use]) -> None:
        """Note when sessions were used; those that have ended meanwhile stay so."""
        for some in batched(uses.items()):
            await asyncio.gather(*(self._touch_one(key, use) for key, use in some))

    async def _touch_one(self, key: str, use: Use) -> None:
        await self._touch([self._name(key)], [struct.pack(">d", use.seen_at), milliseconds(use.seconds)])

    async def end(self, key: str, former: bytes, seconds: float) -> bool:
        """Take a record away for good, if there is one; `former` is known of its session for so many seconds more."""
        stone = self._sealer.seal(self._stone(key), former)
        return bool(await self._end([self._name(key), self._stone(key)], [stone, milliseconds(seconds)]))

    async def former(self, key: str) -> bytes | None:
        """What was left of a session that has ended."""
        (stone,) = await self._store.read_each([("GET", self._stone(key))])
        return None if stone is None else self._sealer.open(self._stone(key), stone)

    def _name(self, key: str) -> bytes:
        # In braces: all that belongs to one session lies in one slot of a cluster.
        return f"{self._prefix}:{{{key}}}".encode()

    def _stone(self, key: str) -> bytes:
        return f"{self._prefix}:{{{key}}}:former".encode()


def _head(value: bytes | None) -> Head | None:
    if value is None or len(value) < _HEAD.size:
        return None
    head = Head(*_HEAD.unpack_from(value))
    return head if 0 <= head.seen_at < _NEVER else None  # which NaN isn't either


def batched(things: Iterable[T], size: int = _AT_ONCE) -> Iterator[list[T]]:
    """They, so many at a time: what is asked at once takes connections from the pages."""
    left = iter(things)
    while some := list(islice(left, size)):
        yield some


def _retrieve(asked: "asyncio.Task[Mapping[str, Head | None]]") -> None:
    # Whoever has asked may have left meanwhile; nobody need be told then.
    if not asked.cancelled():
        asked.exception()


def _packed(version: int) -> bytes:
    return struct.pack(">Q", version)
