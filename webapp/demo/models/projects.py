"""Projects and who works on them."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from webapp.demo.models.fields import Colour, FromJSON, Identifier, Moment, WebURL
from webapp.demo.models.paging import PageQuery

ProjectKey = Annotated[
    str, StringConstraints(min_length=2, max_length=6, pattern=r"^[A-Z][A-Z0-9]+$"), Field(examples=["WEB"])
]
ProjectName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Summary = Annotated[str, StringConstraints(max_length=500)]
Budget = Annotated[float, Field(ge=0, le=100_000_000)]
ProjectSort = Literal[
    "name", "-name", "key", "-key", "created_at", "-created_at", "budget", "-budget", "started_on", "-started_on"
]


class ProjectStatus(StrEnum):
    """How far a project is."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"


class MemberRole(StrEnum):
    """What somebody does in a project."""

    LEAD = "lead"
    DEVELOPER = "developer"
    DESIGNER = "designer"
    TESTER = "tester"


class Link(BaseModel):
    """A page elsewhere."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    url: WebURL


class ProjectDraft(BaseModel):
    """A whole project, as one writes it."""

    key: ProjectKey = Field(description="Begins the references of its issues: `WEB-12`. Unique.")
    name: ProjectName
    summary: Summary = ""
    status: ProjectStatus = ProjectStatus.PLANNED
    lead_user_id: Identifier | None = Field(None, description="Who leads it.")
    budget: Budget | None = Field(None, description="In euros.")
    started_on: date | None = None
    colour: Colour = "#2f6fed"
    website: WebURL | None = None
    links: Annotated[list[Link], FromJSON, Field(max_length=10)] = Field([], description="Where else to look.")


class ProjectPatch(BaseModel):
    """What changes about a project; what is left out stays as it is."""

    key: ProjectKey = Field(default_factory=str)
    name: ProjectName = Field(default_factory=str)
    summary: Summary = Field(default_factory=str)
    status: ProjectStatus = Field(default_factory=lambda: ProjectStatus.PLANNED)
    lead_user_id: Identifier | None = None
    budget: Budget | None = None
    started_on: date | None = None
    colour: Colour = Field(default_factory=str)
    website: WebURL | None = None
    links: Annotated[list[Link], Field(max_length=10)] = Field(default_factory=list)


class Project(ProjectDraft):
    """A project."""

    id: int
    archived: bool
    open_issues: int = Field(description="How many of its issues aren't closed.")
    created_at: Moment
    updated_at: Moment


class ProjectSummary(BaseModel):
    """A project in passing."""

    id: int
    key: str
    name: str
    colour: Colour


class ProjectQuery(PageQuery):
    """Which projects are wanted."""

    q: str | None = Field(None, max_length=100, description="Part of a key, name or summary.")
    status: ProjectStatus | None = Field(None, description="Only those in this status.")
    lead_user_id: Identifier | None = Field(None, description="Only those this user leads.")
    archived: bool | None = Field(None, description="Only those that are, or aren't, archived.")
    sort: ProjectSort = Field("name", description="The order; `-` turns it around.")


class Member(BaseModel):
    """Somebody who works on a project."""

    user_id: int
    full_name: str | None
    role: MemberRole
    since: date


class MemberDraft(BaseModel):
    """Somebody to work on a project."""

    user_id: Identifier
    role: MemberRole = MemberRole.DEVELOPER
