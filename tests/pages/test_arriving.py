"""Whoever signs in is counted as a visitor until a session begins with it, and whoever adds to theirs as themselves."""

import httpx
from starlette.requests import Request

from webapp.client import APIClient, Credentials
from webapp.pages.arriving import arriving
from webapp.sessions import Session

API = APIClient("http://api.test", transport=httpx.MockTransport(lambda _: httpx.Response(204)))


def request_of(session: Session, counted_as: str) -> Request:
    """A request of this session's."""
    session.api.credentials.counted_as = counted_as
    return Request({"type": "http", "headers": [], "state": {"session": session, "api": session.api}})


def test_a_visitor_arrives_until_a_session_begins() -> None:
    request = request_of(Session.stranger(API.for_session()), "visitor 192.0.2.1")
    api = arriving(request, API.for_session(Credentials("made up")))
    assert (api.credentials.counted_as, api.credentials.arriving) == ("visitor 192.0.2.1", True)

    Session.begin(api, user="ada")
    assert not api.credentials.arriving


def test_whoever_is_in_already_does_not_arrive() -> None:
    request = request_of(Session.begin(API.for_session(Credentials("t")), user="ada", owner="id:1"), "id:1")
    api = arriving(request, API.for_session())
    assert (api.credentials.counted_as, api.credentials.arriving) == ("id:1", False)
