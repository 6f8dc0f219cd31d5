"""Signing in and one's own account."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from webapp.demo.models.fields import Email, Moment
from webapp.demo.models.users import Role


class TokenResponse(BaseModel):
    """An access token; the same is set as a cookie."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105


class UserCreate(BaseModel):
    """A new account."""

    email: Email
    password: Annotated[str, StringConstraints(min_length=8, max_length=128)] = Field(
        json_schema_extra={"format": "password"}, description="At least 8 characters."
    )
    full_name: Annotated[str, StringConstraints(max_length=100)] | None = None


class UserResponse(BaseModel):
    """The account that is signed in."""

    email: str = Field(json_schema_extra={"format": "email"})
    full_name: str | None = None
    is_active: bool = True
    is_verified: bool = False
    role: Role
    id: int
    last_login: Moment | None = None
    created_at: Moment
    updated_at: Moment | None = None
    has_password: bool = False


class SessionResponse(BaseModel):
    """A device the account is signed in on."""

    id: str
    source: str | None
    user_agent: str | None
    ip: str | None
    created_at: Moment
    last_used_at: Moment | None
    expires_at: Moment
    is_current: bool = Field(description="Whether this very request came with it.")


class Revoked(BaseModel):
    """How many sessions ended."""

    revoked: int
