"""What all sessions' clients of one API share."""

import os
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Any, Self

import httpx

from webapp.client.dialing import Origin
from webapp.client.inflate import ACCEPTED_ENCODINGS
from webapp.client.keys import ApiKey
from webapp.client.observer import ClientObserver
from webapp.client.paths import join
from webapp.client.turns import Turns
from webapp.client.writing import PLAIN, Writing
from webapp.errors import SettingsError, UnsafePath
from webapp.record import record

AuthHeaderFactory = Callable[[], Mapping[str, str] | Awaitable[Mapping[str, str]]]
Clock = Callable[[], float]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_HOST = re.compile(rb"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_MOST_URLS = 512


@record(frozen=True, slots=True)
class BaseURL:
    """The API's address: every call goes to `origin`, at the `host`, to a path that begins with `prefix`."""

    origin: str
    prefix: str
    url: httpx.URL
    host: Origin

    @classmethod
    def parse(cls, text: str) -> Self:
        """An http(s) URL, or SettingsError."""
        try:
            url = httpx.URL(text.strip())
            prefix = join("", url.raw_path.decode().rstrip("/")).rstrip("/")
        except (httpx.InvalidURL, UnsafePath, UnicodeError):
            raise SettingsError(f"The API's address (WEBAPP_API_URL) is not a URL: {text[:100]!r}.") from None
        if url.userinfo:
            raise SettingsError("The API's address (WEBAPP_API_URL) can't hold a user name or a password.")
        if url.scheme not in ("http", "https") or not _HOST.fullmatch(url.raw_host):
            raise SettingsError(f"The API's address (WEBAPP_API_URL) must be an http or https URL, not {text[:100]!r}.")
        if url.port is not None and not 0 < url.port < 65536:
            raise SettingsError(f"The API's address (WEBAPP_API_URL) has no such port: {url.port}.")
        if url.query or url.fragment or "?" in text:
            raise SettingsError("The API's address (WEBAPP_API_URL) can't have a query or a fragment.")
        return cls(f"{url.scheme}://{url.netloc.decode()}", prefix, url, Origin.of(url))

    def accepts(self, url: httpx.URL) -> bool:
        """Whether a redirect to `url` stays here; an API behind TLS that believes itself on http does."""
        here, there = (self.url.scheme, self.url.port), (url.scheme, url.port)
        if url.host.lower() != self.url.host.lower() or url.userinfo:
            return False
        if there != here and (here, there) != (("https", None), ("http", None)):
            return False
        path = url.raw_path.decode("ascii", "replace").partition("?")[0]
        return not self.prefix or path == self.prefix or path.startswith(self.prefix + "/")


def api_url() -> str:
    """The API's address from the environment."""
    text = os.environ.get("WEBAPP_API_URL", "")
    if not text.strip():
        raise SettingsError("WEBAPP_API_URL is not set: say where the API is, as in https://api.example.com.")
    return text


@record(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """
    Made once, shared by every session's client; `headers` maps lower-case names to values.

    `lends` says whether the headers that describe the browser go along, as they do to the API.
    """

    base: BaseURL
    transport: httpx.AsyncBaseTransport
    headers: Mapping[str, str]
    user_agent: str
    timeout: float
    connect_timeout: float
    max_body: int
    clock: Clock
    api_key: ApiKey | None
    """The key that all sessions' calls carry."""
    api_key_name: str
    auth_header_factory: AuthHeaderFactory | None
    renewals: Turns
    lends: bool = True
    observer: ClientObserver | None = None
    writing: Writing = PLAIN
    _urls: dict[str, httpx.URL] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        base_url: str,
        *,
        headers: Mapping[str, str],
        key: tuple[str, str, str],
        writing: Writing,
        **options: Any,
    ) -> Self:
        """The settings of an API at `base_url`; `key` is a place, a name and a value, which may be empty."""
        base = BaseURL.parse(base_url)
        place, name, value = key
        checked = next(iter(checked_headers({name: value if place == "header" else ""})))
        ours = {"host": base.url.netloc.decode(), "accept": writing.accept, "accept-encoding": ACCEPTED_ENCODINGS}
        return cls(
            base=base,
            headers=ours | dict(headers),
            user_agent=headers["user-agent"],
            api_key=ApiKey.of(place, checked if place == "header" else name, value) if value else None,
            api_key_name=checked,
            writing=writing,
            **options,
        )

    def url(self, target: str) -> httpx.URL:
        """`target` at the API; parsing a URL is a tenth of a call, so the latest are remembered."""
        url = self._urls.get(target)
        if url is None:
            if len(self._urls) >= _MOST_URLS:
                self._urls.clear()
            url = self._urls[target] = httpx.URL(self.base.origin + target)
        return url


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with lower-case names; UnsafePath for any that would break out of its line."""
    checked = {}
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not isinstance(value, str):
            raise UnsafePath(f"The header {name[:40]!r} can't be sent as it is.")
        checked[name.lower()] = checked_value(name, value)
    return checked


def checked_value(name: str, value: str) -> str:
    """The value, or UnsafePath when it would break out of its line."""
    if _UNSAFE_VALUE.search(value):
        raise UnsafePath(f"The header {name[:40]!r} can't be sent as it is.")
    return value


def header_bytes(value: str) -> bytes:
    """A header's value on the wire: as it came from the browser (Latin-1), or else UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()
