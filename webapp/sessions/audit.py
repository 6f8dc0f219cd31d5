"""
Who came and went, line by line, on the logger `webapp.audit`: for whoever has to find out what happened.

A session is known by the first half of its id's SHA-256, so no line helps anybody into it. Whoever the API has
confirmed is named in clear, since a line that doesn't say who is of no use. What was only typed is never written, as
people type passwords into the wrong field: it appears as a keyed hash, by which attempts on one account can be counted.
"""

import json
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar

from webapp.client import request_context
from webapp.sessions.session import Session

logger = logging.getLogger("webapp.audit")

audit_observer: ContextVar[Callable[[str, Mapping[str, object]], None] | None] = ContextVar(
    "webapp.audit_observer", default=None
)
"""Is told of each event and its details, whatever the log's level, by whoever counts them for the app at work."""

LONGEST = 200
"""Characters of one value."""


def audit(event: str, *, session: Session | None = None, level: int = logging.INFO, **details: object) -> None:
    """
    Write one line: what happened, to whose session, from which address and in which request, and what else is known.

    `event` is one of `sign_in`, `sign_in_refused`, `sign_in_throttled`, `sign_in_no_room`, `sign_out`,
    `session_ended`, `session_revoked`, `session_evicted`, `credential_added`, `credential_dropped`, or a caller's own.
    In JSON logs all of it is fields. No detail may be a secret, or anything that was typed and not confirmed.
    """
    if (observer := audit_observer.get()) is not None:
        observer(event, details)
    if not logger.isEnabledFor(level):
        return
    fields: dict[str, str] = {"event": event}
    if session is not None:
        fields |= {"session": session.short_key, "owner": session.owner[:LONGEST]}
    if context := request_context.get():
        fields["address"] = context.headers.get("X-Forwarded-For", "")
    fields |= {name: str(value)[:LONGEST] for name, value in details.items() if value not in (None, "")}
    told = " ".join(f"{name}={_quoted(value)}" for name, value in fields.items() if name != "event")
    logger.log(level, "%s %s", event, told, extra=fields)


def _quoted(value: str) -> str:
    """A word as it is; anything else in quotes, without line breaks or other signs that a terminal would obey."""
    plain = value.isascii() and value.isprintable() and not set(value) & set(' "=\\')
    return value if plain and value else json.dumps(value)
