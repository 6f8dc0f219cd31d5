"""Cursors: where a list went on, opaque to clients."""

import base64
import binascii

from webapp.demo.models.fields import LARGEST_ID
from webapp.demo.problems import invalid


def write_cursor(place: int) -> str:
    """A place in a list, for a client to hand back."""
    return base64.urlsafe_b64encode(f"at:{place}".encode()).rstrip(b"=").decode()


def read_cursor(cursor: str | None) -> int | None:
    """The place in a list; None is its beginning. RequestValidationError where it isn't one of ours."""
    if cursor is None:
        return None
    try:
        kind, _, place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        if kind == "at" and 0 <= int(place) <= LARGEST_ID:
            return int(place)
    except (binascii.Error, ValueError):
        pass
    raise invalid("cursor", "This is no cursor of this list", cursor, within="query")
