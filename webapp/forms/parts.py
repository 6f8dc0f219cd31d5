"""
A multipart form read as it comes.

Starlette's own reader puts every file on disk before a handler sees the first field. Here the fields in front of a
large file are there at once, and the file is read by whoever sends it on, so that its bytes are never all in one place.
"""

from collections import deque
from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, Self

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from webapp.errors import BadRequest, TooLarge
from webapp.forms.upload import Upload, clean_filename, clean_media_type
from webapp.record import record

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

Pair = tuple[str, str | Upload]

MOST_TEXT = 1024 * 1024
"""Bytes of all texts in a form together, their names included."""
MOST_PAIRS = 5_000
HELD = 256 * 1024
"""Bytes of files that are held, so that a form with only small ones is known as a whole."""

UNREADABLE = "This form can't be read."
CUT_SHORT = "The form arrived only in part."
TOO_MUCH = "This is more than a form holds."


async def read_parts(content_type: str, chunks: AsyncIterable[bytes], *, hold: int = HELD) -> list[Pair]:
    """
    The fields of a form, up to and including its first large file.

    Files of up to `hold` bytes altogether are held. The bytes of the one that goes beyond are still coming, and what
    follows it is its `rest`. A file input that was left empty is no field. Raises BadRequest and TooLarge.
    """
    pairs: list[Pair] = []
    async for name, value in _Reader(_Events(content_type, chunks), hold):
        pairs.append((name, value))
        if isinstance(value, Upload) and value.content is None:
            break
    return pairs


class _Reader:
    """The fields one by one; whoever asks for the next gives up what is left of a file."""

    def __init__(self, events: "_Events", hold: int) -> None:
        self._events = events
        self._hold = hold
        self._text = MOST_TEXT
        self._pairs = MOST_PAIRS
        self._file: _Coming | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Pair:
        if self._file is not None:
            await self._file.skip()
            self._file = None
        while (begun := await self._events.next()) is not None:
            assert isinstance(begun, _Begun)
            self._count(begun)
            if begun.filename is None:
                return begun.name, await self._read_text()
            upload = await self._read_file(begun, begun.filename)
            if upload is not None:
                return begun.name, upload
        raise StopAsyncIteration

    def _count(self, begun: "_Begun") -> None:
        self._pairs -= 1
        self._text -= len(begun.name)
        if self._pairs < 0 or self._text < 0:
            raise TooLarge(TOO_MUCH)

    async def _read_text(self) -> str:
        content = bytearray()
        while isinstance(event := await self._events.next(), bytes):
            content += event
            self._text -= len(event)
            if self._text < 0:
                raise TooLarge(TOO_MUCH)
        return content.decode("utf-8", "replace")

    async def _read_file(self, begun: "_Begun", filename: str) -> Upload | None:
        """The file; None for a file input that was left empty, which browsers send as a file without a name."""
        held = bytearray()
        while isinstance(event := await self._events.next(), bytes):
            held += event
            if len(held) > self._hold:
                self._hold = 0
                self._file = _Coming(bytes(held), self._events)
                return Upload(clean_filename(filename), clean_media_type(begun.media_type), self._file, rest=self)
        self._hold -= len(held)
        if not held and not filename:
            return None
        return Upload.held(clean_filename(filename), clean_media_type(begun.media_type), bytes(held))


class _Coming:
    """The bytes of the file that the form is at."""

    def __init__(self, beginning: bytes, events: "_Events") -> None:
        self._beginning = beginning
        self._events = events
        self._over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._beginning:
            beginning, self._beginning = self._beginning, b""
            return beginning
        if not self._over:
            event = await self._events.next()
            if isinstance(event, bytes):
                return event
            self._over = True
        raise StopAsyncIteration

    async def skip(self) -> None:
        """Pass over what nobody wants."""
        async for _ in self:
            pass


@record(frozen=True, slots=True)
class _Begun:
    """A part begins."""

    name: str
    filename: str | None
    media_type: str


class _Ended:
    """A part is over."""


class _Events:
    """What a parser finds in the form, in order: beginnings, bytes and ends of parts."""

    def __init__(self, content_type: str, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = aiter(chunks)
        self._found: deque[_Begun | _Ended | bytes] = deque()
        self._name, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}
        self._complete = False
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise BadRequest(UNREADABLE)
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._headers.clear,
            "on_header_field": self._on_header_name,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }
        try:
            self._parser = MultipartParser(boundary, callbacks)
        except FormParserError:
            raise BadRequest(UNREADABLE) from None

    async def next(self) -> _Begun | _Ended | bytes | None:
        """The next one; None after the last. Raises BadRequest."""
        while not self._found:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                if not self._complete:
                    raise BadRequest(CUT_SHORT)
                return None
            try:
                self._parser.write(chunk)
            except FormParserError:
                raise BadRequest(UNREADABLE) from None
        return self._found.popleft()

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        if b"name" not in options:
            raise BadRequest(UNREADABLE)
        filename = options.get(b"filename")
        self._found.append(
            _Begun(
                options[b"name"].decode("utf-8", "replace"),
                None if filename is None else filename.decode("utf-8", "replace"),
                self._headers.get(b"content-type", b"").decode("latin-1"),
            )
        )

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._found.append(data[start:end])

    def _on_part_end(self) -> None:
        self._found.append(_Ended())

    def _on_end(self) -> None:
        self._complete = True
