"""A form with files as it goes over the wire (RFC 7578): whole where all is there, streamed where files still come."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import field
from secrets import token_hex

from webapp.forms.pointer import unescape
from webapp.forms.upload import Upload
from webapp.record import record

LINE = b"\r\n"
UNSENDABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@record(frozen=True, slots=True)
class Part:
    """One field: a text, or a file."""

    name: str
    content: str | Upload = field(repr=False)
    media_type: str = ""
    """Of a text; a file has its own."""


def encode_parts(parts: Sequence[Part]) -> tuple[str, bytes | AsyncIterator[bytes]]:
    """
    The media type with its boundary, and the body.

    That is bytes where all of it is held already, and can then be sent again. What comes behind a file in its form
    follows it here too, under the last part of its name.
    """
    boundary = token_hex(16)
    media_type = f"multipart/form-data; boundary={boundary}"
    if all(isinstance(part.content, str) or _is_held(part.content) for part in parts):
        return media_type, b"".join(_whole(parts, boundary))
    return media_type, _streamed(parts, boundary)


def _is_held(file: Upload) -> bool:
    return file.content is not None and file.rest is None


def _whole(parts: Sequence[Part], boundary: str) -> Iterator[bytes]:
    for part in parts:
        held = part.content.encode("utf-8", "replace") if isinstance(part.content, str) else part.content.content
        yield _head(part, boundary) + (held or b"") + LINE
    yield _end(boundary)


async def _streamed(parts: Sequence[Part], boundary: str) -> AsyncIterator[bytes]:
    # Of a form's files, only the last can have something behind it that wasn't read yet.
    for part in parts:
        async for chunk in _written(part, boundary):
            yield chunk
    rest = next((part.content.rest for part in parts if isinstance(part.content, Upload) and part.content.rest), None)
    if rest is not None:
        async for name, value in rest:
            if name.startswith("body/"):
                async for chunk in _written(Part(unescape(name.rpartition("/")[2]), value), boundary):
                    yield chunk
    yield _end(boundary)


async def _written(part: Part, boundary: str) -> AsyncIterator[bytes]:
    yield _head(part, boundary)
    if isinstance(part.content, str):
        yield part.content.encode("utf-8", "replace")
    else:
        async for chunk in part.content.chunks:
            yield chunk
    yield LINE


def _head(part: Part, boundary: str) -> bytes:
    disposition = f'form-data; name="{_quoted(part.name)}"'
    media_type = part.media_type
    if isinstance(part.content, Upload):
        disposition += f'; filename="{_quoted(part.content.filename)}"'
        media_type = part.content.media_type
    lines = [f"--{boundary}", f"Content-Disposition: {disposition}"]
    if media_type and not UNSENDABLE.search(media_type):
        lines.append(f"Content-Type: {media_type}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")


def _quoted(text: str) -> str:
    """A name as browsers quote it: a line of the header can't be broken out of."""
    escaped = text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return UNSENDABLE.sub("", escaped)


def _end(boundary: str) -> bytes:
    return f"--{boundary}--\r\n".encode()
