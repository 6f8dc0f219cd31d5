"""What one session holds to be known to the API: cookies, tokens, keys, a password."""

import sys
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

from webapp.client.cookies import Cookie, CookieJar
from webapp.client.expiry import find_lifetime, plan
from webapp.client.keys import ApiKey
from webapp.client.tokens import Tokens

VERSION = 3
"""Of what `dump` gives."""
_READABLE = (1, 2, VERSION)

NOTHING_ADDED: Mapping[str, ApiKey] = MappingProxyType({})

Guard = Callable[[Callable[[], Awaitable[Any]], Any], Awaitable[Any]]
"""Has a renewal (at an endpoint) run once for all who hold the same credentials, and gives its result."""


class Credentials:
    """
    One session's secrets, and nothing else's.

    `generation` grows whenever they are replaced as a whole (a sign-in, a renewal, a sign-out), so that a late answer
    to an old request can neither start a renewal nor bring back what has been cleared. `holder` grows only where they
    may have become somebody else's, so that no call of the one is ever sent again as the other's.

    From `renew_at` on a renewal is due, at `spent_at` overdue; both are None where nothing tells how long access lasts.
    What is `added` to a sign-in, by the name of the scheme that it is for, goes along where that scheme is asked for.
    Where other processes hold the same, renewals go through `guard`. Calls are `counted_as` somebody's, if anybody is
    named there, who may hold so many connections at once and no more. Of somebody `arriving` nobody knows yet whether
    these are right: those have connections of their own.
    """

    __slots__ = (
        "added",
        "api_key",
        "arriving",
        "basic",
        "bearer",
        "cookies",
        "counted_as",
        "established",
        "generation",
        "guard",
        "holder",
        "keys",
        "refresh_token",
        "renew_at",
        "scheme",
        "spent_at",
        "vouched",
    )

    def __init__(
        self,
        bearer: str | None = None,
        *,
        refresh_token: str | None = None,
        api_key: str | None = None,
        basic: tuple[str, str] | None = None,
        keys: Iterable[ApiKey] = (),
        scheme: str = "Bearer",
        cookies: Mapping[str, str] | None = None,
    ) -> None:
        self.bearer = bearer
        self.refresh_token = refresh_token
        self.api_key = api_key
        self.basic = basic
        self.keys = tuple(keys)
        self.scheme = scheme  # what stands before the token; "" sends the token alone
        self.cookies = CookieJar(Cookie(name, "/", value, None) for name, value in (cookies or {}).items())
        self.established = bool(cookies)  # by a sign-in; the cookies of just any visitor are none
        self.added = NOTHING_ADDED
        self.vouched = False  # whether who-am-I has ever known whose these are
        self.renew_at: float | None = None
        self.spent_at: float | None = None
        self.generation = self.holder = 0
        self.guard: Guard | None = None
        self.counted_as = ""
        self.arriving = False

    def __repr__(self) -> str:
        names = [name for name in ("bearer", "refresh_token", "api_key", "basic") if getattr(self, name) is not None]
        names += [f"{len(self.keys)} keys"] if self.keys else []
        names += [f"{len(self.added)} added"] if self.added else []
        return f"<Credentials {', '.join([*names, f'{len(self.cookies)} cookies'])}>"

    @property
    def present(self) -> bool:
        """Whether this is somebody's session: a visitor's cookies, set before any sign-in, make none."""
        return self.own or bool(self.added)

    @property
    def revision(self) -> tuple[int, int, bool]:
        """Another one after each change of what there is to save."""
        return self.generation, self.cookies.changes, self.vouched

    @property
    def own(self) -> bool:
        """Whether there is what the session was signed in with, whatever was added."""
        return self.established or bool(self.bearer or self.refresh_token or self.api_key or self.basic or self.keys)

    def authorization(self) -> str | None:
        """The `Authorization` header, or None."""
        if self.bearer:
            return f"{self.scheme} {self.bearer}" if self.scheme else self.bearer
        return self.basic_header()

    def basic_header(self) -> str | None:
        """The `Authorization` header of a name and a password, or None."""
        return "Basic " + b64encode(":".join(self.basic).encode()).decode() if self.basic else None

    def add(self, credentials: Mapping[str, ApiKey]) -> None:
        """Hold these besides, by the schemes that they are for, in place of any that were."""
        self.added = {**self.added, **credentials}
        self.generation += 1

    def drop(self, scheme: str) -> None:
        """Hold what was added for a scheme no longer."""
        if scheme in self.added:
            self.added = {name: key for name, key in self.added.items() if name != scheme}
            self.generation += 1

    def store(self, cookies: Iterable[Cookie], now: float) -> None:
        """Take over the cookies that an answer set or deleted."""
        for cookie in cookies:
            self.cookies.set(cookie, now)

    def adopt(self, tokens: Tokens, cookies: Sequence[Cookie], now: float, *, api_now: float | None = None) -> None:
        """What a sign-in brought, in place of everything that was here; `api_now` is the time by the API's clock."""
        if self.present:
            self.clear()
        self.holder += 1
        self.store(cookies, now)
        self.bearer, self.refresh_token = _held_once(tokens.access, cookies), _held_once(tokens.refresh, cookies)
        self._began(tokens, cookies, now, api_now)

    def renew(self, tokens: Tokens, cookies: Sequence[Cookie], now: float, *, api_now: float | None = None) -> None:
        """What a renewal brought; a refresh token that it doesn't mention stays."""
        self.store(cookies, now)
        self.bearer = _held_once(tokens.access, cookies)
        self.refresh_token = _held_once(tokens.refresh, cookies) or self.refresh_token
        self._began(tokens, cookies, now, api_now)

    def _began(self, tokens: Tokens, cookies: Sequence[Cookie], now: float, api_now: float | None) -> None:
        lifetime = find_lifetime(tokens, cookies, now, api_now)
        self.renew_at, self.spent_at = plan(lifetime, now) if lifetime is not None else (None, None)
        self.established = True
        self.generation += 1

    def clear(self) -> None:
        """Forget everything."""
        self.added = NOTHING_ADDED
        self.forget_own()

    def forget_own(self) -> None:
        """Forget all but what was added."""
        self.bearer = self.refresh_token = self.api_key = self.basic = self.renew_at = self.spent_at = None
        self.keys = ()
        self.cookies.clear()
        self.established = self.vouched = False
        self.generation += 1
        self.holder += 1

    def copy(self) -> Self:
        """The same for calls of which these learn nothing; nobody else holds the copy, so that no guard is its own."""
        copy = type(self)()
        for name in self.__slots__:
            if name not in ("cookies", "guard"):
                setattr(copy, name, getattr(self, name))
        copy.cookies = CookieJar(self.cookies)
        return copy

    def take_over(self, other: "Credentials") -> None:
        """Be, but for the cookies, what others who hold the same have made of them."""
        for name in self.__slots__:
            if name not in ("arriving", "cookies", "counted_as", "generation", "guard"):
                setattr(self, name, getattr(other, name))
        self.generation = max(self.generation + 1, other.generation)

    def dump(self) -> dict[str, Any]:
        """Everything, as JSON can hold it. It is as secret as what it holds."""
        return {
            "version": VERSION,
            "bearer": self.bearer,
            "refresh_token": self.refresh_token,
            "renew_at": self.renew_at,
            "spent_at": self.spent_at,
            "api_key": self.api_key,
            "basic": list(self.basic) if self.basic else None,
            "keys": [[key.place, key.name, key.value] for key in self.keys],
            "scheme": self.scheme,
            "established": self.established,
            "cookies": [list(cookie) for cookie in self.cookies],
            "added": [[scheme, key.place, key.name, key.value] for scheme, key in self.added.items()],
            "vouched": self.vouched,
            "generation": self.generation,
            "holder": self.holder,
        }

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """What `dump` gave, now or in the version before, or ValueError."""
        if not isinstance(dumped, Mapping) or dumped.get("version") not in _READABLE:
            raise ValueError("These credentials are not of a version that can be read.")
        try:
            basic = dumped["basic"]
            credentials = cls(
                _text(dumped["bearer"]),
                refresh_token=_text(dumped["refresh_token"]),
                api_key=_text(dumped["api_key"]),
                basic=(str(basic[0]), str(basic[1])) if basic else None,
                keys=[ApiKey.of(str(place), str(name), str(value)) for place, name, value in dumped["keys"]],
                scheme=str(dumped["scheme"]),
            )
            credentials.cookies = CookieJar(
                Cookie(sys.intern(str(name)), sys.intern(str(path)), str(value), _number(expires))
                for name, path, value, expires in dumped["cookies"]
            )
            credentials.renew_at = _number(dumped["renew_at"])
            credentials.spent_at = _number(dumped["spent_at"])
            credentials.established = dumped["established"] is True
            if dumped["version"] != 1:
                credentials.vouched = dumped["vouched"] is True
                credentials.added = {
                    str(scheme): ApiKey.of(str(place), str(name), str(value))
                    for scheme, place, name, value in dumped["added"]
                }
            if dumped["version"] == VERSION:
                credentials.generation, credentials.holder = int(dumped["generation"]), int(dumped["holder"])
        except (KeyError, IndexError, TypeError, ValueError):
            raise ValueError("These credentials are damaged.") from None
        return credentials


def _held_once(token: str | None, cookies: Sequence[Cookie]) -> str | None:
    """The token, as the very text of the cookie that it came in as well: a JWT may have a kilobyte."""
    return next((cookie.value for cookie in cookies if cookie.value == token), token)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
