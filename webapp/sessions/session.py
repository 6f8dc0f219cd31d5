"""
One browser's session.

What `dump` gives outlives the release that gave it, and two releases share a store while one takes the other's place:

- What changes in it, or in its credentials, raises VERSION, or the credentials' own.
- A release reads what the one before it wrote: READABLE names the versions, and `load` makes up for what they lack.
- One that finds what a later one wrote leaves it alone and says that it can't tell whose request it is (503): taken for
  none, it would be a session lost, and saved as an older one, whatever it holds more. Its browser is asked again by the
  page, or by the proxy elsewhere, where the later release is already.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from math import isfinite
from typing import Any, Self, TypedDict

from webapp.client import APIClient, Credentials
from webapp.sessions.activity import tells_activation
from webapp.sessions.cookie import new_id

LONGEST_USER_AGENT = 256
VERSION = 2
"""Of what `dump` gives."""
READABLE = (VERSION,)
"""Those that `load` takes."""


def key_of(session_id: str) -> str:
    """What a session is kept, listed and logged under: its id's SHA-256, which lets nobody in."""
    return sha256(session_id.encode()).hexdigest()


class Session:
    """
    A browser's own client, and who it is signed in as.

    A stranger's has no id and is kept nowhere. Signing in means putting a begun session in the request's place:
    `request.state.session = Session.begin(api, user="Ada")`; signing out, a stranger's.
    """

    __slots__ = (
        "__weakref__",
        "_watchers",
        "address",
        "api",
        "at_provider",
        "created_at",
        "ended",
        "ending",
        "gained",
        "id",
        "id_token",
        "key",
        "owner",
        "provider_sid",
        "seen_at",
        "successor",
        "tells_activation",
        "user",
        "user_agent",
    )

    def __init__(self, api: APIClient, *, id: str | None = None, user: str | None = None, owner: str = "") -> None:  # noqa: A002
        self.id = id
        """Until it has gone out with the cookie; from then on only its browser has it."""
        self.key = key_of(id) if id else ""
        self.api = api
        self.user = user
        self.owner = owner
        self.provider_sid = ""
        """What an OpenID provider calls this sign-in, if one was asked; unique with its issuer before it."""
        self.at_provider = False
        """Whether a provider gave its tokens, and renews them."""
        self.id_token = ""
        """What proves to the provider who it is that signs out there."""
        self.created_at = 0.0
        self.seen_at = 0.0
        """When it began, and when a person last used it, as Unix times."""
        self.address = ""
        self.user_agent = ""
        self.tells_activation = False
        self.ended = False
        """Whether it has ended elsewhere than in this request: by a limit, or because somebody said so."""
        self.ending = ""
        """Of a stranger's: what may be told of the end of the one before, as `Former.told` has it."""
        self.gained = ""
        """What it holds more than the one that its request came with, which it goes on with; empty where it's new."""
        self.successor: Session | None = None
        """What has taken its place in its browser."""
        self._watchers: list[Callable[[], None]] | None = None

    @classmethod
    def stranger(cls, api: APIClient, *, owner: str = "", ending: str = "") -> Self:
        """A session that ends with its request; `owner` is whose the browser's was that has ended, `ending` how."""
        session = cls(api, owner=owner)
        session.ending = ending
        return session

    @classmethod
    def begin(cls, api: APIClient, *, user: str, owner: str | None = None) -> Self:
        """
        A session with a new id: signed in.

        `user` is how a person is called on pages. `owner` is what tells them from everybody else: sessions of one
        owner are counted together, and each can list and end the others. Without it nobody is known to be the same.
        """
        session = cls(api, id=new_id(), user=user)
        api.credentials.arriving = False
        session.owner = owner or f"session {session.short_key}"
        return session

    @classmethod
    def follow(cls, before: "Session", api: APIClient, *, user: str, owner: str, gained: str) -> Self:
        """
        What goes on with a request's session under a new id, holding more: kept only if that hasn't ended meanwhile.

        Whoever ended it would otherwise have ended nothing. `gained` is the name of what it holds more, for the log.
        """
        session = cls.begin(api, user=user, owner=owner)
        session.gained = gained
        session.at_provider = before.at_provider
        session.provider_sid, session.id_token = before.provider_sid, before.id_token
        return session

    @property
    def kept(self) -> bool:
        """Whether it outlives its request."""
        return bool(self.key)

    @property
    def short_key(self) -> str:
        """Enough of the key to tell sessions apart in a log."""
        return self.key[:16]

    def seen_from(self, headers: Mapping[str, str], address: str) -> None:
        """Note the browser that it is used in, for its owner to know it by."""
        # Interned: most people use one of a few browsers.
        self.user_agent = sys.intern(headers.get("user-agent", "")[:LONGEST_USER_AGENT])
        self.tells_activation = tells_activation(headers)
        self.address = address

    def end(self) -> None:
        """Have whatever is under way for it stop."""
        self.ended = True
        for watcher in self._watchers or ():
            watcher()

    @property
    def watched(self) -> bool:
        """Whether something under way for it wants to be stopped when it ends."""
        return self._watchers is not None

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have a function called when it ends; for answers that would go on for long."""
        self._watchers = [*(self._watchers or ()), watcher]

    def unwatch(self, watcher: Callable[[], None]) -> None:
        """Have it called no more."""
        with suppress(ValueError):
            (self._watchers or []).remove(watcher)
        self._watchers = self._watchers or None

    def dump(self) -> dict[str, Any]:
        """Everything but its id, as JSON can hold it. It is as secret as the credentials in it."""
        return {
            "version": VERSION,
            "key": self.key,
            "user": self.user,
            "owner": self.owner,
            "provider_sid": self.provider_sid,
            "id_token": self.id_token,
            "at_provider": self.at_provider,
            "created_at": self.created_at,
            "seen_at": self.seen_at,
            "address": self.address,
            "user_agent": self.user_agent,
            "tells_activation": self.tells_activation,
            "credentials": self.api.credentials.dump(),
        }

    @classmethod
    def load(cls, dumped: Mapping[str, Any], key: str, client: Callable[[Credentials], APIClient]) -> Self:
        """What `dump` gave, for whoever asks for its key; ValueError where it is damaged, or another's."""
        if dumped.get("version") not in READABLE or dumped.get("key") != key:
            raise ValueError("This is not the session of this key, or not of a version that can be read.")
        try:
            session = cls(
                client(Credentials.load(dumped["credentials"])), user=str(dumped["user"]), owner=str(dumped["owner"])
            )
            session.key = key
            session.at_provider = dumped["at_provider"] is True
            session.provider_sid, session.id_token = str(dumped["provider_sid"]), str(dumped["id_token"])
            session.created_at, session.seen_at = _moment(dumped["created_at"]), _moment(dumped["seen_at"])
            session.address, session.user_agent = str(dumped["address"]), sys.intern(str(dumped["user_agent"]))
            session.tells_activation = dumped["tells_activation"] is True
        except (KeyError, TypeError, ValueError):
            raise ValueError("This session is damaged.") from None
        return session


def _moment(value: Any) -> float:
    moment = float(value)
    if not isfinite(moment):
        raise ValueError("This is no moment.")
    return moment


class State(TypedDict):
    """What a request's state holds, for handlers that are type-checked: `Request[State]`."""

    session: Session
    api: APIClient
