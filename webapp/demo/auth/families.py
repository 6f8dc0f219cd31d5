"""
Session families: one for each sign-in, with every refresh token that descends from it.

A refresh token is opaque and only its SHA-256 is stored. Each use rotates it. The same token again within the reuse
window is a client that lost the answer, and gets another live successor; later it is a thief or their victim, nobody
can tell which, and the whole family ends, every access token of it included.
"""

import hashlib
import secrets
import sqlite3
import uuid
from dataclasses import dataclass, field

from webapp.demo.database import Row, every, insert, one


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request comes from."""

    address: str
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Granted:
    """A live session with its newest refresh token."""

    session_id: str
    user: Row
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a refresh token is worth nothing."""

    detail: str


def begin(
    connection: sqlite3.Connection, user: Row, device: Device, *, source: str, now: float, lifetime: float
) -> Granted:
    """A new family for a user who has just proved who they are."""
    connection.execute("DELETE FROM sessions WHERE expires_at <= ?", (now,))
    session = {
        "id": str(uuid.uuid4()),
        "user_id": user["id"],
        "source": source,
        "user_agent": device.user_agent,
        "ip": device.address,
        "created_at": now,
        "last_used_at": now,
        "expires_at": now + lifetime,
    }
    insert(connection, "sessions", session)
    return Granted(session["id"], user, _new_token(connection, session["id"], now + lifetime))


def rotate(
    connection: sqlite3.Connection, token: str, device: Device, *, now: float, lifetime: float, reuse_window: float
) -> Granted | Refused:
    """A refresh token for the next one."""
    found = one(connection, FAMILY_OF, (_hash(token), now))
    if found is None:
        return Refused("Invalid refresh token")
    if found["rotated_at"] is not None and now - found["rotated_at"] > reuse_window:
        revoke(connection, found["session_id"], now=now)
        return Refused("Invalid refresh token")
    user = one(connection, "SELECT * FROM users WHERE id = ?", (found["user_id"],))
    if user is None or not user["is_active"] or user["is_locked"]:
        return Refused("User unavailable")

    connection.execute(
        "UPDATE refresh_tokens SET rotated_at = ? WHERE hash = ? AND rotated_at IS NULL", (now, _hash(token))
    )
    connection.execute(
        "UPDATE sessions SET last_used_at = ?, expires_at = ?, user_agent = ?, ip = ? WHERE id = ?",
        (now, now + lifetime, device.user_agent, device.address, found["session_id"]),
    )
    return Granted(found["session_id"], user, _new_token(connection, found["session_id"], now + lifetime))


def revoke(connection: sqlite3.Connection, session_id: str, *, now: float) -> None:
    """End a family: its refresh tokens and its access tokens at once."""
    connection.execute("UPDATE sessions SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (now, session_id))


def revoke_by_token(connection: sqlite3.Connection, token: str, *, now: float) -> None:
    """End the family a refresh token belongs to, if it belongs to any."""
    found = one(connection, "SELECT session_id FROM refresh_tokens WHERE hash = ?", (_hash(token),))
    if found is not None:
        revoke(connection, found["session_id"], now=now)


def revoke_mine(connection: sqlite3.Connection, user_id: int, session_id: str, *, now: float) -> bool:
    """End one of a user's own families; whether there was such a one."""
    ended = connection.execute(
        "UPDATE sessions SET revoked_at = ? WHERE id = ? AND user_id = ? AND revoked_at IS NULL AND expires_at > ?",
        (now, session_id, user_id, now),
    )
    return ended.rowcount == 1


def revoke_others(connection: sqlite3.Connection, user_id: int, session_id: str, *, now: float) -> int:
    """End all of a user's families but one; how many those were."""
    return connection.execute(
        "UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND id <> ? AND revoked_at IS NULL AND expires_at > ?",
        (now, user_id, session_id, now),
    ).rowcount


def live(connection: sqlite3.Connection, user_id: int, *, now: float) -> list[Row]:
    """A user's families, the last used first."""
    return every(
        connection,
        "SELECT * FROM sessions WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? "
        "ORDER BY last_used_at DESC, created_at DESC, id",
        (user_id, now),
    )


FAMILY_OF = """
SELECT refresh_tokens.session_id, refresh_tokens.rotated_at, sessions.user_id
FROM refresh_tokens JOIN sessions ON sessions.id = refresh_tokens.session_id
WHERE refresh_tokens.hash = ? AND refresh_tokens.expires_at > ? AND sessions.revoked_at IS NULL
"""


def _new_token(connection: sqlite3.Connection, session_id: str, expires_at: float) -> str:
    token = secrets.token_urlsafe(32)
    insert(connection, "refresh_tokens", {"hash": _hash(token), "session_id": session_id, "expires_at": expires_at})
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
