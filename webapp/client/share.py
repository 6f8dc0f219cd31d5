"""Parts of the pool, so that nobody can take all of it from the others."""

from typing import NamedTuple, Self

import httpx

from webapp.client.connections import Connections, Sending, response_of, sending_of
from webapp.client.exchange import Exchange
from webapp.client.failures import AGAIN_SECONDS
from webapp.client.patience import Patience, in_turn
from webapp.client.rooms import Room
from webapp.errors import RateLimited

CLAIM = "webapp.claim"
"""The extension of a request that holds its Claim."""

_CROWD = 1000
"""So many callers' rooms are kept before those that nobody is in are dropped: making one costs more than the rest."""

TOO_MANY = "Too many of your requests are under way. Wait until one of them has ended."
TOO_MANY_STRANGERS = "Too many visitors wait for the API."
TOO_MANY_ARRIVALS = "Too many people are signing in at the moment."
TOO_MANY_LASTING = "Too many files are on their way to others. Please try again later."


class Claim(NamedTuple):
    """
    What a call takes of the pool.

    It is `counted_as` somebody's, or nobody's where that is empty. A `stranger` hasn't signed in; who is `arriving` is
    just doing that. What `lasts` goes on for as long as somebody takes to send or to read it, while all else has a
    time-out.
    """

    counted_as: str
    stranger: bool
    lasts: bool
    arriving: bool = False


class Shares(NamedTuple):
    """
    How many connections there are for all `strangers`, for one `visitor` among them, and for one `owner`.

    Those who are signing in, or registering, have others: `arrivals` in all, and one visitor's `arrival`.
    """

    strangers: int
    visitor: int
    owner: int
    arrivals: int
    arrival: int

    @classmethod
    def of(cls, limit: int) -> Self:
        """
        Those of a pool of `limit`: a half for strangers, and a quarter for arrivals; of both one visitor has half.

        The last quarter stays for those who have signed in, whatever all others do.
        """
        strangers, arrivals = max(1, limit // 2), max(1, limit // 4)
        owner = min(limit, max(4, limit // 4))
        return cls(strangers, max(1, strangers // 2), owner, arrivals, max(1, arrivals // 2))


class Share(httpx.AsyncBaseTransport):
    """
    A pool of which nobody holds more than their share, from asking to an answer's last byte.

    Whoever asks for something slow, or reads slowly, would otherwise need no more than a loop to keep everybody out. Of
    each share, and of the pool, three quarters at most are for what lasts, so that a page goes through beside it. Those
    beyond their share wait in the order they came, for three quarters of their call's time-out.
    """

    def __init__(self, pool: Connections, limit: int, shares: Shares) -> None:
        self.pool = pool
        self.everybody, self.strangers, self.arrivals = Room(limit), Room(shares.strangers), Room(shares.arrivals)
        self._shares = shares
        self._own: dict[str, Room] = {}
        self._crowd = _CROWD

    async def send(self, sending: Sending, claim: Claim) -> Exchange:
        """The pool's exchange, in its turn; RateLimited where that didn't come in time."""
        place = _Place(self, claim)
        if not place.enter():
            await place.wait(sending.patience)
        try:
            exchange = await self.pool.send(sending)
        except BaseException:
            place.give_back()
            raise
        exchange.hold(place)
        return exchange

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The pool's answer, in its turn."""
        claim, sending = request.extensions.get(CLAIM), sending_of(request)
        exchange = await (self.pool.send(sending) if claim is None else self.send(sending, claim))
        return response_of(exchange, request)

    def own(self, claim: Claim) -> Room:
        """The room of whoever a call is counted as."""
        name = f"arriving {claim.counted_as}" if claim.arriving else claim.counted_as
        room = self._own.get(name)
        if room is None:
            if len(self._own) >= self._crowd:
                self._own = {name: each for name, each in self._own.items() if not each.is_empty}
                self._crowd = max(_CROWD, 2 * len(self._own))
            shares = self._shares
            limit = shares.arrival if claim.arriving else shares.visitor if claim.stranger else shares.owner
            room = self._own[name] = Room(limit)
        return room

    async def aclose(self) -> None:
        """Close the pool."""
        await self.pool.aclose()


class _Place:
    """One exchange's, in all rooms where it needs one: the narrowest first, where waiting keeps out nobody else."""

    __slots__ = ("_claim", "_lasts", "_rooms", "_share")

    def __init__(self, share: Share, claim: Claim) -> None:
        self._share, self._claim, self._lasts = share, claim, claim.lasts
        self._rooms: list[Room] = []

    def enter(self) -> bool:
        """Take it if it's there; says whether it is."""
        self._rooms = wanted = self._wanted()
        for index, room in enumerate(wanted):
            if not room.enter(self._lasts):
                del wanted[index:]
                self.give_back()
                return False
        return True

    async def wait(self, patience: Patience | None) -> None:
        """Take it once it's one's turn; RateLimited where that doesn't come in time."""
        wanted = self._wanted()
        try:
            async with in_turn(patience):
                for room in wanted:
                    await room.wait(self._lasts)
                    self._rooms.append(room)
        except BaseException as error:
            full = wanted[len(self._rooms)]
            self.give_back()
            if isinstance(error, TimeoutError):
                raise self._refusal(full) from None
            raise

    def stay(self) -> None:
        """Have it for what lasts; RateLimited where there is none for that, since this one is held meanwhile."""
        if self._lasts:
            return
        everybody = self._share.everybody
        for room in (*self._rooms, everybody):
            if room.has_all_that_last:
                raise self._refusal(room)
        for room in self._rooms:
            room.stay()
        self._lasts = everybody.enter(lasts=True)
        self._rooms.append(everybody)

    def give_back(self) -> None:
        """Let others have it."""
        rooms, self._rooms = self._rooms, []
        for room in rooms:
            room.leave(self._lasts)

    def _wanted(self) -> list[Room]:
        share, claim = self._share, self._claim
        rooms = [share.own(claim)] if claim.counted_as else []
        if claim.stranger:
            rooms.append(share.strangers)
        if claim.arriving:
            rooms.append(share.arrivals)
        if self._lasts:
            rooms.append(share.everybody)
        return rooms

    def _refusal(self, full: Room) -> RateLimited:
        share = self._share
        of_all = {
            share.strangers: TOO_MANY_STRANGERS,
            share.everybody: TOO_MANY_LASTING,
            share.arrivals: TOO_MANY_ARRIVALS,
        }
        said = of_all.get(full, TOO_MANY_ARRIVALS if self._claim.arriving else TOO_MANY)
        # No 503: that would have a proxy take the whole process for gone.
        error = RateLimited(said, retry_after=AGAIN_SECONDS)
        error.sent = False
        return error
