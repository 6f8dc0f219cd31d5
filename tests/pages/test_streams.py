"""How many streams and exports may be under way: of one browser, of one account, and of all."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from starlette.requests import Request

from webapp.client import APIClient
from webapp.errors import RateLimited
from webapp.pages.streams import MOST_OF_ONE, Streams
from webapp.sessions import Session

CONNECTIONS = 100


def browser_of(owner: str) -> Request:
    """A request of one more browser that this account is signed in with; of a stranger's, where there's no owner."""
    api = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    session = Session.begin(api, user=owner, owner=owner) if owner else Session.stranger(api)
    api.credentials.counted_as = owner or "visitor 192.0.2.1"
    return Request({"type": "http", "state": {"session": session}})


@contextmanager
def as_many_as_may_be(streams: Streams, requests: list[Request]) -> Iterator[int]:
    """So many are under way, as many as each of these may have."""
    with ExitStack() as stack:
        count = 0
        for request in requests:
            for _ in range(CONNECTIONS):
                try:
                    stack.enter_context(streams.one_more(request))
                except RateLimited:
                    break
                count += 1
        yield count


def test_one_browser_has_a_few_and_one_account_a_quarter_however_often_it_signs_in() -> None:
    streams = Streams(CONNECTIONS)
    with as_many_as_may_be(streams, [browser_of("mallory")]) as count:
        assert count == MOST_OF_ONE
    with as_many_as_may_be(streams, [browser_of("mallory") for _ in range(50)]) as count:
        assert count == CONNECTIONS // 2 // 4
        with pytest.raises(RateLimited, match="End another one"), streams.one_more(browser_of("mallory")):
            pass
        with (
            as_many_as_may_be(streams, [browser_of("ada")]) as hers,
            as_many_as_may_be(streams, [browser_of("")]) as other,
        ):
            assert hers == other == MOST_OF_ONE


def test_all_of_them_together_have_half_of_the_connections() -> None:
    streams = Streams(CONNECTIONS)
    with as_many_as_may_be(streams, [browser_of(f"person {number}") for number in range(50)]) as count:
        assert count == CONNECTIONS // 2
        with pytest.raises(RateLimited, match="of others"), streams.one_more(browser_of("ada")):
            pass


def test_of_few_connections_an_account_may_have_as_many_as_one_browser() -> None:
    with as_many_as_may_be(Streams(16), [browser_of("ada") for _ in range(5)]) as count:
        assert count == MOST_OF_ONE


def test_what_has_ended_counts_no_more() -> None:
    streams, requests = Streams(CONNECTIONS), [browser_of("mallory") for _ in range(3)]
    for _ in range(3):
        with as_many_as_may_be(streams, requests) as count:
            assert count == CONNECTIONS // 2 // 4
