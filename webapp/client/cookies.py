"""
The API's cookies, for one session.

There is one API, at one base URL, so a cookie is known by its name and path. `Domain` and `Secure` don't limit what
goes back: an API that says `Secure` over internal http, or `Domain=example.com` behind an internal address, gets its
cookies back as a browser in front of it would send them. No cookie is ever sent anywhere else.
"""

import re
import sys
from calendar import timegm
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_MOST = 60  # cookies in one jar; browsers keep at least 50 for a site
_LONGEST = 4096  # name and value together (RFC 6265bis, 5.7)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_INTEGER = re.compile(r"-?[0-9]+")
_DATE_DELIMITERS = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)")
_DAY = re.compile(r"(\d{1,2})(?:\D|$)")
_YEAR = re.compile(r"(\d{2,4})(?:\D|$)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Cookie(NamedTuple):
    """`expires` is a Unix time, or None for as long as the session lasts."""

    name: str
    path: str
    value: str
    expires: float | None

    @property
    def place(self) -> tuple[str, str]:
        """What it is known by: there is one of a name and path."""
        return self[:2]

    def __repr__(self) -> str:
        return f"Cookie({self.name!r}, {self.path!r})"


class CookieJar:
    """
    What the API has set and not yet let expire; `changes` counts how often it has set anything new.

    A tuple, the oldest first: a session has one or two, and a dict would weigh more than these do.
    """

    __slots__ = ("_cookies", "changes")

    def __init__(self, cookies: Iterable[Cookie] = ()) -> None:
        self._cookies = _newest_of_each(cookies)
        self.changes = 0

    def __len__(self) -> int:
        return len(self._cookies)

    def __iter__(self) -> Iterator[Cookie]:
        return iter(self._cookies)

    def header(self, path: str, now: float) -> str | None:
        """The `Cookie` header for a request to `path` (the longest paths first, then the oldest), or None."""
        self._drop_expired(now)
        cookies = [cookie for cookie in self._cookies if path_matches(cookie.path, path)]
        if len(cookies) > 1:
            cookies.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join([f"{cookie.name}={cookie.value}" for cookie in cookies]) or None

    def get(self, name: str, path: str, now: float) -> str | None:
        """The value that a request to `path` would carry under `name`."""
        self._drop_expired(now)
        found = [c for c in self._cookies if c.name == name and path_matches(c.path, path)]
        return max(found, key=lambda cookie: len(cookie.path)).value if found else None

    def set(self, cookie: Cookie, now: float) -> None:
        """Keep a cookie, or drop the one it replaces when it's already past."""
        at = next((at for at, held in enumerate(self._cookies) if held.place == cookie.place), None)
        kept: tuple[Cookie, ...] = () if cookie.expires is not None and cookie.expires <= now else (cookie,)
        if at is not None:
            self.changes += self._cookies[at : at + 1] != kept
            self._cookies = (*self._cookies[:at], *kept, *self._cookies[at + 1 :])
        elif kept:
            self.changes += 1
            self._cookies = (*self._cookies[1 - _MOST :], *kept)

    def clear(self) -> None:
        """Drop them all."""
        self._cookies = ()
        self.changes += 1

    def replace(self, cookies: Iterable[Cookie]) -> None:
        """Hold these in place of any that were."""
        self._cookies = _newest_of_each(cookies)
        self.changes += 1

    def _drop_expired(self, now: float) -> None:
        living = [cookie for cookie in self._cookies if cookie.expires is None or cookie.expires > now]
        if len(living) < len(self._cookies):
            self._cookies = tuple(living)


def _newest_of_each(cookies: Iterable[Cookie]) -> tuple[Cookie, ...]:
    return tuple({cookie.place: cookie for cookie in cookies}.values())


def path_matches(cookie_path: str, path: str) -> bool:
    """RFC 6265, 5.1.4."""
    if not path.startswith(cookie_path):
        return False
    return len(path) == len(cookie_path) or cookie_path.endswith("/") or path[len(cookie_path)] == "/"


def parse_set_cookie(header: str, request_path: str, now: float) -> Cookie | None:
    """A `Set-Cookie` value read as browsers read it (RFC 6265, 5.2), or None when they'd ignore it."""
    if _CONTROL.search(header):
        return None
    pair, _, rest = header.partition(";")
    name, equals, value = pair.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not name or len(name) + len(value) > _LONGEST:
        return None
    path = _default_path(request_path)
    expires: float | None = None
    max_age: str | None = None
    for attribute in rest.split(";"):
        key, _, text = attribute.partition("=")
        match key.strip().lower(), text.strip():
            case "path", text:
                path = text if text.startswith("/") else _default_path(request_path)
            case "expires", text:
                at = parse_date(text)
                expires = at if at is not None else expires
            case "max-age", text if _INTEGER.fullmatch(text):
                max_age = text
    if max_age is not None:
        expires = now + int(max_age[:12]) if not max_age.startswith("-") and int(max_age[:12]) else 0.0
    # All sessions' cookies are called the same.
    return Cookie(sys.intern(name), sys.intern(path), value, expires)


def _default_path(request_path: str) -> str:
    return request_path[: request_path.rfind("/")] or "/"


def parse_date(text: str) -> float | None:
    """A date in any of the forms browsers accept in a cookie (RFC 6265, 5.1.1), as a Unix time."""
    time: tuple[int, ...] | None = None
    day = month = year = None
    for token in _DATE_DELIMITERS.split(text):
        if time is None and (found := _TIME.match(token)):
            time = tuple(int(part) for part in found.groups())
        elif day is None and (found := _DAY.match(token)):
            day = int(found.group(1))
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (found := _YEAR.match(token)):
            year = int(found.group(1))
    if time is None or day is None or month is None or year is None:
        return None
    year += 1900 if 70 <= year <= 99 else 2000 if year <= 69 else 0
    if not 1 <= day <= 31 or year < 1601 or time[0] > 23 or time[1] > 59 or time[2] > 59:
        return None
    return float(timegm((year, month, day, *time)))
