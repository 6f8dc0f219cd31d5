"""What a call sends."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import field
from types import EllipsisType
from typing import IO, Any
from urllib.parse import urlencode

import httpx

from webapp.client import exact
from webapp.client.paths import scalar
from webapp.record import record

Content = str | bytes | Iterable[bytes] | AsyncIterable[bytes]
Form = Mapping[str, Any] | Sequence[tuple[str, Any]]
Files = Mapping[str, Any] | Sequence[tuple[str, Any]]
Stream = httpx.AsyncByteStream | httpx.SyncByteStream

_CHUNK = 65536


@record(frozen=True, slots=True)
class Body:
    """
    The bytes of a request, or the stream that they come from.

    `submitted` is what they were made of, kept to take its secrets out of an error that echoes it. What goes wrong in
    the caller's own stream is kept in `failures`: transports would tell of a lost connection instead. `pace` follows
    how that stream goes.
    """

    headers: Mapping[str, str]
    content: bytes | None = field(default=None, repr=False)
    stream: Stream | None = field(default=None, repr=False)
    replayable: bool = True
    submitted: Any = field(default=None, repr=False)
    failures: list[Exception] = field(default_factory=list)
    pace: "Pace | None" = None

    def open(self) -> Stream:
        """The stream to send; once more for each time it's sent."""
        return self.stream if self.stream is not None else httpx.ByteStream(self.content or b"")


class Pace:
    """
    Keeps a time-out from ending what still goes on, and a stream from going on when nobody wants it.

    An upload takes as long as it takes. Whoever sends it may be slow, which is not the API's fault, so the time-out
    stands still while the next piece isn't there; with each piece that is, the API has the whole time again.
    """

    def __init__(self) -> None:
        self._timeout: asyncio.Timeout | None = None
        self._seconds = 0.0
        self._refused = False
        self.begun = False
        """Whether any of it was sent."""

    def follow(self, timeout: asyncio.Timeout, seconds: float) -> None:
        """The time-out to keep, from now on."""
        self._timeout, self._seconds = timeout, seconds

    def stop(self, *, refused: bool = False) -> None:
        """There is an answer, so no time-out to keep any longer; if it `refused` the stream, that ends here."""
        self.go_on()
        self._timeout = None
        self._refused = refused

    def wait(self) -> None:
        """A piece is asked for."""
        self._set(None)

    def go_on(self) -> None:
        """A piece is there, or there are no more."""
        self._set(asyncio.get_running_loop().time() + self._seconds)

    async def listen(self) -> None:
        """
        Let an answer that is there be read before the next piece is sent.

        A server that has refused an upload soon closes the connection, and a write that finds it closed would take the
        answer with it. The loop looks for what arrived at the first pause and reads it at the second. What was refused
        never ends by itself, for its end would make half of it look whole; the transport drops it with the connection.
        """
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if self._refused:
            await asyncio.Event().wait()

    def _set(self, when: float | None) -> None:
        if self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(when)


EMPTY = Body({}, b"")
EMPTY_WRITE = Body({"content-length": "0"}, b"")
_READS = ("GET", "HEAD", "OPTIONS", "DELETE")


def encode_body(
    method: str,
    json: Any | EllipsisType,
    data: Form | None,
    files: Files | None,
    content: Content | None,
) -> Body:
    """The one body among the four ways to give it."""
    if json is ... and data is None and files is None and content is None:
        return EMPTY if method in _READS else EMPTY_WRITE
    if (json is not ...) + (content is not None) + (data is not None or files is not None) > 1:
        raise TypeError("A call has one body: json, content, or data with files.")
    if json is not ...:
        return _whole(exact.dumps(json).encode(), "application/json", json)
    if content is not None:
        return _encode_content(content)
    pairs = form_pairs(data or ())
    if files:
        return _encode_multipart(pairs, files, data)
    return _whole(urlencode(pairs).encode(), "application/x-www-form-urlencoded", data)


def form_pairs(data: Form) -> list[tuple[str, str]]:
    """The fields of a form, one pair for each value; None is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in data.items() if isinstance(data, Mapping) else data:
        values = value if isinstance(value, list | tuple) else (value,)
        pairs.extend((name, scalar(item)) for item in values if item is not None)
    return pairs


def _whole(content: bytes, media_type: str | None, submitted: Any = None) -> Body:
    headers = {"content-length": str(len(content))}
    if media_type:
        headers["content-type"] = media_type
    return Body(headers, content, submitted=submitted)


def _encode_content(content: Content) -> Body:
    if isinstance(content, str):
        return _whole(content.encode(), "text/plain; charset=utf-8")
    if isinstance(content, bytes | bytearray | memoryview):
        return _whole(bytes(content), None)
    failures: list[Exception] = []
    pace = Pace()
    encoder = httpx.Request("POST", "http://body", content=_watched(content, failures, pace))
    headers = {"transfer-encoding": "chunked"}
    return Body(headers, stream=encoder.stream, replayable=False, failures=failures, pace=pace)


async def _watched(
    content: Iterable[bytes] | AsyncIterable[bytes], failures: list[Exception], pace: Pace
) -> AsyncIterator[bytes]:
    try:
        pace.wait()
        async for chunk in content if isinstance(content, AsyncIterable) else _chunks(content):
            pace.go_on()
            await pace.listen()
            pace.begun = True
            yield chunk
            pace.wait()
        pace.go_on()
    except Exception as error:
        failures.append(error)
        raise


async def _chunks(content: Iterable[bytes] | IO[bytes]) -> AsyncIterator[bytes]:
    if hasattr(content, "read"):
        while chunk := content.read(_CHUNK):
            yield chunk
        return
    for chunk in content:
        yield chunk


def _encode_multipart(pairs: list[tuple[str, str]], files: Files, submitted: Any) -> Body:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    encoder = httpx.Request("POST", "http://body", data=fields, files=files)
    headers = {key: value for key, value in encoder.headers.items() if key != "host"}
    return Body(headers, stream=encoder.stream, replayable=all(map(_rewinds, _file_values(files))), submitted=submitted)


def _file_values(files: Files) -> list[Any]:
    values = [value for _, value in (files.items() if isinstance(files, Mapping) else files)]
    return [value[1] if isinstance(value, tuple) else value for value in values]


def _rewinds(value: Any) -> bool:
    if isinstance(value, bytes | str):
        return True
    seekable = getattr(value, "seekable", None)
    return bool(seekable()) if callable(seekable) else hasattr(value, "seek")
