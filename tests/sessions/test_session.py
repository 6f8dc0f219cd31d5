"""What a session is, and what is left of it in a store."""

import json
from math import inf
from typing import Any

import httpx
import pytest

from webapp.client import APIClient, Credentials
from webapp.sessions import Session

PARENT = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))


def begun() -> Session:
    session = Session.begin(PARENT.for_session(Credentials("token", refresh_token="more")), user="Ada", owner="id:7")
    session.seen_from({"user-agent": "Firefox", "sec-fetch-user": "?1"}, "192.0.2.1")
    session.created_at, session.seen_at = 1.5, 2.5
    session.provider_sid, session.id_token = "https://id.example 7", "a.b.c"
    session.at_provider = True
    return session


def test_a_session_comes_back_from_json_as_it_was_and_its_id_is_not_in_there() -> None:
    session = begun()
    assert session.id is not None
    text = json.dumps(session.dump())

    back = Session.load(json.loads(text), session.key, PARENT.for_session)

    assert session.id not in text
    assert back.dump() == session.dump()
    assert (back.id, back.key, back.kept) == (None, session.key, True)
    assert back.api.credentials.bearer == "token"
    assert (back.user_agent, back.tells_activation, back.address) == ("Firefox", True, "192.0.2.1")


@pytest.mark.parametrize(
    "change",
    [
        {"version": 3},
        {"key": "other"},
        {"credentials": {}},
        {"created_at": "soon"},
        {"seen_at": inf},
        {"user_agent": ...},
    ],
)
def test_what_is_damaged_or_anothers_is_no_session(change: dict[str, Any]) -> None:
    session = begun()
    dumped = {**session.dump(), **change}
    if change == {"user_agent": ...}:
        del dumped["user_agent"]

    with pytest.raises(ValueError, match="session"):
        Session.load(dumped, session.key, PARENT.for_session)


def test_the_record_of_another_session_is_refused() -> None:
    one, other = begun(), begun()

    with pytest.raises(ValueError, match="not the session"):
        Session.load(other.dump(), one.key, PARENT.for_session)


def test_without_an_owner_nobody_is_the_same() -> None:
    assert Session.begin(PARENT, user="Ada").owner != Session.begin(PARENT, user="Ada").owner


def test_what_goes_on_with_a_session_is_of_the_same_sign_in_under_a_new_id() -> None:
    before = begun()
    after = Session.follow(before, PARENT, user="Ada Lovelace", owner="id:8", gained="admin key")

    assert (after.gained, before.gained) == ("admin key", "")
    assert (after.user, after.owner, after.api) == ("Ada Lovelace", "id:8", PARENT)
    assert (after.provider_sid, after.id_token, after.at_provider) == ("https://id.example 7", "a.b.c", True)
    assert after.kept
    assert after.key != before.key


def test_whoever_watches_is_told_of_the_end_and_nobody_else() -> None:
    session, told = begun(), []
    stays, goes = lambda: told.append("stays"), lambda: told.append("goes")
    session.watch(stays)
    session.watch(goes)
    session.unwatch(goes)
    session.unwatch(goes)

    session.end()

    assert told == ["stays"]
    assert session.ended


def test_a_stranger_is_nobody_and_nothing_is_known_of_them() -> None:
    stranger = Session.stranger(PARENT)

    assert (stranger.id, stranger.key, stranger.kept, stranger.user, stranger.owner) == (None, "", False, None, "")
    assert (stranger.provider_sid, stranger.id_token, stranger.address, stranger.user_agent) == ("", "", "", "")
    assert (stranger.created_at, stranger.seen_at) == (0.0, 0.0)
    assert (stranger.tells_activation, stranger.ended, stranger.ending) == (False, False, "")
    assert (stranger.gained, stranger.successor) == ("", None)
