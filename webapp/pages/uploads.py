"""A submitted form of any size: its fields at once, a large file as it comes."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Self
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from webapp.errors import BadRequest, TooLarge, Unauthorized, Unsupported
from webapp.forms.controls import is_encoded
from webapp.forms.media import BodyKind, kind_of
from webapp.forms.parts import HELD, MOST_PAIRS, MOST_TEXT, TOO_MUCH, UNREADABLE, Pair, read_parts
from webapp.forms.read import rows_of
from webapp.forms.submission import Submission
from webapp.forms.upload import LARGEST_ENCODED, as_texts
from webapp.forms.values import Values
from webapp.html.format import filesize
from webapp.openapi.site import Body, Operation
from webapp.sessions import Session

PATIENCE = 60.0
"""Seconds for which a browser may send nothing."""

MOST_ROWS = 2_000
"""Items and entries of a form: a few bytes can tell of thousands, each of which takes as long as one with content."""

BROKEN_OFF = "The sending was broken off."
SILENT = "Nothing more of the form arrived for a minute."
ENDED = "Your session has ended. Please sign in again."


@asynccontextmanager
async def submitted(request: Request, *, hold: int = HELD) -> AsyncIterator[Submission]:
    """
    What a form of ours sent, urlencoded or as multipart, to be worked with while a large file in it is still coming.

    Our forms have their file inputs last, so all that is typed is there on the way in. Files of up to `hold` bytes
    together are held; of one that is larger, `Upload.chunks` come as they are asked for, at the pace of whoever asks.
    Nothing has to be read to its end: what is left is given up with the answer. A file that is still coming ends with
    its session; what was typed is kept for after signing in, and so it's read in any case.
    Raises TooLarge, Unsupported or BadRequest, on the way in or while a file is being read, and Unauthorized then.
    """
    chunks = _limited(request)
    try:
        submission = bounded(Submission.of(await _pairs(request, chunks, hold)))
        with chunks.until_it_ends(getattr(request.state, "session", None)):
            yield submission
    except ClientDisconnect:
        # Nobody is there to see the page of this; it keeps a tab that was closed from being logged as a failure.
        raise BadRequest(BROKEN_OFF) from None


def bounded(submission: Submission) -> Submission:
    """The submission, unless it tells of more rows than any form of ours has. Raises TooLarge."""
    if rows_of(submission) > MOST_ROWS:
        raise TooLarge(TOO_MUCH)
    return submission


async def sendable(values: Values, body: Body | None) -> Values:
    """The inputs with their files as texts, where the body has no other way to carry them. Raises TooLarge."""
    if body is None or "body" not in values:
        return values
    content = values["body"]
    match kind_of(body):
        case BodyKind.JSON | BodyKind.FORM:
            return {**values, "body": await as_texts(content)}
        case BodyKind.MULTIPART if isinstance(content, Mapping):
            texts = {name for name, each in body.schema.properties.items() if is_encoded(each)}
            parts = {name: await as_texts(each) if name in texts else each for name, each in content.items()}
            return {**values, "body": parts}
    return values


def held_for(operation: Operation) -> int:
    """How many bytes of files to hold: those that become texts within JSON can't be passed on as they come."""
    kinds = {kind_of(body) for body in operation.bodies}
    return HELD if kinds & {BodyKind.MULTIPART, BodyKind.FILE} else LARGEST_ENCODED


async def _pairs(request: Request, chunks: "_Chunks", hold: int) -> list[Pair]:
    content_type = request.headers.get("content-type", "")
    match content_type.partition(";")[0].strip().lower():
        case "multipart/form-data":
            return await read_parts(content_type, chunks, hold=hold)
        case "application/x-www-form-urlencoded" | "":
            return await _read_urlencoded(chunks)
    raise Unsupported("This form is sent as application/x-www-form-urlencoded or multipart/form-data.")


async def _read_urlencoded(chunks: "_Chunks") -> list[Pair]:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > 3 * MOST_TEXT:  # quoted, a byte becomes three
            raise TooLarge(TOO_MUCH)
    try:
        return [*parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_PAIRS)]
    except UnicodeDecodeError:
        raise BadRequest(UNREADABLE) from None
    except ValueError:
        raise TooLarge(TOO_MUCH) from None


def _limited(request: Request) -> "_Chunks":
    """The body as it comes: TooLarge beyond what the operator allows, before any of it is read where it says so."""
    limit: int | None = getattr(request.state, "max_upload", None)
    length = request.headers.get("content-length", "")
    if limit is not None and length.isascii() and length.isdigit() and int(length[:18]) > limit:
        raise _too_large(limit)
    return _Chunks(request, limit)


class _Chunks:
    """A body as it comes, for as long as it does and may."""

    def __init__(self, request: Request, limit: int | None) -> None:
        self._stream = request.stream()
        self._limit = limit
        self._size = 0
        self._session: Session | None = None
        self._waiting: asyncio.Timeout | None = None

    @contextmanager
    def until_it_ends(self, session: Session | None) -> Iterator[None]:
        """Take no more of it from now on once the session has ended, and wait for no more either."""
        if session is None:
            yield
            return
        self._session = session
        session.watch(self._end)
        try:
            yield
        finally:
            session.unwatch(self._end)

    def _end(self) -> None:
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(0)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while True:
            chunk = await self._next()
            if chunk is None:
                raise StopAsyncIteration
            self._size += len(chunk)
            if self._limit is not None and self._size > self._limit:
                raise _too_large(self._limit)
            if chunk:
                return chunk

    async def _next(self) -> bytes | None:
        self._raise_if_over()
        try:
            async with asyncio.timeout(PATIENCE) as self._waiting:
                return await anext(self._stream, None)
        except TimeoutError:
            self._raise_if_over()
            raise BadRequest(SILENT) from None
        finally:
            self._waiting = None

    def _raise_if_over(self) -> None:
        if self._session is not None and self._session.ended:
            error = Unauthorized(ENDED)
            error.ended = True
            raise error


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"More than {filesize(limit)} can't be sent here.")
