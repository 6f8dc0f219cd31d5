"""People."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from webapp.demo.auth.guard import Admin, Caller, SignedIn
from webapp.demo.database import Row, insert, update
from webapp.demo.models.fields import ItemId
from webapp.demo.models.paging import Page
from webapp.demo.models.users import User, UserInvite, UserPatch, UserQuery
from webapp.demo.problems import conflict, documented, not_found
from webapp.demo.queries import users
from webapp.demo.state import CurrentDemo, Demo

router = APIRouter(prefix="/users", tags=["users"], responses=documented(401))


@router.get("", operation_id="list_users", summary="List users")
async def list_users(demo: CurrentDemo, caller: SignedIn, query: Annotated[UserQuery, Query()]) -> Page[User]:
    """Everybody with an account. E-mail addresses are for admins, and one's own."""
    with demo.reading() as connection:
        rows, total = users.page(connection, query)
    return Page(items=[_shown(row, caller) for row in rows], total=total, page=query.page, size=query.size)


@router.post("", status_code=201, operation_id="create_user", summary="Create user", responses=documented(403, 409))
async def create_user(response: Response, demo: CurrentDemo, admin: Admin, new: UserInvite) -> User:
    """Make an account for somebody else."""
    with demo.writing() as connection:
        if users.by_email(connection, new.email):
            raise conflict("Email already registered")
        user_id = insert(connection, "users", {**new.model_dump(), "created_at": demo.now()})
    response.headers["Location"] = f"/users/{user_id}"
    return _user(demo, admin, user_id)


@router.get("/{user_id}", operation_id="get_user", summary="Get user", responses=documented(404))
async def get_user(demo: CurrentDemo, caller: SignedIn, user_id: ItemId) -> User:
    """One person."""
    return _user(demo, caller, user_id)


@router.patch("/{user_id}", operation_id="update_user", summary="Update user", responses=documented(403, 404))
async def update_user(demo: CurrentDemo, caller: SignedIn, user_id: ItemId, patch: UserPatch) -> User:
    """Change one's own name and title; an admin may change everybody's, and roles."""
    changes = patch.model_dump(exclude_unset=True)
    if not caller.is_admin and (user_id != caller.id or "role" in changes):
        raise HTTPException(403, "Insufficient permissions")
    with demo.writing() as connection:
        if users.get(connection, user_id) is None:
            raise not_found("User")
        update(connection, "users", user_id, {**changes, "updated_at": demo.now()})
    return _user(demo, caller, user_id)


@router.post(
    "/{user_id}/deactivate", operation_id="deactivate_user", summary="Deactivate", responses=documented(403, 404, 409)
)
async def deactivate_user(demo: CurrentDemo, admin: Admin, user_id: ItemId) -> User:
    """Keep somebody out, from their next request on."""
    if user_id == admin.id:
        raise conflict("Nobody can deactivate themselves")
    return _set_active(demo, admin, user_id, active=False)


@router.post("/{user_id}/activate", operation_id="activate_user", summary="Activate", responses=documented(403, 404))
async def activate_user(demo: CurrentDemo, admin: Admin, user_id: ItemId) -> User:
    """Let somebody in again."""
    return _set_active(demo, admin, user_id, active=True)


def _set_active(demo: Demo, admin: Caller, user_id: int, *, active: bool) -> User:
    with demo.writing() as connection:
        if users.get(connection, user_id) is None:
            raise not_found("User")
        update(connection, "users", user_id, {"is_active": active, "updated_at": demo.now()})
    return _user(demo, admin, user_id)


def _user(demo: Demo, caller: Caller, user_id: int) -> User:
    with demo.reading() as connection:
        row = users.get(connection, user_id)
    if row is None:
        raise not_found("User")
    return _shown(row, caller)


def _shown(row: Row, caller: Caller) -> User:
    email = row["email"] if caller.is_admin or row["id"] == caller.id else None
    return User(**{**row, "email": email})
