"""What a file is called: as the API says, or after where it lies."""

import mimetypes
import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import quote, unquote

from webapp.forms.upload import clean_filename
from webapp.pages.filetypes import essence

LONGEST_HEADER = 4096


def name_of_file(headers: Mapping[str, str], path: str) -> str:
    """The file's name, fit for any system: from its Content-Disposition, else from the API's path and its type."""
    told = _told(headers.get("content-disposition", ""))
    return clean_filename(told) if told else _made(path, headers.get("content-type", ""))


def is_attachment(headers: Mapping[str, str]) -> bool:
    """Whether the API means this to be saved."""
    disposition = headers.get("content-disposition", "").strip().lower()
    return disposition.startswith("attachment") or "filename" in disposition


def disposition(name: str, *, inline: bool = False) -> str:
    """The Content-Disposition for a file of this name; twice, since old programs read only the plain one."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _told(header: str) -> str:
    """The name in a Content-Disposition, which has two ways to write it: the one that knows all letters goes first."""
    if not header or len(header) > LONGEST_HEADER:
        return ""
    if extended := _EXTENDED.search(header):
        charset, name = extended.groups()
        with suppress(LookupError, ValueError):
            return unquote(name, encoding=charset, errors="strict")
    plain = _PLAIN.search(header)
    if plain is None:
        return ""
    name = re.sub(r"\\(.)", r"\1", plain[1]) if plain[1] is not None else plain[2]
    with suppress(UnicodeError):
        # Many send UTF-8 as it is, which was decoded one byte at a time on its way here.
        name = name.encode("latin-1").decode()
    return unquote(name) if "%" in name and " " not in name else name


_EXTENDED = re.compile(r"filename\*\s*=\s*\"?([\w-]{1,20})'[\w-]*'([^;\s\"]+)", re.ASCII | re.IGNORECASE)
_PLAIN = re.compile(r"filename\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]+))", re.IGNORECASE)


def _made(path: str, content_type: str) -> str:
    """`/books/7/cover` as a PNG: `books-7-cover.png`. A last part with an ending of its own is a name already."""
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    if parts and re.fullmatch(r".*\w\.[A-Za-z0-9]{1,8}", parts[-1]):
        return clean_filename(parts[-1])
    stem = "-".join(filter(None, (re.sub(r"[^\w.-]+", "-", part).strip("-.") for part in parts[-3:])))
    return clean_filename((stem or "file") + _ending(essence(content_type)))


def _ending(kind: str) -> str:
    if kind == "application/octet-stream":
        return ".bin"
    if kind.endswith("+json") or "json" in kind:
        return ".ndjson" if "nd" in kind or kind.endswith("jsonl") else ".json"
    return mimetypes.guess_extension(kind) or ""
