"""
Everything that can go wrong, as one tree.

    WebappError
    ├── SettingsError               a setting is wrong; the start stops
    ├── DocumentError               an OpenAPI document can't be read
    ├── UnsafePath                  a path that would leave the API's base URL
    ├── StoreUnavailable            the sessions' store can't be asked
    │   └── ForeignRecord           a session's record that only other processes can read
    └── APIError                    the API didn't answer as hoped
        ├── BadRequest          400
        ├── Unauthorized        401  not signed in, or no longer
        ├── Forbidden           403
        ├── NotFound            404  (and 410)
        ├── Conflict            409
        ├── PreconditionFailed  412
        ├── TooLarge            413
        ├── Unsupported         415
        ├── Invalid             422  (and any 400 that names fields)
        ├── RateLimited         429
        ├── BadGateway          502  an answer that can't be used: 5xx, redirects, junk
        │   ├── Garbled              says that it's JSON, and isn't
        │   ├── KeyRefused           doesn't accept the key that is configured for everybody
        │   └── TokenRefused         doesn't accept the token that it has just given
        └── Unavailable         503  no answer: connection, DNS, TLS, time-out, 502, 503, 504
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar


class WebappError(Exception):
    """The base of all our errors."""


class SettingsError(WebappError):
    """A setting is wrong; the message is one sentence that names it and says why."""


class DocumentError(WebappError):
    """An OpenAPI document can't be read; the message says where and why."""


class UnsafePath(WebappError, ValueError):
    """A path that would leave the API's base URL, or smuggle a header."""


class StoreUnavailable(WebappError):
    """The sessions' store can't be asked just now, so nobody knows who a browser is; the message is for the log."""


class ForeignRecord(StoreUnavailable):
    """A session's record that other processes can read and this one can't: they have a newer version, or a key more."""


class APIError(WebappError):
    """
    The API didn't answer as hoped.

    `status` is what our own page answers with; `api_status` what the API said, or None without an answer.
    `detail` is a sentence fit to show; it never holds what was submitted. `fields` maps a field's dotted path
    (`address.street`, `items.0.price`) to its complaints; `locations` says of some which part of the request they are
    in (`body`, `query`, `path`, `header`, `cookie`), and `sentences` are those about the whole. `retry_after` is in
    seconds.
    """

    default_status: ClassVar[int] = 502
    sent: bool = True
    """False where no connection could be made: the API knows nothing of it."""
    lacks: Sequence[Sequence[str]] = ()
    """Of the sets of schemes that would do for this call, what the session doesn't have, by the document's names."""
    perhaps: Sequence[Sequence[str]] = ()
    """The same where something was sent that may have been for another of the document's schemes."""

    def __init__(
        self,
        detail: str = "",
        *,
        api_status: int | None = None,
        fields: Mapping[str, Sequence[str]] = MappingProxyType({}),
        code: str | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
        locations: Mapping[str, str] = MappingProxyType({}),
        sentences: Sequence[str] = (),
    ) -> None:
        super().__init__(detail or type(self).__name__)
        self.status = self.default_status
        self.api_status = api_status
        self.detail = detail
        self.fields = fields
        self.code = code
        self.retry_after = retry_after
        self.request_id = request_id
        self.locations = locations
        self.sentences = sentences


class BadRequest(APIError):
    """The API could not make sense of the request."""

    default_status = 400


class Unauthorized(APIError):
    """
    The API wants a sign-in.

    `ended` says that a session was over with this answer; otherwise there was none, or this one call needs another.
    """

    default_status = 401
    ended: bool = False


class Forbidden(APIError):
    """Signed in, but not allowed to."""

    default_status = 403


class NotFound(APIError):
    """There is no such thing, or no longer."""

    default_status = 404


class Conflict(APIError):
    """The request contradicts what the API holds now."""

    default_status = 409


class PreconditionFailed(APIError):
    """The thing has changed since it was read."""

    default_status = 412


class TooLarge(APIError):
    """What was sent is larger than the API takes."""

    default_status = 413


class Unsupported(APIError):
    """The API doesn't take this media type."""

    default_status = 415


class Invalid(APIError):
    """The API rejected the input; `fields` says where."""

    default_status = 422


class RateLimited(APIError):
    """Too many requests; `retry_after` says for how long to wait, where the API does."""

    default_status = 429


class BadGateway(APIError):
    """The API answered something that can't be used."""

    default_status = 502


class Garbled(BadGateway):
    """The API answered something that isn't the JSON it says it is; `content` is what it is."""

    content: bytes = b""


class KeyRefused(BadGateway):
    """The API doesn't accept the key that is configured for everybody: no visitor can do anything about it."""


class TokenRefused(BadGateway):
    """The API doesn't accept the token that it has just given for a name and a password."""


class Unavailable(APIError):
    """The API didn't answer, or said that it can't just now."""

    default_status = 503
