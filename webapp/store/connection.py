"""
Redis or Valkey, reached so that nobody waits for long when it can't be.

redis-py as it comes waits for seconds, tries again several times and opens connections without limit. Here each
question is answered or given up within half a second, by one of so many connections, and asked once: what was written
must not be written again by somebody who has only not heard the answer.
"""

import asyncio
import contextlib
import hashlib
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio import Redis, RedisCluster
from redis.exceptions import NoScriptError, RedisClusterException, RedisError, ResponseError

from webapp.errors import StoreUnavailable
from webapp.store.cluster import Cluster
from webapp.store.limits import CONNECTIONS, LATE, LOOK_EVERY, LOOKS, MOST_SECONDS, SECONDS

logger = logging.getLogger("webapp.store")

Observer = Callable[[float, str], None]
"""Is told how many seconds each question took, and the kind of its error, if it had one."""

FAULTS = (RedisError, RedisClusterException, OSError, TimeoutError, AttributeError, LookupError, RuntimeError)
"""
What redis-py raises where there's no answer.

The last three, since it closes connections under those who just use them, in the midst of a change of a cluster's
nodes: some find no connection then, and uvloop says of it that it's closed.
"""


_MISTYPED = "WRONGTYPE"


class Store:
    """One server, or several that are as one, and what is asked of it: an answer in time, or StoreUnavailable."""

    def __init__(self, redis: "Redis | RedisCluster", *, observer: Observer | None = None) -> None:
        self._redis = redis
        self._observer = observer
        self._turns = asyncio.Semaphore(CONNECTIONS)

    async def ask(self, *command: Any) -> Any:
        """The answer to one command, as redis-py gives it: bytes, numbers, truths, None, and lists of them."""
        async with self._in_time():
            return await self._redis.execute_command(*command)

    async def ask_each(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """The answers to several commands that needn't be done as one, in their order; each has one key."""
        return await self._answers(commands)

    async def read_each(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """The same of what only reads; None for what can't be read so, being of another type: it's damaged, alone."""
        answers = await self._answers(commands, _MISTYPED)
        if any(isinstance(each, Exception) for each in answers):
            logger.warning("something in the store can't be used: it's of another type than what is kept there")
        return [None if isinstance(each, Exception) else each for each in answers]

    async def _answers(self, commands: Sequence[Sequence[Any]], excused: str | None = None) -> list[Any]:
        if not commands:
            return []
        async with self._in_time():
            # A cluster's sorts them by their nodes.
            pipeline = self._redis.pipeline(transaction=False)
            for each in commands:
                pipeline.execute_command(*each)
            # Not raised there: it would say which key it was about, and logs are read by more people than the store.
            answers = await pipeline.execute(raise_on_error=False)
            for each in answers:
                if isinstance(each, Exception) and not (excused and str(each).startswith(excused)):
                    raise each
            return list(answers)

    def script(self, text: str) -> Callable[..., Awaitable[Any]]:
        """
        A function that runs a script, all of whose keys are in one slot: `await run(keys, arguments)`.

        A server that hasn't seen it yet is told it then and there: that goes to the node that has the keys, and not, as
        loading it would, to all nodes of a cluster, of which one may be gone.
        """
        digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

        async def run(keys: Sequence[bytes], arguments: Sequence[Any] = ()) -> Any:
            async with self._in_time():
                try:
                    return await self._redis.execute_command("EVALSHA", digest, len(keys), *keys, *arguments)
                except NoScriptError:
                    return await self._redis.execute_command("EVAL", text, len(keys), *keys, *arguments)

        return run

    async def aclose(self) -> None:
        """Close the connections."""
        with contextlib.suppress(*FAULTS):
            await (self._redis.close_all() if isinstance(self._redis, Cluster) else self._redis.aclose())

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        began, kind = loop.time(), ""
        try:
            async with asyncio.timeout(None) as limit:
                patience = _Patience(loop, limit)
                try:
                    async with self._turns:
                        yield
                finally:
                    patience.watch.cancel()
        except FAULTS as error:
            kind = type(error).__name__
            if isinstance(self._redis, Cluster) and not isinstance(error, ResponseError):
                self._redis.look_again()
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
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate isn't to be trusted: {cause.verify_message}; ssl_ca_certs names whose word counts"
        cause = cause.__cause__ or cause.__context__
    return f"{type(error).__name__}: {str(error)[:200]}" if str(error) else type(error).__name__


def milliseconds(seconds: float) -> int:
    """As Redis takes a time to live: whole, and never none."""
    return max(int(seconds * 1000), 1)
