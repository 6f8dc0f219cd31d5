"""People."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from webapp.demo.models.fields import Email, Moment
from webapp.demo.models.paging import PageQuery

FullName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
JobTitle = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
UserSort = Literal["full_name", "-full_name", "created_at", "-created_at", "last_login", "-last_login"]


class Role(StrEnum):
    """What a user may do: look, work, or run the place."""

    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


class User(BaseModel):
    """Somebody with an account."""

    id: int
    full_name: str | None
    email: str | None = Field(
        json_schema_extra={"format": "email"}, description="Shown to admins and to the person themselves."
    )
    role: Role
    job_title: str | None
    is_active: bool
    created_at: Moment
    last_login: Moment | None


class UserInvite(BaseModel):
    """An account for somebody else; they set a password later."""

    email: Email
    full_name: FullName
    role: Role = Role.MEMBER
    job_title: JobTitle | None = None


class UserPatch(BaseModel):
    """What changes about a user. A role is for admins to change."""

    full_name: FullName | None = None
    job_title: JobTitle | None = None
    role: Role = Field(default_factory=lambda: Role.MEMBER)


class UserQuery(PageQuery):
    """Which users are wanted."""

    q: str | None = Field(None, max_length=100, description="Part of a name or job title.")
    role: Role | None = Field(None, description="Only those with this role.")
    is_active: bool | None = Field(None, description="Only those who may, or may not, sign in.")
    sort: UserSort = Field("full_name", description="The order; `-` turns it around.")
