"""Which credentials a call goes with: an API may want others for each of its operations."""

from collections.abc import Callable
from typing import Literal

from webapp.record import record


@record(frozen=True, slots=True)
class Scheme:
    """
    One way in which an API wants to know who calls, by the name that its document has for it.

    `key` is the name of a key and `place` where it goes (`header`, `query`, `cookie`); `prefix` stands before a
    bearer token. `other` is what can't be sent from here, such as a client's certificate.
    """

    name: str
    kind: Literal["basic", "bearer", "key", "other"]
    key: str = ""
    place: str = ""
    prefix: str = "Bearer"
    label: str = ""
    """What a person would call it: `API key`."""
    hint: str = ""


Alternatives = tuple[tuple[Scheme, ...], ...]
"""The sets of schemes of which an operation wants one, whole; an empty set is "nothing, if need be"."""


@record(frozen=True, slots=True)
class Guide:
    """What an API's document tells a client about who may call what."""

    wanted: Callable[[str, str], Alternatives | None] | None = None
    """Of a method and a path, what that operation asks for; None where the document doesn't say."""
    schemes: tuple[Scheme, ...] = ()
    """All that any operation asks for."""
    check: str = ""
    """The path of a GET that only those get who are signed in; empty where there is none."""
    names_caller: bool = False
    """Whether that is a who-am-I, whose null says that one is nobody."""
    open_to_sign_in: bool = True
    """Whether anybody can sign in, or all come with what is configured for everybody."""


NO_GUIDE = Guide()
