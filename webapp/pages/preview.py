"""The beginning of a file, as rows or as text, less its secrets."""

import csv
import json
import re
from codecs import lookup
from collections.abc import Iterator, Sequence
from typing import Any

from webapp.client.decoding import parse_json
from webapp.client.reply import is_json
from webapp.html.format import cut, pretty
from webapp.pages.filetypes import LINES, TABLES, essence, is_text
from webapp.pages.masking import MASK, is_secret, masked
from webapp.record import record

LIMIT = 64 * 1024
"""Bytes that are looked at."""
MOST_ROWS = 20
MOST_COLUMNS = 30
LONGEST_CELL = 200
MOST_LINES = 200


@record(frozen=True, slots=True)
class Preview:
    """Rows under columns, or a text; neither where there is nothing to read in the file."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str | None = None
    complete: bool = True


def can_preview(content_type: str) -> bool:
    """Whether there is anything in such a file for people to read."""
    return is_text(content_type) or is_json(essence(content_type))


def preview(content: bytes, content_type: str, *, complete: bool) -> Preview:
    """What a file begins with; `complete` says whether `content` is all of it."""
    kind = essence(content_type)
    if is_json(kind):
        return _data(content) if complete else Preview()
    text = _decoded(content, content_type)
    lines = text.splitlines()
    if not complete and lines:
        lines.pop()  # most likely a half one
    if kind in TABLES and (found := _table(lines, TABLES[kind], complete=complete)):
        return found
    if kind in LINES:
        lines = list(_masked_lines(lines))
    shown = "\n".join(cut(line, 2000) for line in lines[:MOST_LINES])
    return Preview(text=shown, complete=complete and len(lines) <= MOST_LINES)


def _data(content: bytes) -> Preview:
    """Data has to be read to its end to be understood, and so to lose its secrets."""
    try:
        return Preview(text=pretty(masked(parse_json(content)), LIMIT))
    except (ValueError, RecursionError):
        return Preview()


def _decoded(content: bytes, content_type: str) -> str:
    charset = next((part.split("=", 1)[1] for part in content_type.split(";")[1:] if "charset=" in part.lower()), "")
    try:
        name = lookup(charset.strip().strip("\"'") or "utf-8").name
    except LookupError:
        name = "utf-8"
    return content.decode(name, "replace").removeprefix("\ufeff")


def _table(lines: Sequence[str], delimiter: str, *, complete: bool) -> Preview | None:
    first = lines[0] if lines else ""
    if delimiter == "," and first.count(";") > first.count(","):
        delimiter = ";"  # what spreadsheets write where the comma is in the numbers
    try:
        found = [row for row, _ in zip(csv.reader(lines, delimiter=delimiter), range(MOST_ROWS + 2), strict=False)]
    except csv.Error:
        return None
    if not found or len(found[0]) < 2:
        return None
    columns = tuple(cut(name, LONGEST_CELL) for name in found[0][:MOST_COLUMNS])
    secret = [is_secret(name, None) for name in columns]
    rows = tuple(
        tuple(MASK if hidden else cut(value, LONGEST_CELL) for value, hidden in zip(_filled(row), secret, strict=False))
        for row in found[1 : MOST_ROWS + 1]
    )
    return Preview(columns=columns, rows=rows, complete=complete and len(found) <= MOST_ROWS + 1)


def _filled(row: Sequence[str]) -> list[str]:
    return [*row, *[""] * (MOST_COLUMNS - len(row))]


def garbled(content: bytes) -> str:
    """What was to be JSON and isn't, as far as a page shows it, less what looks like secrets."""
    lines = _decoded(content[:LIMIT], "").splitlines()
    return "\n".join(cut(line, 2000) for line in _masked_lines(lines))


_SECRET = re.compile(r'(["\']?)([\w .-]{1,80})\1\s*:\s*("(?:[^"\\]|\\.)*"?|\'[^\']*\'?|[^\s,;}\]]+)')


def _hide(found: re.Match[str]) -> str:
    """A name and its value, and only the name where that tells of a secret."""
    return f"{found[1]}{found[2]}{found[1]}: {MASK}" if is_secret(found[2].strip(), None) else found[0]


def _masked_lines(lines: Sequence[str]) -> Iterator[str]:
    for line in lines[: MOST_LINES + 1]:
        try:
            data: Any = parse_json(line.encode())
        except (ValueError, RecursionError):
            yield _SECRET.sub(_hide, line)
        else:
            yield json.dumps(masked(data), ensure_ascii=False, default=str)
