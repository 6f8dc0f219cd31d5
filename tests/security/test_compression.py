import gzip
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.security.asking import app, ask
from webapp.security import CompressionMiddleware

OWN = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "cross-site"}


async def echo(request: Request) -> Response:
    """What was sent, in the encoding that the request names."""
    encoding = request.headers.get("x-encoding")
    return Response(await request.body(), headers={"Content-Encoding": encoding} if encoding else {})


def echoing(**options: Any) -> Starlette:
    return Starlette(
        routes=[Route("/", echo, methods=["GET", "POST"])], middleware=[Middleware(CompressionMiddleware, **options)]
    )


async def sent_to(asked: Starlette, headers: dict[str, str], body: bytes) -> Any:
    """How the app answers a post."""
    transport = httpx.ASGITransport(asked)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.post("/", headers=headers, content=body)


@pytest.mark.parametrize(
    ("site", "compressed"),
    [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False), (None, False)],
)
async def test_answers_are_compressed_unless_another_site_may_have_asked(site: str | None, compressed: bool) -> None:
    headers = {"Accept-Encoding": "gzip", **({"Sec-Fetch-Site": site} if site else {})}

    response = await ask(app(CompressionMiddleware), headers=headers)

    assert (response.headers.get("content-encoding") == "gzip") is compressed
    assert "Accept-Encoding" in response.headers["vary"]
    assert response.text == "text " * 400


@pytest.mark.parametrize("asked_by", [OWN, FOREIGN])
async def test_what_was_sent_reaches_the_app(asked_by: dict[str, str]) -> None:
    answer = await sent_to(echoing(), asked_by, b"typed")

    assert answer.text == "typed"


@pytest.mark.parametrize(("length", "compressed"), [(499, False), (500, True)])
async def test_what_is_short_is_not_worth_compressing(length: int, compressed: bool) -> None:
    answer = await sent_to(echoing(), OWN, b"x" * length)

    assert (answer.headers.get("content-encoding") == "gzip") is compressed


@pytest.mark.parametrize(("asked_by", "varies"), [(OWN, False), (FOREIGN, True)])
async def test_who_asks_not_to_have_an_answer_compressed_is_heeded_and_not_quoted(
    asked_by: dict[str, str], varies: bool
) -> None:
    answer = await sent_to(echoing(), {**asked_by, "X-Encoding": "identity"}, b"x" * 1000)

    assert "content-encoding" not in answer.headers
    assert answer.text == "x" * 1000
    assert ("Accept-Encoding" in answer.headers.get("vary", "")) is varies


async def test_what_is_compressed_already_stays_as_it_is() -> None:
    packed = gzip.compress(b"x" * 1000)
    for asked_by in (OWN, FOREIGN):
        answer = await sent_to(echoing(), {**asked_by, "X-Encoding": "gzip"}, packed)

        assert (answer.headers["content-encoding"], answer.text) == ("gzip", "x" * 1000)


async def test_how_much_work_it_is_worth_is_the_caller_s_to_say() -> None:
    text = b"".join(b"<tr><td>%d</td><td>row %d</td></tr>" % (number * number, number) for number in range(1000))
    packed = [await sent_to(echoing(**each), OWN, text) for each in ({"level": 1}, {}, {"level": 9})]
    least, usual, most = (int(each.headers["content-length"]) for each in packed)

    assert least > usual > most


async def test_what_is_no_page_passes_untouched() -> None:
    seen: list[tuple[Any, Any]] = []

    async def inner(scope: Any, receive: Any, _: Any) -> None:
        seen.append((scope, receive))

    connection = {"type": "websocket"}, object(), object()
    await CompressionMiddleware(inner)(*connection)  # type: ignore[arg-type]

    assert seen == [connection[:2]]
