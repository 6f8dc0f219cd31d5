"""
Values as text for people, in English of no country: the filters and tests of all templates.

Each takes whatever an API may answer, gives text and never fails: what can't be read is shown as it came. Markup is
made by templates, and of the cells of tables in html/cells.py.
"""

import json
import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from webapp.html.tones import tone
from webapp.openapi.labels import called

Clock = Callable[[], datetime]

MAX_TEXT = 20_000
"""Characters of a single value that a page shows."""

COLLECTIONS = (Mapping, list, tuple)

ELLIPSIS = "…"
THIN_SPACE = "\u202f"
"""Narrow, and no place to break a line."""

GROUPED = 10**15
"""Below this Python groups digits by itself, and writes no number with an exponent for its size."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNITS = (("year", 31_556_952), ("month", 2_629_746), ("day", 86_400), ("hour", 3600), ("minute", 60))
SIZES = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def text(value: Any) -> str:
    """Any value in one string, cut at a bound that no page needs to exceed."""
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + ELLIPSIS
    if type(value) is int or type(value) is float:
        return str(value)
    if isinstance(value, bool):
        return yes_no(value)
    if value is None:
        return ""
    return pretty(value) if isinstance(value, COLLECTIONS) else str(value)


def cut(value: Any, length: int = 80) -> str:
    """The beginning, in one line: cut after a word where one ends near the bound."""
    if type(value) is int:
        value = str(value)
    if type(value) is str and len(value) <= length:
        return value
    if isinstance(value, COLLECTIONS):
        return gist(value)
    line = " ".join(text(value)[: length * 4 + 1].split())
    if len(line) <= length:
        return line
    head = line[: length - 1]
    at_word = head.rfind(" ")
    return (head[:at_word] if at_word > length * 0.7 else head).rstrip(" ,.;:") + ELLIPSIS


def number(value: Any) -> str:
    """`1234567.5` -> `1 234 567.5`; of a float's decimals, four."""
    if type(value) in (int, float):
        if -1000 < value < 1000:
            written = str(value)
            # What has eight decimals at most is as it was meant: see _rounded().
            return written if len(written) <= 10 or len(written) - written.find(".") <= 9 else str(_rounded(value))
        if -GROUPED < value < GROUPED:
            return f"{value if type(value) is int else _rounded(value):,}".replace(",", THIN_SPACE)
    digits = text(_rounded(value) if isinstance(value, float) else value)
    match = _NUMBER.fullmatch(digits)
    if match is None:
        return digits
    sign, whole, fraction = match.groups("")
    grouped = f"{int(whole):,}".replace(",", THIN_SPACE) if len(whole) <= 40 and whole[0] != "0" else whole
    return f"{sign}{grouped}{fraction}"


def number_html(value: Any) -> str:
    """
    The same for a page, where the thin space is written as a reference.

    One character beyond Latin-1 has Python keep all of a page in twice the memory, and take longer to encode it.
    """
    written = number(value)
    return written if written.isascii() else escape(written).replace(THIN_SPACE, Markup("&#8239;"))


def filesize(value: Any) -> str:
    """`1536000` -> `1.5 MB`."""
    size = _as_float(value)
    if size is None or size < 0:
        return text(value)
    unit, *larger = SIZES
    while size >= 999.5 and larger:
        size /= 1000
        unit, *larger = larger
    shown = f"{size:.0f}" if unit == "B" or size >= 99.95 else f"{size:.1f}".removesuffix(".0")
    return f"{shown}{THIN_SPACE}{unit}"


def yes_no(value: Any) -> str:
    """A truth as a word; anything else as it came."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return text(value)


def moment(value: Any) -> datetime | None:
    """A point in time in UTC, from ISO 8601 or seconds or milliseconds since 1970; None for anything else."""
    if isinstance(value, str):
        found = _parsed(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _since_1970(value)
    else:
        found = value if isinstance(value, datetime) else None
    if found is None:
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def long_date(value: Any) -> str:
    """`2026-11-21` -> `21 Nov 2026`."""
    day = _day(value)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else text(value)


def long_datetime(value: Any) -> str:
    """`2026-11-21T14:05:09Z` -> `21 Nov 2026, 14:05`."""
    at = moment(value)
    return f"{long_date(at)}, {at:%H:%M}" if at else text(value)


def short_date(value: Any) -> str:
    """The same for columns, where dates stand below each other: `2026-11-21`."""
    day = _day(value)
    return day.isoformat() if day else text(value)


def short_datetime(value: Any) -> str:
    """`2026-11-21 14:05`."""
    if is_utc(value):
        return f"{value[:10]} {value[11:16]}"
    at = moment(value)
    return f"{at.date().isoformat()} {at:%H:%M}" if at else text(value)


def exact(value: Any) -> str:
    """To the second and with its zone: `2026-11-21 14:05:09 UTC`."""
    at = moment(value)
    return f"{at.date().isoformat()} {at:%H:%M:%S} UTC" if at else text(value)


def machine(value: Any) -> str:
    """
    What the `datetime` attribute of <time> takes: a date, or a point in time; empty for anything else.

    HTML takes a space for the T between them, and what is then said as it's shown packs better.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if is_utc(value):
        return f"{value[:10]} {value[11:19]}Z"
    if isinstance(value, str) and _DATE.fullmatch(value):
        return value if _day(value) else ""
    at = moment(value)
    return f"{at.date().isoformat()} {at:%H:%M:%S}Z" if at else ""


def clock_time(value: Any) -> str:
    """`14:05:00` -> `14:05`."""
    try:
        parsed = value if isinstance(value, time) else time.fromisoformat(value)
    except (TypeError, ValueError):
        return text(value)
    return f"{parsed:%H:%M:%S}" if parsed.second else f"{parsed:%H:%M}"


def ago(value: Any, now: datetime) -> str:
    """How far from now: `3 days ago`, `in 2 hours`, `just now`; empty where it can't be told."""
    at = moment(value)
    if at is None:
        return ""
    seconds = (now - at).total_seconds()
    for unit, length in UNITS:
        count = int(abs(seconds) // length)
        if count:
            span = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{span} ago" if seconds > 0 else f"in {span}"
    return "just now"


def days_ago(value: Any, now: datetime) -> str:
    """The same for a day, which has no hour: `today`, `yesterday`, `3 days ago`."""
    day = _day(value)
    if day is None:
        return ""
    days = (now.date() - day).days
    near = {0: "today", 1: "yesterday", -1: "tomorrow"}
    return near.get(days) or ago(datetime.combine(day, time(), UTC), datetime.combine(now.date(), time(), UTC))


def pretty(value: Any, limit: int = MAX_TEXT) -> str:
    """Indented JSON, written no further than the bound."""
    written: list[str] = []
    length = 0
    try:
        for piece in _ENCODER.iterencode(value):
            written.append(piece)
            length += len(piece)
            if length > limit:
                return "".join(written)[:limit] + f"\n{ELLIPSIS}"
    except (RecursionError, ValueError):
        return "".join(written)[:limit] + f"\n{ELLIPSIS}"
    return "".join(written)


def gist(value: Any) -> str:
    """An object or a list in a few words: its name if it has one, else how much there is in it."""
    if isinstance(value, Mapping):
        named = next((value[key] for key in NAMING if isinstance(value.get(key), str) and value[key]), None)
        return cut(named) if named else _count(len(value), "field")
    if isinstance(value, list | tuple):
        return _count(len(value), "item")
    return cut(value)


NAMING = ("name", "title", "label", "full_name", "username", "email", "slug", "code", "id")


def listed(value: Any, most: int = 12) -> list[str]:
    """The items of a list as texts, the last of them `+3` where there are more than most."""
    if not isinstance(value, list | tuple):
        return [cut(value)]
    shown = [gist(item) for item in islice(value, most)]
    return [*shown, f"+{len(value) - most}"] if len(value) > most else shown


def choice(value: Any) -> str:
    """One of a few values, as people would write it: `in_progress` -> `In progress`."""
    return called(text(value))


def short_url(value: Any, length: int = 48) -> str:
    """An address without what all addresses have: `example.com/about`."""
    return cut(re.sub(r"^https?://(www\.)?", "", text(value)).rstrip("/"), length)


def is_web_link(value: Any) -> bool:
    """Whether a link to it is safe to click: http or https, and a host."""
    if not isinstance(value, str) or not re.match(r"https?://[^\s/\\]", value, re.IGNORECASE):
        return False
    try:
        return bool(urlsplit(value).hostname)
    except ValueError:
        return False


def is_image_link(value: Any, hosts: Collection[str] = ()) -> bool:
    """Whether the page's policy lets it be shown: written out in a data: address, or by https from one of `hosts`."""
    if isinstance(value, str) and re.match(r"data:image/(png|jpeg|gif|webp|avif);base64,", value):
        return len(value) <= MAX_TEXT
    if not is_web_link(value) or value[:6].lower() != "https:":
        return False
    host = urlsplit(value).netloc.lower()
    return any(each in ("*", host) or (each[:2] == "*." and host.endswith(each[1:])) for each in hosts)


def is_hex_color(value: Any) -> bool:
    """`#09f`, `#0099ff`, also with an alpha."""
    return isinstance(value, str) and _HEX_COLOR.fullmatch(value) is not None


def is_email(value: Any) -> bool:
    """Whether mail could go there."""
    return isinstance(value, str) and bool(re.fullmatch(r"[^\s@<>?&%\"]{1,64}@[^\s@<>?&%\"]{1,255}", value))


def is_utc(value: Any) -> bool:
    """Whether it is what nearly all APIs write: then its parts can be cut out, which is far quicker than to read it."""
    return isinstance(value, str) and _UTC.fullmatch(value) is not None


def is_blank(value: Any) -> bool:
    """Whether there is nothing to see of it."""
    return not str(value).strip()


def filters(now: Clock) -> dict[str, Callable[..., Any]]:
    """The filters by the names templates use; `now` is asked for what is relative."""
    return {
        "text": text,
        "cut": cut,
        "number": number_html,
        "filesize": filesize,
        "yes_no": yes_no,
        "date": long_date,
        "datetime": long_datetime,
        "short_date": short_date,
        "short_datetime": short_datetime,
        "exact": exact,
        "machine": machine,
        "time": clock_time,
        "ago": lambda value: ago(value, now()),
        "days_ago": lambda value: days_ago(value, now()),
        "pretty": pretty,
        "gist": gist,
        "listed": listed,
        "tone": tone,
        "choice": choice,
        "short_url": short_url,
    }


TESTS: Mapping[str, Callable[[Any], bool]] = {
    "web_link": is_web_link,
    "image_link": is_image_link,
    "hex_color": is_hex_color,
    "email": is_email,
}
"""The tests by the names templates use."""


def _count(count: int, noun: str) -> str:
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def _rounded(value: float) -> float:
    """Without the noise of calculating, `46.15384615384615`; a coordinate, `48.208176`, keeps all that it says."""
    return round(value, 4) if abs(value) >= 0.01 and value != round(value, 8) else value


def _as_float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        size = float(value)
    except (ValueError, OverflowError):
        return None
    return size if math.isfinite(size) else None


def _parsed(value: str) -> datetime | None:
    # Fractions of any length; fromisoformat() takes three digits or six.
    if not _DATE.match(value):
        return None
    try:
        return datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", value.strip(), count=1))
    except ValueError:
        return None


_HEX_COLOR = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_NUMBER = re.compile(r"([+-]?)(\d+)(\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")
_UTC = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+]00:00)", re.ASCII
)


def _since_1970(value: float) -> datetime | None:
    try:
        seconds = value / 1000 if abs(value) >= 1e11 else value
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    # Of a text, the day as it is written: a time behind it could move it into another zone's.
    at = _parsed(value) if isinstance(value, str) else moment(value)
    return at.date() if at else None


def _as_text(value: Any) -> str:
    return str(value)


_ENCODER = json.JSONEncoder(indent=2, ensure_ascii=False, default=_as_text)
