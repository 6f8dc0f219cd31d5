"""Signing in, staying signed in, signing out."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.security import OAuth2PasswordRequestForm

from webapp.demo.auth import families
from webapp.demo.auth.cookies import REFRESH_COOKIE, delete_cookies, set_cookies, signed_out
from webapp.demo.auth.families import Device, Granted, Refused
from webapp.demo.auth.guard import MaybeCaller, SignedIn, device_of, signer
from webapp.demo.auth.passwords import hash_password, verify_password
from webapp.demo.auth.tokens import Claims
from webapp.demo.database import Row, insert
from webapp.demo.models.accounts import Revoked, SessionResponse, TokenResponse, UserCreate, UserResponse
from webapp.demo.models.fields import Done
from webapp.demo.models.users import Role
from webapp.demo.problems import documented, not_found
from webapp.demo.queries import users
from webapp.demo.state import CurrentDemo, Demo

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/register", operation_id="register", responses=documented(400, 429))
async def register(request: Request, response: Response, demo: CurrentDemo, new: UserCreate) -> UserResponse:
    """Make an account for oneself, and be signed in at once."""
    device = _allowed(request, demo)
    password_hash = await anyio.to_thread.run_sync(hash_password, new.password)

    with demo.writing() as connection:
        if users.by_email(connection, new.email):
            raise HTTPException(400, "Email already registered")
        row = {
            "email": new.email,
            "full_name": new.full_name,
            "role": Role.MEMBER,
            "password_hash": password_hash,
            "created_at": demo.now(),
            "last_login": demo.now(),
        }
        user = users.get(connection, insert(connection, "users", row))
        assert user is not None
        granted = families.begin(
            connection, user, device, source="register", now=demo.clock(), lifetime=demo.options.refresh_seconds
        )

    _hand_over(request, response, demo, granted)
    return _account(user)


@router.post("/token", operation_id="login", summary="Sign in", responses=documented(401, 403, 429))
async def login(
    request: Request, response: Response, demo: CurrentDemo, form: Annotated[OAuth2PasswordRequestForm, Depends()]
) -> TokenResponse:
    """
    Sign in with e-mail and password.

    The token is in the answer, for programs, and with the refresh token in HttpOnly cookies, for browsers. A session
    that a refresh cookie is sent along for ends.
    """
    device = _allowed(request, demo)
    with demo.reading() as connection:
        user = users.by_email(connection, form.username)
    stored = user["password_hash"] if user else None
    right = await anyio.to_thread.run_sync(verify_password, form.password, stored)

    if user is None or not right or user["is_locked"]:
        raise HTTPException(401, "Incorrect email or password", {"WWW-Authenticate": "Bearer"})
    if not user["is_active"]:
        raise HTTPException(403, "Account disabled")

    with demo.writing() as connection:
        if earlier := request.cookies.get(REFRESH_COOKIE):
            families.revoke_by_token(connection, earlier, now=demo.clock())
        connection.execute("UPDATE users SET last_login = ? WHERE id = ?", (demo.now(), user["id"]))
        granted = families.begin(
            connection, user, device, source="password", now=demo.clock(), lifetime=demo.options.refresh_seconds
        )
    return TokenResponse(access_token=_hand_over(request, response, demo, granted))


@router.post("/refresh", operation_id="refresh", response_model=TokenResponse)
async def refresh(request: Request, response: Response, demo: CurrentDemo) -> TokenResponse | Response:
    """
    Renew both tokens with the refresh cookie; nothing else is needed.

    Each refresh token is good for once. When one comes again later than within a few seconds, its whole session ends.
    """
    token = request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise HTTPException(401, "No refresh token", {"WWW-Authenticate": "Bearer"})

    with demo.writing() as connection:
        granted = families.rotate(
            connection,
            token,
            device_of(request, demo),
            now=demo.clock(),
            lifetime=demo.options.refresh_seconds,
            reuse_window=demo.options.reuse_window,
        )

    if isinstance(granted, Refused):
        return signed_out(request, granted.detail)
    return TokenResponse(access_token=_hand_over(request, response, demo, granted))


@router.post("/logout", operation_id="logout", summary="Sign out", response_model=Done)
async def logout(request: Request, response: Response, demo: CurrentDemo, caller: MaybeCaller) -> Done | Response:
    """
    End this session: its refresh token and its access tokens.

    The cookies are taken back in any case. Without a valid access token the answer is 401 and nothing ends.
    """
    if caller is None or not caller.is_active:
        return signed_out(request, "Could not validate credentials")

    with demo.writing() as connection:
        families.revoke(connection, caller.session_id, now=demo.clock())

    delete_cookies(request, response)
    return Done(detail="Logged out")


@router.get("/me", operation_id="get_me", summary="Who am I", responses=documented(401))
async def get_me(demo: CurrentDemo, caller: SignedIn) -> UserResponse:
    """The account that is signed in."""
    with demo.reading() as connection:
        user = users.get(connection, caller.id)
    assert user is not None
    return _account(user)


@router.get("/sessions", operation_id="list_sessions", summary="Devices", responses=documented(401))
async def list_sessions(demo: CurrentDemo, caller: SignedIn) -> list[SessionResponse]:
    """Where the account is signed in, one for each device."""
    with demo.reading() as connection:
        rows = families.live(connection, caller.id, now=demo.clock())
    return [SessionResponse(**row, is_current=row["id"] == caller.session_id) for row in rows]


@router.delete("/sessions", operation_id="end_other_sessions", summary="End all others", responses=documented(401))
async def end_other_sessions(demo: CurrentDemo, caller: SignedIn) -> Revoked:
    """End every session of the account but this one."""
    with demo.writing() as connection:
        return Revoked(revoked=families.revoke_others(connection, caller.id, caller.session_id, now=demo.clock()))


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    operation_id="end_session",
    summary="End one",
    responses=documented(401, 404),
)
async def end_session(demo: CurrentDemo, caller: SignedIn, session_id: str) -> None:
    """End one session of the account; ending this very one is signing out."""
    with demo.writing() as connection:
        if not families.revoke_mine(connection, caller.id, session_id, now=demo.clock()):
            raise not_found("Session")


def _allowed(request: Request, demo: Demo) -> Device:
    device = device_of(request, demo)
    if not demo.tries.allows(device.address):
        raise HTTPException(429, "Too many tries, wait a minute", {"Retry-After": "60"})
    return device


def _hand_over(request: Request, response: Response, demo: Demo, granted: Granted) -> str:
    """Set both cookies; returns the access token."""
    options = demo.options
    claims = Claims(granted.user["email"], granted.session_id)
    access = signer(demo).sign(claims, role=granted.user["role"], expires=demo.clock() + options.access_seconds)
    ages = (options.access_seconds, options.refresh_seconds)
    set_cookies(request, response, access, granted.refresh_token, ages)
    return access


def _account(user: Row) -> UserResponse:
    return UserResponse(**user, has_password=user["password_hash"] is not None)
