"""In which ways a text may stand in what an API sends: as it is, or escaped for a URL, JSON or a page, or in UTF-16."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html.entities import codepoint2name

_MOST_BACKSLASHES = 8  # JSON in a string of JSON in a string of JSON, and one more


def written(text: str) -> bytes:
    """The source of a pattern of a text's ways, each character in whichever it likes."""
    return b"".join(_any_of(spellings(each)) for each in text)


def written_within(text: str) -> str:
    """The same for what has been decoded already."""
    return "".join(f"(?:{'|'.join(map(re.escape, _spelled(each)))})" for each in text)


@lru_cache(maxsize=512)
def spellings(character: str) -> tuple[bytes, ...]:
    """All the ways of one character, the longest first."""
    ways = [each.encode() for each in _spelled(character)]
    ways += [character.encode(encoding) for encoding in ("utf-16-le", "utf-16-be")]
    if "\x7f" < character <= "\xff":
        ways.append(character.encode("latin-1"))  # as a header has it
    return tuple(sorted(dict.fromkeys(ways), key=len, reverse=True))


def begins_at(content: bytes, units: Sequence[tuple[bytes, ...]], longest: int) -> int:
    """Where the last bytes begin to be a text of which the end is yet to come; its length where they don't."""
    first = {way[0] for way in units[0]}
    for start in range(max(0, len(content) - longest), len(content)):
        if content[start] in first and _is_open(content, start, units):
            return start
    return len(content)


def ends_of(content: bytes, start: int, units: Sequence[tuple[bytes, ...]]) -> list[int]:
    """Where a text that begins there may end, in whichever ways each of its characters stands, the farthest first."""
    ends = {start}
    for ways in units:
        ends = {end + len(way) for end in ends for way in ways if content.startswith(way, end)}
        if not ends:
            break
    return sorted(ends, reverse=True)


def _is_open(content: bytes, start: int, units: Sequence[tuple[bytes, ...]]) -> bool:
    ends = {start}
    for ways in units:
        if any(
            way.startswith(content[end : end + len(way)])
            for end in ends
            for way in ways
            if end + len(way) > len(content)
        ):
            return True
        ends = {end + len(way) for end in ends for way in ways if content.startswith(way, end)}
        if not ends:
            return False
    return False


def _any_of(ways: Sequence[bytes]) -> bytes:
    return b"(?:" + b"|".join(map(re.escape, ways)) + b")"


@lru_cache(maxsize=512)
def _spelled(character: str) -> tuple[str, ...]:
    ways = [character, *_in_urls(character), *_in_json(character), *_in_pages(character)]
    return tuple(sorted(dict.fromkeys(ways), key=len, reverse=True))


def _in_urls(character: str) -> Iterator[str]:
    if character == " ":
        yield "+"
    for encoding in ("utf-8", "latin-1") if character <= "\xff" else ("utf-8",):
        escaped = "".join(f"%{byte:02X}" for byte in character.encode(encoding))
        for way in _both_cases(escaped):
            yield way
            yield way.replace("%", "%25")


def _in_json(character: str) -> Iterator[str]:
    units = character.encode("utf-16-be").hex()
    for count in range(1, _MOST_BACKSLASHES + 1):
        mark = "\\" * count
        if not character.isalnum():
            yield mark + character
        for each in _both_cases(units.upper()):
            yield "".join(f"{mark}u{each[at : at + 4]}" for at in range(0, len(each), 4))


def _in_pages(character: str) -> Iterator[str]:
    code = ord(character)
    yield f"&#{code};"
    for each in _both_cases(f"{code:X}"):
        yield f"&#x{each};"
    if character == "'":
        yield "&apos;"
    if code in codepoint2name:
        yield f"&{codepoint2name[code]};"


def _both_cases(digits: str) -> tuple[str, str]:
    return digits, digits.lower()
