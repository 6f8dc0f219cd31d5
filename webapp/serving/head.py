"""
What a request's head must be like to be answered.

A parser in front of us may read an odd head differently than ours, and two readings of one stream of bytes are what
smuggling is made of. So whatever could be read in two ways is refused (RFC 9112, 3.2, 6.1 and 11.2).
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

MOST_BYTES = 64 * 1024
"""Of a whole head; also of anything else that isn't the body itself: trailers, the extensions of chunks."""
MOST_HEADERS = 100
LONGEST_TARGET = 32 * 1024

_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_LENGTH = re.compile(rb"[0-9]{1,18}")

_TELLING = frozenset((b"host", b"content-length", b"transfer-encoding", b"expect"))

Header = tuple[bytes, bytes]


class Refusal(NamedTuple):
    """The status that a request is refused with, and a sentence why."""

    status: int
    reason: str


TOO_LARGE = Refusal(431, "The head of this request is too large.")
UNREADABLE = Refusal(400, "This request can't be understood.")


def refusal_of(method: bytes, version: str, target: bytes, headers: Sequence[Header]) -> Refusal | None:
    """Why a request isn't answered, or None; the names of its headers are in lower case."""
    if version not in ("1.0", "1.1"):
        return Refusal(505, "This speaks HTTP/1.1.")
    if method in (b"CONNECT", b"TRACE"):
        return Refusal(405, "This method is not for here.")
    if len(target) > LONGEST_TARGET:
        return Refusal(414, "The address is too long.")
    if len(headers) > MOST_HEADERS or sum(map(len, chain.from_iterable(headers))) > MOST_BYTES:
        return TOO_LARGE
    telling = [pair for pair in headers if pair[0] in _TELLING]
    return _misplaced(version, target, telling) or _badly_framed(version, telling)


def has_body(headers: Sequence[Header]) -> bool:
    """Whether a body follows this head."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0 ")) for name, value in headers
    )


def _misplaced(version: str, target: bytes, headers: Sequence[Header]) -> Refusal | None:
    """One host, and a target that is a path; a whole URL only of that host."""
    hosts = _all(headers, b"host")
    if len(hosts) > 1 or not (hosts or version == "1.0"):
        return Refusal(400, "A request names one host.")
    if hosts and not _HOST.fullmatch(hosts[0]):
        return Refusal(400, "The host's name can't be understood.")
    if target.startswith(b"/"):
        return None
    whole = hosts and target.startswith((b"http://" + hosts[0] + b"/", b"https://" + hosts[0] + b"/"))
    return None if whole else Refusal(400, "The address can't be understood.")


def _badly_framed(version: str, headers: Sequence[Header]) -> Refusal | None:
    """Where the body ends must be said once, in a way that everybody understands."""
    lengths, codings = _all(headers, b"content-length"), _all(headers, b"transfer-encoding")
    chunked = [coding.lower() for coding in codings] == [b"chunked"] and version == "1.1"
    if codings and (lengths or not chunked):
        return Refusal(400, "It can't be told where this request ends.")
    if len(lengths) > 1 or not all(_LENGTH.fullmatch(length) for length in lengths):
        return Refusal(400, "It can't be told where this request ends.")
    if any(value.lower() != b"100-continue" for value in _all(headers, b"expect")):
        return Refusal(417, "What this expects can't be promised.")
    return None


def _all(headers: Sequence[Header], wanted: bytes) -> list[bytes]:
    return [value.strip(b" \t") for name, value in headers if name == wanted]
