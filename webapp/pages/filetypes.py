"""What kinds of files there are: which a browser may show, which it may only save, and which a page can look into."""

import re

from webapp.client.reply import is_json
from webapp.forms.upload import ANY_TYPE, clean_media_type
from webapp.pages.streams import EVENTS

SAVE = "/-/files"
"""Where files are saved from: this, and the API's path."""
SHOW = "/-/inline"
"""Where those that a browser may show are looked at."""

STREAMS = "/-/events"
"""Where streams of events are watched."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
"""Images that are nothing but pixels."""
PDF = "application/pdf"
LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
TABLES = {"text/csv": ",", "application/csv": ",", "text/tab-separated-values": "\t"}
"""Types whose lines are rows, and what separates the values in them."""
TEXTS = frozenset({"application/xml", "application/javascript", "application/yaml", "application/x-yaml"})

_ACTIVE = re.compile(r"html|xml|svg|script|flash|css|xsl|multipart|message/", re.IGNORECASE)
"""What a browser might run."""
_PASSIVE = re.compile(r"(image|audio|video|font|text|application)/", re.IGNORECASE)


def essence(content_type: str) -> str:
    """A content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def saved_as(content_type: str) -> str:
    """The content type to save a file under: its own, unless a browser might run what is in it."""
    passive = _PASSIVE.match(content_type) and not _ACTIVE.search(essence(content_type))
    return clean_media_type(content_type) if passive else ANY_TYPE


def shown_as(content_type: str) -> str | None:
    """The content type to show a file under, in the browser itself; None for one that it may only save."""
    kind = essence(content_type)
    return kind if kind in PICTURES or kind == PDF else None


def is_text(content_type: str) -> bool:
    """Whether its bytes are meant to be read."""
    kind = essence(content_type)
    return kind.startswith("text/") or kind in TEXTS or kind in LINES or kind in TABLES or kind.endswith("+xml")


def is_shown_whole(content_type: str) -> bool:
    """Whether a page shows all of such an answer: data, and text without rows of its own."""
    kind = essence(content_type)
    return not kind or is_json(kind) or (is_text(kind) and kind not in LINES and kind not in TABLES and kind != EVENTS)
