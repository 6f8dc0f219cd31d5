"""Everybody gets a part of the pool and no more, whatever they ask for."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.client.support import listening, read_head
from webapp.client import APIClient, Credentials, StreamReply, shared_transport
from webapp.client.rooms import Room
from webapp.client.share import Claim, Share, Shares
from webapp.errors import BadGateway, RateLimited, Unavailable

LIMIT, STRANGERS = 8, 6


class Slow:
    """
    An API on a socket, and how many ask for what takes until it's let go.

    /slow is an answer that doesn't begin, /file one that doesn't end, and to / there is one.
    """

    def __init__(self) -> None:
        self.held = self.most = 0
        self.gate = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first, _ = await read_head(reader)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
            if "/file" in first:
                writer.write(head)
                head = b""
            if "/slow" in first or "/file" in first:
                self.held += 1
                self.most = max(self.most, self.held)
                try:
                    await self.gate.wait()
                finally:
                    self.held -= 1
            writer.write(head + b"{}")


@asynccontextmanager
async def asked_by_strangers(count: int) -> AsyncIterator[tuple[Slow, APIClient, list["asyncio.Task[object]"]]]:
    """While so many strangers wait for something slow."""
    api, transport = Slow(), shared_transport(limit=LIMIT, shares=Shares(STRANGERS, STRANGERS, LIMIT, 2, 1))
    async with listening(api) as url:
        client = APIClient(url, transport=transport)
        asking: list[asyncio.Task[object]] = [
            asyncio.create_task(client.for_session().request("GET", "/slow")) for _ in range(count)
        ]
        async with asyncio.timeout(10):
            while api.held < STRANGERS:
                await asyncio.sleep(0.001)
        yield api, client, asking
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await transport.aclose()


async def test_whoever_has_signed_in_is_answered_while_strangers_take_all_they_can(
    figure: Callable[[str], None],
) -> None:
    async with asked_by_strangers(500) as (api, client, _):
        mine = client.for_session(Credentials("mine"))
        for _ in range(100):
            assert (await mine.request("GET", "/", timeout=5)).status == 200
        assert api.most == STRANGERS
        figure(
            f"500 strangers at something slow held {api.most} of {LIMIT} connections; 100 of 100 others were answered"
        )


async def test_signing_in_takes_no_strangers_place() -> None:
    async with asked_by_strangers(20) as (_, client, _asking):
        assert (await client.for_session().sign_in("/login", json={}, timeout=5)).status == 200


async def test_strangers_beyond_their_share_wait_for_their_time_out_and_go_on_when_there_is_room() -> None:
    async with asked_by_strangers(STRANGERS) as (api, client, asking):
        with pytest.raises(RateLimited, match="Too many visitors") as refused:
            await client.for_session().request("GET", "/", timeout=0.05)
        assert (refused.value.sent, refused.value.retry_after) == (False, 5.0)
        waiting = asyncio.create_task(client.for_session().request("GET", "/", timeout=5))
        await asyncio.sleep(0)
        api.gate.set()

        assert (await waiting).status == 200
        await asyncio.gather(*asking)


async def test_a_place_is_given_back_whatever_ends_a_call() -> None:
    transport = shared_transport(limit=LIMIT, shares=Shares(1, 1, 1, 1, 1))
    api = Slow()
    async with listening(api) as url:
        client = APIClient(url, transport=transport)
        with pytest.raises(Unavailable):
            await client.request("GET", "/slow", timeout=0.05)
        cancelled = asyncio.create_task(client.request("GET", "/slow"))
        await asyncio.sleep(0.02)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        async with client.stream("GET", "/") as reply:
            assert [chunk async for chunk in reply.chunks()] == [b"{}"]
        async with client.stream("GET", "/file"):
            with pytest.raises(RateLimited):
                await client.request("GET", "/", timeout=0.05)
        assert (await client.request("GET", "/", timeout=5)).status == 200
    nowhere = APIClient("http://localhost:1", transport=transport)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await nowhere.request("GET", "/", timeout=5)
    await transport.aclose()


SHARES = Shares(strangers=12, visitor=6, owner=4, arrivals=4, arrival=2)


@asynccontextmanager
async def house(
    auth_header_factory: Callable[[], dict[str, str]] | None = None,
) -> AsyncIterator[tuple[Slow, Callable[[str], APIClient]]]:
    """An API with sixteen connections, and clients of whom one names."""
    api, transport = Slow(), shared_transport(limit=16, shares=SHARES)
    async with listening(api) as url:
        client = APIClient(url, transport=transport, auth_header_factory=auth_header_factory)

        def of(name: str) -> APIClient:
            session = client.for_session(None if name.startswith("visitor") else Credentials(f"token of {name}"))
            session.credentials.counted_as = name
            return session

        yield api, of
        api.gate.set()
        await transport.aclose()


@asynccontextmanager
async def asked(count: int, ask: Callable[[], Awaitable[object]], api: Slow, held: int) -> AsyncIterator[None]:
    """While so many ask, of whom so many get through to the API."""
    tasks = [asyncio.ensure_future(ask()) for _ in range(count)]
    async with asyncio.timeout(10):
        while api.held < held:
            await asyncio.sleep(0.001)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def opened(client: APIClient) -> None:
    """A file that is being read for ever."""
    async with client.stream("GET", "/file", timeout=20) as reply:
        async for _ in reply.chunks():
            pass


async def test_one_owner_never_holds_more_than_a_share_however_many_their_sessions() -> None:
    async with (
        house() as (api, of),
        asked(50, lambda: of("mallory").request("GET", "/slow", timeout=20), api, SHARES.owner),
    ):
        for _ in range(20):
            assert (await of("ada").request("GET", "/", timeout=5)).status == 200
        with pytest.raises(RateLimited, match="Too many of your requests") as refused:
            await of("mallory").request("POST", "/", timeout=0.05)
        assert (refused.value.sent, refused.value.retry_after) == (False, 5.0)
        assert api.most == SHARES.owner
        assert (await of("mallory").sign_in("/login", json={}, timeout=5)).status == 200


async def test_whoever_waits_for_their_own_requests_is_let_in_when_these_end() -> None:
    async with house() as (api, of), asked(4, lambda: of("mallory").request("GET", "/slow", timeout=20), api, 4):
        waiting = asyncio.create_task(of("mallory").request("GET", "/", timeout=5))
        await asyncio.sleep(0)
        api.gate.set()
        assert (await waiting).status == 200


async def pieces() -> AsyncIterator[bytes]:
    """A body that is not there yet."""
    yield b"piece"


@pytest.mark.parametrize("way", ["straight", "by httpx"])
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_what_waited_its_turn_has_its_whole_time_out_from_then_on(method: str, way: str) -> None:
    made = None if way == "straight" else lambda: {"x-made": "now"}
    async with house(made) as (api, of):
        async with asked(4, lambda: of("mallory").request("GET", "/slow", timeout=20), api, 4):
            late = asyncio.create_task(of("mallory").request(method, "/slow", timeout=1.5))
            await asyncio.sleep(1)
        while api.held < 1:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.75)  # after all that it waited, more than the time-out
        api.gate.set()
        assert (await late).status == 200


async def test_what_finds_no_place_in_three_quarters_of_its_time_out_was_not_sent() -> None:
    async with house() as (api, of), asked(4, lambda: of("mallory").request("GET", "/slow", timeout=20), api, 4):
        began = asyncio.get_running_loop().time()
        with pytest.raises(RateLimited) as refused:
            await of("mallory").request("POST", "/", timeout=2)
        assert not refused.value.sent
        assert asyncio.get_running_loop().time() - began < 2


async def test_files_on_their_way_leave_a_page_of_ones_own_its_place() -> None:
    async with house() as (api, of), asked(20, lambda: opened(of("mallory")), api, 3):
        for _ in range(20):
            assert (await of("mallory").request("GET", "/", timeout=5)).status == 200
        with pytest.raises(RateLimited, match="Too many of your requests"):
            async with of("mallory").stream("GET", "/file", timeout=0.05):
                pass
        assert api.most == 3


async def test_an_upload_is_one_of_them() -> None:
    async with house() as (api, of), asked(3, lambda: opened(of("mallory")), api, 3):
        with pytest.raises(RateLimited, match="Too many of your requests") as refused:
            await of("mallory").request("POST", "/", content=pieces(), timeout=1)
        assert not refused.value.sent
        assert (await of("mallory").request("POST", "/", content=b"whole", timeout=5)).status == 200
        assert (await of("ada").request("POST", "/", content=pieces(), timeout=5)).status == 200


async def test_all_files_together_leave_everybody_a_page() -> None:
    names = iter(range(100))
    async with house() as (api, of), asked(100, lambda: opened(of(f"person {next(names)}")), api, 12):
        assert (await of("ada").request("GET", "/", timeout=5)).status == 200
        with pytest.raises(RateLimited, match="on their way to others"):
            async with of("ada").stream("GET", "/file", timeout=0.05):
                pass
        assert api.most == 12


async def test_one_visitor_leaves_others_a_part_of_what_strangers_have() -> None:
    async with (
        house() as (api, of),
        asked(50, lambda: of("visitor a").request("GET", "/slow", timeout=20), api, SHARES.visitor),
    ):
        assert (await of("visitor b").request("GET", "/", timeout=5)).status == 200
        with pytest.raises(RateLimited):
            await of("visitor a").request("GET", "/", timeout=0.05)
        assert api.most == SHARES.visitor


def arriving(client: APIClient) -> APIClient:
    """The client of somebody who is just signing in, by what they have typed."""
    client.credentials.arriving = True
    return client


async def test_those_who_are_signing_in_have_places_of_their_own_and_one_visitor_half_of_them() -> None:
    async with house() as (api, of):

        def arrive(name: str) -> Awaitable[object]:
            return arriving(of(name)).sign_in("/slow", json={}, timeout=20)

        async with asked(20, lambda: arrive("visitor a"), api, SHARES.arrival):
            assert (await arriving(of("visitor b")).sign_in("/", json={}, timeout=5)).status == 200
            with pytest.raises(RateLimited, match="signing in") as refused:
                await arriving(of("visitor a")).sign_in("/", json={}, timeout=0.05)
            assert (refused.value.sent, refused.value.retry_after) == (False, 5.0)
            async with asked(20, lambda: arrive("visitor b"), api, SHARES.arrivals):
                with pytest.raises(RateLimited, match="signing in"):
                    await arriving(of("visitor c")).sign_in("/", json={}, timeout=0.05)
                for name in ("visitor a", "ada"):
                    assert (await of(name).request("GET", "/", timeout=5)).status == 200
                assert api.most == SHARES.arrivals


async def test_credentials_that_are_only_being_tried_make_nobody_an_owner() -> None:
    async with house() as (api, of):

        def tried(name: str) -> APIClient:
            client = arriving(of(name))
            client.credentials.bearer = "made up"
            return client

        async with (
            asked(20, lambda: tried("visitor a").request("GET", "/slow", timeout=20), api, SHARES.arrival),
            asked(20, lambda: tried("visitor b").request("GET", "/slow", timeout=20), api, SHARES.arrivals),
        ):
            assert (await of("ada").request("GET", "/", timeout=5)).status == 200
            assert api.most == SHARES.arrivals


async def test_whoever_has_signed_in_adds_to_that_within_their_own_share() -> None:
    async with house() as (api, of):

        def adds() -> Awaitable[object]:
            client = of("mallory")
            client.credentials.clear()
            return client.sign_in("/slow", json={}, timeout=20)

        async with asked(20, adds, api, SHARES.owner):
            assert (await of("ada").request("GET", "/", timeout=5)).status == 200
            assert api.most == SHARES.owner


async def test_what_turns_out_to_be_a_file_is_refused_where_there_are_too_many() -> None:
    async with house() as (api, of), asked(2, lambda: opened(of("mallory")), api, 2):
        first, second = [await of("mallory").ask("POST", "/file", keep=lambda _: True, timeout=5) for _ in range(2)]
        assert isinstance(first, StreamReply)
        assert isinstance(second, StreamReply)
        await first.stay()
        await first.stay()  # again is fine
        with pytest.raises(BadGateway, match=r"is a file.*Too many"):
            await second.stay()
        assert (await of("mallory").request("GET", "/", timeout=5)).status == 200
        await first.aclose()
        await opened_and_left(of("mallory"))


async def opened_and_left(client: APIClient) -> None:
    """A file that nobody wants after all."""
    async with client.stream("GET", "/file", timeout=5):
        pass


async def test_a_file_that_is_there_already_holds_no_place_while_it_is_read() -> None:
    async with house() as (_, of):
        replies = [await of("mallory").ask("GET", "/", keep=lambda _: True, lasts=True) for _ in range(50)]
        for reply in replies:
            assert isinstance(reply, StreamReply)
            await reply.stay()
            assert await reply.read(10) == b"{}"


async def test_rooms_of_callers_who_have_left_are_dropped() -> None:
    transport = shared_transport(limit=8, shares=Shares.of(8))
    assert isinstance(transport, Share)
    kept = transport.own(Claim("kept", stranger=False, lasts=False))
    kept.enter(False)
    for number in range(5000):
        transport.own(Claim(f"owner {number}", stranger=False, lasts=False))
    assert transport.own(Claim("kept", stranger=False, lasts=False)) is kept
    assert sum(isinstance(each, Room) for each in gc.get_objects()) < 2500


@pytest.mark.parametrize(
    ("limit", "shares"), [(100, (50, 25, 25, 25, 12)), (8, (4, 2, 4, 2, 1)), (2, (1, 1, 2, 1, 1)), (1, (1, 1, 1, 1, 1))]
)
def test_shares_are_parts_of_the_pool(limit: int, shares: tuple[int, int, int, int, int]) -> None:
    assert Shares.of(limit) == shares
