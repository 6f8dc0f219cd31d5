"""Who is asking, and whether they may."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Cookie, Depends, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer

from webapp.demo.auth.cookies import SESSION_COOKIE
from webapp.demo.auth.families import Device
from webapp.demo.auth.tokens import Signer
from webapp.demo.database import one
from webapp.demo.models.users import Role
from webapp.demo.state import CurrentDemo, Demo

RANKS = (Role.VIEWER, Role.MEMBER, Role.ADMIN)
BEARER = OAuth2PasswordBearer(tokenUrl="/auth/token", auto_error=False)

ACCOUNT = """
SELECT users.* FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.id = ? AND sessions.revoked_at IS NULL AND users.email = ?
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user, and the session they came with."""

    id: int
    email: str
    full_name: str | None
    role: Role
    is_active: bool
    session_id: str

    @property
    def is_admin(self) -> bool:
        """Whether they may do everything."""
        return self.role is Role.ADMIN


def signer(demo: Demo) -> Signer:
    """The demo's key, kept in its database, so that tokens outlive a restart just when the data do."""
    with demo.database.reading() as connection:
        found = one(connection, "SELECT value FROM meta WHERE key = 'signing_key'")
    assert found is not None
    return Signer(bytes.fromhex(found["value"]))


def device_of(request: Request, demo: Demo) -> Device:
    """Where a request comes from; behind a frontend it is the frontend that knows."""
    address = request.client.host if request.client else "unknown"
    forwarded = request.headers.get("X-Forwarded-For", "") if demo.options.trust_forwarded else ""
    return Device(forwarded.partition(",")[0].strip() or address, request.headers.get("User-Agent"))


async def _maybe_caller(
    demo: CurrentDemo,
    bearer: Annotated[str | None, Depends(BEARER)],
    cookie: Annotated[str | None, Cookie(alias=SESSION_COOKIE)] = None,
) -> Caller | None:
    # The cookie wins, even when it is junk and the bearer is good.
    token = cookie or bearer
    claims = signer(demo).read(token, now=demo.clock()) if token else None
    if claims is None:
        return None
    with demo.reading() as connection:
        user = one(connection, ACCOUNT, (claims.session_id, claims.email))
    if user is None:
        return None
    return Caller(
        user["id"], user["email"], user["full_name"], Role(user["role"]), bool(user["is_active"]), claims.session_id
    )


MaybeCaller = Annotated[Caller | None, Depends(_maybe_caller)]


async def _signed_in(caller: MaybeCaller) -> Caller:
    if caller is None:
        raise HTTPException(401, "Could not validate credentials", {"WWW-Authenticate": "Bearer"})
    if not caller.is_active:
        raise HTTPException(401, "Inactive user")
    return caller


def _at_least(role: Role) -> Callable[[Caller], Awaitable[Caller]]:
    async def check(caller: Annotated[Caller, Depends(_signed_in)]) -> Caller:
        if RANKS.index(caller.role) < RANKS.index(role):
            raise HTTPException(403, "Insufficient permissions")
        return caller

    return check


SignedIn = Annotated[Caller, Depends(_signed_in)]
"""Anyone who is signed in."""
Writer = Annotated[Caller, Depends(_at_least(Role.MEMBER))]
"""Members and admins."""
Admin = Annotated[Caller, Depends(_at_least(Role.ADMIN))]
"""Admins alone."""
