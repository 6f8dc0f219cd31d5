"""One browser's session."""

from typing import TypedDict

from webapp.client import APIClient
from webapp.sessions.cookie import new_id


class Session:
    """
    A browser's own client, and who it is signed in as.

    A stranger's has no id and is kept nowhere. Signing in means putting a begun session in the request's place:
    `request.state.session = Session.begin(api, user="Ada")`; signing out, a stranger's.
    """

    __slots__ = ("__weakref__", "api", "created_at", "id", "id_token", "owner", "provider_sid", "seen_at", "user")

    def __init__(self, api: APIClient, *, id: str | None = None, user: str | None = None, owner: str = "") -> None:  # noqa: A002
        self.id = id
        self.api = api
        self.user = user
        self.owner = owner
        self.provider_sid = ""
        """What an OpenID provider calls this sign-in, if one was asked; unique with its issuer before it."""
        self.id_token = ""
        """What proves to the provider who it is that signs out there."""
        self.created_at = 0.0
        self.seen_at = 0.0

    @classmethod
    def stranger(cls, api: APIClient, *, owner: str = "") -> "Session":
        """A session that ends with its request; `owner` is whose the browser's was that has just ended."""
        return cls(api, owner=owner)

    @classmethod
    def begin(cls, api: APIClient, *, user: str, owner: str | None = None) -> "Session":
        """
        A session with a new id: signed in.

        `user` is how a person is called on pages; `owner` identifies them where sessions are counted per user.
        """
        return cls(api, id=new_id(), user=user, owner=owner or user)

    @property
    def kept(self) -> bool:
        """Whether it outlives its request."""
        return self.id is not None


class State(TypedDict):
    """What a request's state holds, for handlers that are type-checked: `Request[State]`."""

    session: Session
    api: APIClient
