"""Forms of any size, as a handler gets them."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from tests.forms.test_parts import TYPE, file, form, text
from webapp.client import APIClient
from webapp.errors import BadRequest, TooLarge, Unauthorized, Unsupported
from webapp.forms.upload import Upload
from webapp.pages import uploads
from webapp.pages.uploads import submitted
from webapp.sessions import Session

URLENCODED = "application/x-www-form-urlencoded"


class Sending:
    """A request as a server hands it on, piece by piece."""

    def __init__(self, body: bytes, type_: str = URLENCODED, *, size: int = 1000, limit: int | None = None) -> None:
        self.pieces = [body[at : at + size] for at in range(0, len(body), size)]
        self.taken = 0
        self.ends: Any = None
        headers = [(b"content-type", type_.encode()), (b"content-length", str(len(body)).encode())]
        scope = {"type": "http", "method": "POST", "headers": headers, "state": {"max_upload": limit}}
        self.request = Request(scope, self.receive)

    async def receive(self) -> dict[str, Any]:
        if self.taken < len(self.pieces):
            self.taken += 1
            return {"type": "http.request", "body": self.pieces[self.taken - 1], "more_body": True}
        if self.ends is not None:
            return await self.ends()  # type: ignore[no-any-return]
        return {"type": "http.request", "body": b"", "more_body": False}


async def read_file(sending: Sending) -> bytes:
    async with submitted(sending.request, hold=1000) as submission:
        upload = submission.get("f")
        assert isinstance(upload, Upload)
        return await upload.read()


def signed_in(sending: Sending) -> Session:
    """Whoever sends it."""
    api = APIClient("http://api", transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    session = Session.begin(api, user="Ada")
    sending.request.scope["state"]["session"] = session
    return session


async def test_an_urlencoded_form_is_pairs_in_their_order() -> None:
    async with submitted(Sending(b"a=1&b=&a=%C5%BE").request) as submission:
        assert submission.pairs == (("a", "1"), ("b", ""), ("a", "ž"))


async def test_a_large_file_comes_as_it_is_asked_for() -> None:
    sending = Sending(form(text("a", "1"), file("f", b"x" * 900_000)), TYPE)

    async with submitted(sending.request, hold=1000) as submission:
        assert submission.text("a") == "1"
        assert sending.taken < 5
        upload = submission.get("f")
        assert isinstance(upload, Upload)
        assert len(await upload.read()) == 900_000


async def test_what_is_not_wanted_is_not_read() -> None:
    sending = Sending(form(text("a", "1"), file("f", b"x" * 900_000)), TYPE)

    async with submitted(sending.request, hold=1000) as submission:
        assert submission.text("a") == "1"

    assert sending.taken < 5


async def test_more_than_is_allowed_is_refused_before_it_is_read() -> None:
    sending = Sending(form(file("f", b"x" * 2_000_000)), TYPE, limit=1_048_576)

    with pytest.raises(TooLarge, match=r"1.MB"):
        async with submitted(sending.request):
            raise AssertionError
    assert sending.taken == 0


async def test_more_than_is_allowed_is_refused_where_no_length_is_told() -> None:
    sending = Sending(form(file("f", b"x" * 2_000_000)), TYPE, limit=1_048_576)
    sending.request.scope["headers"].pop()

    async with submitted(sending.request, hold=1000) as submission:
        upload = submission.get("f")
        assert isinstance(upload, Upload)
        with pytest.raises(TooLarge, match=r"1.MB"):
            await upload.read()


@pytest.mark.parametrize(
    ("body", "type_", "error"),
    [
        (b"{}", "application/json", Unsupported),
        (b"\xff=1", URLENCODED, BadRequest),
        (b"a=1&" * 6000, URLENCODED, TooLarge),
        (b"a=" + b"x" * 4_000_000, URLENCODED, TooLarge),
        (b"junk", TYPE, BadRequest),
    ],
)
async def test_what_is_no_form_of_ours_is_refused(body: bytes, type_: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        async with submitted(Sending(body, type_, size=100_000).request):
            raise AssertionError


async def test_a_browser_that_leaves_is_no_failure_of_ours() -> None:
    async def leave() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    sending = Sending(form(file("f", b"x" * 9000))[:8000], TYPE)
    sending.ends = leave
    with pytest.raises(BadRequest, match="broken off"):
        await read_file(sending)


async def test_a_browser_that_says_nothing_any_more_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(uploads, "PATIENCE", 0.01)
    sending = Sending(b"a=1")
    sending.ends = wait
    with pytest.raises(BadRequest, match="for a minute"):
        async with submitted(sending.request):
            raise AssertionError


async def test_a_file_ends_with_its_session_at_the_next_piece() -> None:
    sending = Sending(form(text("a", "1"), file("f", b"x" * 900_000)), TYPE)
    session = signed_in(sending)
    async with submitted(sending.request, hold=1000) as submission:
        upload = submission.get("f")
        assert isinstance(upload, Upload)
        await anext(aiter(upload.chunks))
        session.end()
        taken = sending.taken
        with pytest.raises(Unauthorized) as raised:
            await upload.read()

    assert raised.value.ended
    assert sending.taken == taken
    assert not session.watched


async def test_a_file_of_which_nothing_comes_ends_with_its_session_at_once() -> None:
    async def wait() -> dict[str, Any]:
        asyncio.get_running_loop().call_soon(session.end)
        await asyncio.Event().wait()
        raise AssertionError

    sending = Sending(form(file("f", b"x" * 9000))[:8000], TYPE)
    session = signed_in(sending)
    sending.ends = wait
    with pytest.raises(Unauthorized, match="has ended"):
        async with asyncio.timeout(5):
            await read_file(sending)


async def test_what_was_typed_is_read_though_its_session_has_ended_so_that_it_can_be_kept() -> None:
    sending = Sending(form(text("a", "1"), file("f", b"x" * 9000)), TYPE)
    signed_in(sending).end()

    async with submitted(sending.request, hold=1000) as submission:
        assert submission.text("a") == "1"
