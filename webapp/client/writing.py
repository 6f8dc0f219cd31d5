"""What an API wants with every write, though its document doesn't say so: extra headers, a CSRF token, a media type."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote

from webapp.client.cookies import CookieJar
from webapp.record import record

READS = frozenset(("GET", "HEAD", "OPTIONS", "QUERY"))
FETCHES = ("GET", "HEAD")
"""Reads that bring no body along, and may be sent again."""
JSON = "application/json"


class CSRF(NamedTuple):
    """A token that the API sets as a cookie and wants back in a header; a GET of `path` brings the cookie."""

    cookie: str
    header: str
    path: str = ""


@record(frozen=True, slots=True)
class Writing:
    """What goes along with every write; `media_type` is what JSON is called, `application/vnd.api+json` say."""

    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """By lower-case name."""
    csrf: CSRF | None = None
    media_type: str = ""

    @property
    def accept(self) -> str:
        """The types of answers to ask for."""
        return f"{self.media_type}, {JSON};q=0.9" if self.media_type else JSON

    def headers_for(self, jar: CookieJar, path: str, now: float, content_type: str) -> dict[str, str]:
        """The headers of a write to `path` whose body is of this type."""
        headers = dict(self.headers)
        token = jar.get(self.csrf.cookie, path, now) if self.csrf else None
        if token is not None and self.csrf is not None:
            # Some frameworks quote what they put into the cookie, and expect it as a script would read it.
            headers[self.csrf.header.lower()] = unquote(token)
        if self.media_type and content_type == JSON:
            headers["content-type"] = self.media_type
        return headers


PLAIN = Writing()
