"""Lines of who came and went."""

import logging

import httpx
import pytest

from webapp.client import APIClient, RequestContext, request_context
from webapp.sessions import Session
from webapp.sessions.audit import LONGEST, audit, audit_observer

API = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "webapp.audit")
    return caplog


def test_a_line_says_what_happened_to_whose_session_from_where(heard: pytest.LogCaptureFixture) -> None:
    session = Session.begin(API, user="Ada", owner="id:7")
    token = request_context.set(RequestContext("r-1234567", {"X-Forwarded-For": "203.0.113.7"}))
    try:
        audit("session_revoked", session=session, by="operator", why=None, level=logging.WARNING)
    finally:
        request_context.reset(token)

    (line,) = heard.records
    assert line.levelno == logging.WARNING
    assert line.getMessage() == (
        f"session_revoked session={session.short_key} owner=id:7 address=203.0.113.7 by=operator"
    )
    assert line.__dict__["event"] == "session_revoked"
    assert line.__dict__["owner"] == "id:7"
    assert session.id is not None
    assert session.id not in line.getMessage()


def test_what_could_forge_a_line_is_written_in_quotes_and_cut(heard: pytest.LogCaptureFixture) -> None:
    audit("sign_in_refused", why='no\n2026 sign_in "ada"', odd="é", long="x" * 1000)

    said = heard.records[0].getMessage()
    assert said == f'sign_in_refused why="no\\n2026 sign_in \\"ada\\"" odd="\\u00e9" long={"x" * LONGEST}'


def test_whoever_counts_is_told_whatever_the_log_s_level(heard: pytest.LogCaptureFixture) -> None:
    told: list[tuple[str, object]] = []
    token = audit_observer.set(lambda event, details: told.append((event, dict(details))))
    try:
        audit("sign_in", level=logging.DEBUG, by="x")
    finally:
        audit_observer.reset(token)

    assert told == [("sign_in", {"by": "x"})]
    assert heard.records == []


def test_what_is_not_known_is_left_out_but_for_the_address(heard: pytest.LogCaptureFixture) -> None:
    token = request_context.set(RequestContext("r-1234567", {}))
    try:
        audit("sign_in_refused", why="", by=None, tries=0)
    finally:
        request_context.reset(token)

    assert heard.records[0].getMessage() == 'sign_in_refused address="" tries=0'
