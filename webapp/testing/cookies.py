"""The cookies of one browser, by a browser's rules (RFC 6265bis) for the one site it visits."""

import time
from collections.abc import Callable, Iterable, Iterator
from email.utils import parsedate_to_datetime

from webapp.record import record


@record(frozen=True, slots=True)
class Cookie:
    """One cookie as it was set."""

    name: str
    value: str
    path: str
    expires_at: float | None
    secure: bool
    http_only: bool
    same_site: str


class CookieJar:
    """
    Takes Set-Cookie headers, gives the Cookie header.

    What a browser refuses is refused: Secure cookies over http, a prefix whose conditions aren't met, another domain.
    """

    def __init__(self, host: str, *, secure: bool, clock: Callable[[], float] = time.time) -> None:
        self._host = host
        self._secure = secure
        self._clock = clock
        self._cookies: dict[tuple[str, str], Cookie] = {}

    def __iter__(self) -> Iterator[Cookie]:
        return iter([cookie for cookie in self._cookies.values() if not self._expired(cookie)])

    def take(self, headers: Iterable[str], request_path: str) -> None:
        """Keep what an answer to a request of this path sets."""
        for header in headers:
            cookie = self._parse(header, request_path)
            if cookie is None:
                continue
            self._cookies.pop((cookie.name, cookie.path), None)
            if not self._expired(cookie):
                self._cookies[cookie.name, cookie.path] = cookie

    def header(self, path: str) -> str:
        """The Cookie header for a request of this path, longest path first; empty if there is nothing to send."""
        fitting = [cookie for cookie in self if _path_fits(path, cookie.path)]
        fitting.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fitting)

    def get(self, name: str) -> str | None:
        """The value of a cookie by name."""
        return next((cookie.value for cookie in self if cookie.name == name), None)

    def set(self, name: str, value: str, *, path: str = "/") -> None:
        """Plant a cookie."""
        self._cookies[name, path] = Cookie(name, value, path, None, self._secure, True, "lax")

    def clear(self) -> None:
        """Forget all of them, as a browser started afresh."""
        self._cookies.clear()

    def _expired(self, cookie: Cookie) -> bool:
        return cookie.expires_at is not None and cookie.expires_at <= self._clock()

    def _parse(self, header: str, request_path: str) -> Cookie | None:
        pair, *rest = header.split(";")
        name, equals, value = pair.partition("=")
        name = name.strip()
        if not equals or not name:
            return None
        options = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)}
        path = options.get("path", "")
        cookie = Cookie(
            name,
            value.strip(),
            path if path.startswith("/") else _default_path(request_path),
            self._expiry(options),
            "secure" in options,
            "httponly" in options,
            options.get("samesite", "lax").lower(),
        )
        return cookie if self._allowed(cookie, options.get("domain", "")) else None

    def _allowed(self, cookie: Cookie, domain: str) -> bool:
        if cookie.secure and not self._secure:
            return False
        if domain and self._host != (domain := domain.lstrip(".").lower()) and not self._host.endswith(f".{domain}"):
            return False
        if cookie.name.startswith("__Host-"):
            return cookie.secure and cookie.path == "/" and not domain
        return cookie.secure or not cookie.name.startswith("__Secure-")

    def _expiry(self, options: dict[str, str]) -> float | None:
        try:
            if "max-age" in options:
                return self._clock() + int(options["max-age"])
            if "expires" in options:
                return parsedate_to_datetime(options["expires"]).timestamp()
        except ValueError:
            pass
        return None


def _default_path(request_path: str) -> str:
    return request_path.rpartition("/")[0] or "/"


def _path_fits(path: str, cookie_path: str) -> bool:
    return path == cookie_path or path.startswith(cookie_path.rstrip("/") + "/")
