"""What a call brings back."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import field
from enum import Enum
from typing import Any

import httpx

from webapp.client.arrived import Arrived
from webapp.client.decoding import parse_json
from webapp.client.failures import no_answer
from webapp.client.hiding import hidden, without_value_in
from webapp.client.inflate import decoded
from webapp.client.keys import ApiKey
from webapp.client.lines import LineSplitter
from webapp.errors import APIError, BadGateway, Garbled, Unavailable
from webapp.record import record


class ReplyKind(Enum):
    """What an answer's body is. JSON null is JSON, and none of the others."""

    NO_CONTENT = "no content"  # 204, 205, 304: there can't be a body
    EMPTY = "empty"
    JSON = "json"
    TEXT = "text"
    BINARY = "binary"


@record(frozen=True, slots=True)
class Reply:
    """
    An answer that was hoped for: 2xx, or 304.

    `data` is the decoded JSON (objects, arrays, scalars, null) and None for every other `kind`. Of names given twice
    the last counts; NaN and Infinity, which JSON doesn't have, are read as null, and so is 1e999.
    """

    status: int
    headers: httpx.Headers = field(repr=False)
    data: Any = field(repr=False)
    kind: ReplyKind
    content: bytes = field(repr=False)
    request_id: str = ""

    @property
    def media_type(self) -> str:
        """What the API says the body is."""
        return media_type(self.headers)

    @property
    def text(self) -> str:
        """The body as text, whatever it is; bytes that aren't in its charset become U+FFFD."""
        try:
            text = self.content.decode(_charset(self.headers), "replace")
        except (LookupError, ValueError):
            text = self.content.decode("utf-8", "replace")
        return text.removeprefix("\ufeff")


class StreamReply:
    """An answer whose body is still coming. Iterate it once: over `chunks()`, `lines()`, or `read()` it."""

    __slots__ = ("_hides", "_idle", "_response", "headers", "request_id", "status")

    def __init__(
        self, response: httpx.Response, request_id: str, idle_timeout: float | None, *, hides: ApiKey | None = None
    ) -> None:
        self._hides = hides
        self.status = response.status_code
        self.headers = response.headers
        self.request_id = request_id
        self._response = response
        self._idle = idle_timeout

    @classmethod
    def of(cls, reply: Reply) -> "StreamReply":
        """The same for an answer that has no body, so that there was nothing to leave open."""
        return cls(httpx.Response(reply.status, headers=reply.headers), reply.request_id, None)

    @property
    def media_type(self) -> str:
        """What the API says the body is."""
        return media_type(self.headers)

    async def aclose(self) -> None:
        """Want no more of it."""
        await self._response.aclose()

    async def stay(self) -> None:
        """
        Be read for as long as somebody takes to, though that wasn't said when it was asked for.

        Where too many are, it's closed. Raises BadGateway: whatever was asked for may be done.
        """
        place = self._response.exchange.place if isinstance(self._response, Arrived) else None
        try:
            if place is not None:
                place.stay()
        except APIError as error:
            await self.aclose()
            raise BadGateway(
                f"The API's answer is a file. {error.detail}", retry_after=error.retry_after, request_id=self.request_id
            ) from None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The decoded body as it arrives; Unavailable when nothing comes for the idle time-out."""
        pieces = decoded(self._response)
        if self._hides is not None:
            pieces = hidden(pieces, self._hides)
        try:
            while True:
                try:
                    async with asyncio.timeout(self._idle):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                yield piece
        except TimeoutError:
            raise Unavailable("The API stopped sending.", request_id=self.request_id) from None
        except httpx.TransportError as error:
            raise cut_short(error, self.request_id) from error
        finally:
            await pieces.aclose()  # type: ignore[attr-defined]

    async def lines(self, *, cut_at: int | None = None) -> AsyncIterator[str]:
        """
        The body's lines, without their ends, as server-sent events and NDJSON are read; UTF-8.

        BadGateway for one of more than a million characters; with `cut_at` each is cut at so many, and it takes 16
        times as many to be none.
        """
        longest = _LONGEST_LINE if cut_at is None else _LONGEST_CUT_LINE
        splitter = LineSplitter(cut_at or longest)
        async for chunk in self.chunks():
            ended = splitter.feed(chunk)
            if splitter.longest > longest:
                raise BadGateway("The API sent a line without an end.", request_id=self.request_id)
            for line in ended:
                yield line
        if rest := splitter.rest():
            yield rest

    async def beginning(self, limit: int) -> tuple[bytes, bool]:
        """The first `limit` bytes, or what there is, and whether that's all."""
        body = bytearray()
        async for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                return bytes(body[:limit]), False
        return bytes(body), True

    async def read(self, limit: int) -> bytes:
        """The rest of the body, if it isn't larger than `limit` bytes."""
        body = bytearray()
        async for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                raise BadGateway("The API's answer is too large.", request_id=self.request_id)
        return bytes(body)


_LONGEST_LINE = 1024 * 1024
_LONGEST_CUT_LINE = 16 * _LONGEST_LINE


def cut_short(error: httpx.TransportError, request_id: str) -> Exception:
    """The error for a body that broke off."""
    if isinstance(error, httpx.TimeoutException):
        return no_answer(error, request_id)
    return BadGateway("The API's answer was cut short.", request_id=request_id)


def build_reply(response: httpx.Response, content: bytes, request_id: str, *, hides: ApiKey | None = None) -> Reply:
    """The reply for a whole body, less the key that it `hides`; Garbled when it says that it's JSON and isn't."""
    status, headers = response.status_code, response.headers
    if status in (204, 205, 304):
        return Reply(status, headers, None, ReplyKind.NO_CONTENT, b"", request_id)
    if not content:
        return Reply(status, headers, None, ReplyKind.EMPTY, b"", request_id)
    kind = media_type(headers)
    if is_json(kind):
        try:
            return _of_json(status, headers, content, request_id, hides)
        except (ValueError, RecursionError):
            error = Garbled("The API's answer isn't the JSON it says it is.", request_id=request_id)
            error.content = content
            raise error from None
    if not kind:
        return _sniff(status, headers, content, request_id, hides)
    found = ReplyKind.TEXT if kind.startswith("text/") or kind in _TEXTUAL else ReplyKind.BINARY
    return Reply(status, headers, None, found, content, request_id)


_TEXTUAL = frozenset(
    f"application/{kind}"
    for kind in ("xml", "javascript", "x-ndjson", "jsonl", "yaml", "x-yaml", "toml", "x-www-form-urlencoded")
)


def _of_json(status: int, headers: httpx.Headers, content: bytes, request_id: str, hides: ApiKey | None) -> Reply:
    data = parse_json(content)
    shown = data if hides is None else without_value_in(data, content, hides)
    if shown != data:
        content = json.dumps(shown).encode()
    return Reply(status, headers, shown, ReplyKind.JSON, content, request_id)


def _sniff(status: int, headers: httpx.Headers, content: bytes, request_id: str, hides: ApiKey | None) -> Reply:
    """A body that doesn't say what it is."""
    try:
        return _of_json(status, headers, content, request_id, hides)
    except (ValueError, RecursionError):
        pass
    try:
        content.decode()
    except UnicodeDecodeError:
        return Reply(status, headers, None, ReplyKind.BINARY, content, request_id)
    return Reply(status, headers, None, ReplyKind.TEXT, content, request_id)


def media_type(headers: httpx.Headers) -> str:
    """The content type without its parameters, in lower case."""
    content_type: str = headers.get("content-type", "")
    return content_type.partition(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    """Whether a media type is one of JSON's."""
    return kind == "application/json" or kind.endswith("+json") or kind == "text/json"


def _charset(headers: httpx.Headers) -> str:
    content_type: str = headers.get("content-type", "")
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")
    return "utf-8"
