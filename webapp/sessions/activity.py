"""
What counts as using a session: what a person did, and not what a page does by itself.

A page left open must not keep its session alive (OWASP's session sheet, ASVS 7.3.1), so a request that nobody made
doesn't extend the idle limit. Such requests say so: our templates and scripts put a header on what they poll, streams
are asked for by their type, and the browser tells of pictures, prefetches, and of pages that load themselves again.
Whoever forges any of it can only shorten a session of their own.
"""

from collections.abc import Iterable, Mapping

UNATTENDED = b"webapp-unattended"
"""The header of a request that a page of ours makes by itself."""

_PARTS = frozenset({b"audio", b"font", b"image", b"manifest", b"object", b"script", b"style", b"track", b"video"})
"""What pages are made of (Sec-Fetch-Dest)."""


def is_attended(headers: Iterable[tuple[bytes, bytes]], *, tells_activation: bool) -> bool:
    """
    Whether a person made a request; `tells_activation` says that their browser sends Sec-Fetch-User.

    Where it does, a page loaded without it is one that was loaded by another's `<meta http-equiv="refresh">`. Safari
    sends none, and there such a page counts.
    """
    told = dict(headers)
    if UNATTENDED in told or b"prefetch" in told.get(b"sec-purpose", b""):
        return False
    if b"text/event-stream" in told.get(b"accept", b"") or told.get(b"sec-fetch-dest") in _PARTS:
        return False
    loads_itself = told.get(b"sec-fetch-mode") == b"navigate" and b"sec-fetch-user" not in told
    return not (tells_activation and loads_itself)


def tells_activation(headers: Mapping[str, str]) -> bool:
    """Whether a browser says of a page that a person asked for it."""
    return "sec-fetch-user" in headers
