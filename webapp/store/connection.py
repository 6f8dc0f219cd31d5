"""
Redis or Valkey, reached so that nobody waits for long when it can't be.

redis-py as it comes waits for seconds, tries again several times and opens connections without limit. Here each
question is answered or given up within half a second, by one of so many connections, and asked once: what was written
must not be written again by somebody who has only not heard the answer.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster, Sentinel, SentinelConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from webapp.errors import SettingsError, StoreUnavailable

SECONDS = 0.5
"""Until a question is given up, if this process had the time to read the answer."""
LOOK_EVERY, LATE = 0.05, 0.01
"""Seconds between looks whether it has, and by how many a look may be late to count."""
LOOKS = 5
"""So many have to count."""
MOST_SECONDS = 10.0
"""Until it's given up however busy this process is."""
CONNECTIONS = 64
"""Of one process, at once."""
SENTINEL, CLUSTER = "+sentinel", "+cluster"

Observer = Callable[[float, str], None]
"""Is told how many seconds each question took, and the kind of its error, if it had one."""


def connect(url: str) -> "Redis | RedisCluster":
    """
    A client of the server at `url`; nothing is sent yet.

    `redis://`, `rediss://` and `unix://` are as redis-py has them. `redis+sentinel://HOST,HOST/NAME/DB` asks sentinels
    for the primary called NAME, `redis+cluster://HOST` is one node of a cluster; both go with `rediss`, too. Raises
    SettingsError, which doesn't hold the URL: it may have a password in it.
    """
    try:
        scheme = urlsplit(url).scheme
        if scheme.endswith(SENTINEL):
            return _by_sentinels(url)
        if scheme.endswith(CLUSTER):
            return RedisCluster.from_url(url.replace(CLUSTER, "", 1), **_limits(), max_connections=CONNECTIONS)
        return Redis.from_pool(BlockingConnectionPool.from_url(url, **_limits(), **_pool()))
    except (ValueError, TypeError, RedisError) as error:
        raise SettingsError(f"WEBAPP_SESSION_STORE is no URL of Redis: {type(error).__name__}") from None


def _limits() -> dict[str, Any]:
    # Longer than ours, which know whether it's the server that is slow.
    return {
        "socket_timeout": 2 * MOST_SECONDS,
        "socket_connect_timeout": 2 * MOST_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }


def _pool() -> dict[str, Any]:
    return {"max_connections": CONNECTIONS, "timeout": 2 * MOST_SECONDS}


def _by_sentinels(url: str) -> Redis:
    parts = urlsplit(url)
    at, _, hosts = parts.netloc.rpartition("@")
    name, _, database = parts.path.strip("/").partition("/")
    if not name:
        raise ValueError("no name of a primary")
    sentinels = [_address(host) for host in hosts.split(",")]
    one = urlunsplit((parts.scheme.replace(SENTINEL, ""), f"{at}@x" if at else "x", f"/{database}", parts.query, ""))
    options = Redis.from_url(one).connection_pool.connection_kwargs
    known = {key: value for key, value in options.items() if key in ("username", "password", "db")}
    limits = {"socket_timeout": SECONDS / 2, "socket_connect_timeout": SECONDS / 2}
    sentinel = Sentinel(sentinels, sentinel_kwargs=limits, **limits)  # type: ignore[no-untyped-call]
    options = {**known, **_limits(), "max_connections": CONNECTIONS, "ssl": parts.scheme.startswith("rediss")}
    return Redis.from_pool(SentinelConnectionPool(name, sentinel, **options))  # type: ignore[no-untyped-call]


def _address(host: str) -> tuple[str, int]:
    name, _, port = host.rpartition(":")
    return (name.strip("[]"), int(port)) if name else (host, 26379)


class Store:
    """One server, or several that are as one, and what is asked of it: an answer in time, or StoreUnavailable."""

    def __init__(self, redis: "Redis | RedisCluster", *, observer: Observer | None = None) -> None:
        self._redis = redis
        self._observer = observer

    async def ask(self, *command: Any) -> Any:
        """The answer to one command, as redis-py gives it: bytes, numbers, truths, None, and lists of them."""
        async with self._in_time():
            return await self._redis.execute_command(*command)

    async def ask_each(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """The answers to several commands that needn't be done as one, in their order."""
        if not commands:
            return []
        async with self._in_time():
            pipeline = self._redis.pipeline(transaction=False) if isinstance(self._redis, Redis) else None
            if pipeline is None:
                return list(await asyncio.gather(*(self._redis.execute_command(*each) for each in commands)))
            for each in commands:
                pipeline.execute_command(*each)
            return list(await pipeline.execute())

    def script(self, text: str) -> Callable[..., Awaitable[Any]]:
        """A function that runs a script, all of whose keys are in one slot: `await run(keys, arguments)`."""
        script = self._redis.register_script(text)

        async def run(keys: Sequence[bytes], arguments: Sequence[Any] = ()) -> Any:
            async with self._in_time():
                return await script(list(keys), list(arguments))

        return run

    async def aclose(self) -> None:
        """Close the connections."""
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        began, kind = loop.time(), ""
        try:
            async with asyncio.timeout(None) as limit:
                patience = _Patience(loop, limit)
                try:
                    yield
                finally:
                    patience.watch.cancel()
        except (RedisError, OSError, TimeoutError) as error:
            kind = type(error).__name__
            raise StoreUnavailable(_said(error)) from error
        finally:
            if self._observer is not None:
                self._observer(loop.time() - began, kind)


class _Patience:
    """
    Gives a question up once it was the server that let it wait.

    A process that is given no CPU reads no answer, however long ago that has come: on two cores that fourteen are busy
    on, questions "took" seconds, in which the process had run for some hundredths and waited for its turn in the rest.
    So it's looked often, and only a look that is in time says that there was nothing to be read.
    """

    __slots__ = ("_due", "_earliest", "_left", "_limit", "_loop", "_until", "watch")

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: asyncio.Timeout) -> None:
        self._loop = loop
        self._limit = limit
        # Not the loop's time, which stands still while it's busy.
        now = time.monotonic()
        self._earliest, self._until = now + SECONDS, now + MOST_SECONDS
        self._left = LOOKS
        self._wait(now)

    def _wait(self, now: float) -> None:
        self._due = now + LOOK_EVERY
        self.watch = self._loop.call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        now = time.monotonic()
        self._left -= now - self._due <= LATE
        if now >= self._until or (now >= self._earliest and self._left <= 0):
            self._limit.reschedule(self._loop.time())
        else:
            self._wait(now)


def _said(error: Exception) -> str:
    """What went wrong, for a log: the server's own words tell what is to be done, and hold nothing of ours."""
    return f"{type(error).__name__}: {str(error)[:200]}" if str(error) else type(error).__name__


def milliseconds(seconds: float) -> int:
    """As Redis takes a time to live: whole, and never none."""
    return max(int(seconds * 1000), 1)
