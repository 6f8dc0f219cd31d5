"""Files on their way from a browser to the API: read part by part, never whole."""

import base64
import re
import unicodedata
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import field
from typing import Any

from webapp.errors import TooLarge
from webapp.record import record

LARGEST_ENCODED = 8 * 1024 * 1024
"""Bytes of a file that is to become a text within JSON."""
LONGEST_NAME = 200
ANY_TYPE = "application/octet-stream"

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,120}(; ?[\w-]{1,40}=[\w.+-]{1,80})?", re.ASCII)


@record(frozen=True, slots=True)
class Upload:
    """A file that somebody sends. Its `chunks` come once, unless it is held in `content`."""

    filename: str
    media_type: str
    chunks: AsyncIterable[bytes] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
    """All of it, where it is small enough to be held: it can then be sent again, and with its length."""
    rest: AsyncIterable[tuple[str, "str | Upload"]] | None = field(default=None, repr=False)
    """Whatever comes behind this file in its form, to be read once its chunks were; names are the form's."""

    @classmethod
    def held(cls, filename: str, media_type: str, content: bytes) -> "Upload":
        """A file that is there already."""
        return cls(filename, media_type, _Held(content), content)

    async def read(self, limit: int = LARGEST_ENCODED) -> bytes:
        """The whole file; TooLarge where it has more than `limit` bytes."""
        content = bytearray()
        async for chunk in self.chunks:
            content += chunk
            if len(content) > limit:
                raise TooLarge(f"{self.filename} is too large: {limit // 1024:,} KB are the most here.")
        return bytes(content)

    async def as_base64(self) -> str:
        """The file as a text, for an API that takes it within JSON. Raises TooLarge."""
        return base64.b64encode(await self.read()).decode()


@record(frozen=True, slots=True)
class _Held:
    """A file's bytes as chunks, as often as they are asked for."""

    content: bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.content:
            yield self.content


def clean_filename(given: str) -> str:
    """A file's own name: no folders, nothing unprintable, of a length that any system takes; never empty."""
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    name = "".join(each for each in name if each.isprintable()).strip()
    if not name.strip("."):
        return "file"
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 20:
        return name[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending


def clean_media_type(given: str) -> str:
    """What a browser says a file is, if that can go into a header again."""
    return given if _MEDIA_TYPE.fullmatch(given) else ANY_TYPE


async def as_texts(value: Any) -> Any:
    """A value with each file in it as a text, for what can't carry bytes. Raises TooLarge."""
    if isinstance(value, Upload):
        return await value.as_base64()
    if isinstance(value, Mapping):
        return {key: await as_texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [await as_texts(each) for each in value]
    return value
