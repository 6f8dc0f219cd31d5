"""Issues: what is to be done."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from webapp.demo.models.fields import FromJSON, Identifier, LabelName, Markdown, Moment
from webapp.demo.models.paging import PageQuery
from webapp.demo.models.projects import ProjectSummary

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Estimate = Annotated[float, Field(ge=0, le=100)]
IssueSort = Literal[
    "created_at", "-created_at", "updated_at", "-updated_at", "due_date", "-due_date",
    "priority", "-priority", "title", "-title", "estimate", "-estimate",
]  # fmt: skip


class IssueStatus(StrEnum):
    """Where an issue is on its way."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    CLOSED = "closed"


class OpenStatus(StrEnum):
    """The statuses one sets by hand; closing is an action of its own."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"


class Priority(StrEnum):
    """How much it matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Resolution(StrEnum):
    """Why an issue was closed."""

    FIXED = "fixed"
    WONT_FIX = "wont_fix"
    DUPLICATE = "duplicate"
    CANNOT_REPRODUCE = "cannot_reproduce"


class ChecklistItem(BaseModel):
    """One thing on an issue's checklist."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    done: bool = False


class IssueDraft(BaseModel):
    """An issue, as one writes it."""

    project_id: Identifier
    title: Title = Field(examples=["Search forgets its filters"])
    body: Markdown = Field("", description="Markdown.")
    priority: Priority = Priority.MEDIUM
    assignee_id: Identifier | None = Field(None, description="The user who works on it.")
    labels: Annotated[list[LabelName], FromJSON, Field(max_length=8)] = Field([], description="Names of labels.")
    checklist: Annotated[list[ChecklistItem], FromJSON, Field(max_length=20)] = []
    estimate: Estimate | None = Field(None, description="In hours.")
    start_date: date | None = None
    due_date: date | None = Field(None, description="Not before the start.")

    @field_validator("labels")
    @classmethod
    def _once_each(cls, labels: list[str]) -> list[str]:
        return list(dict.fromkeys(labels))

    @model_validator(mode="after")
    def _due_after_start(self) -> Self:
        if self.start_date and self.due_date and self.due_date < self.start_date:
            raise ValueError("The due date lies before the start date")
        return self


class IssuePatch(BaseModel):
    """What changes about an issue; what is left out stays as it is."""

    title: Title = Field(default_factory=str)
    body: Markdown = Field(default_factory=str, description="Markdown.")
    status: OpenStatus = Field(default_factory=lambda: OpenStatus.OPEN)
    priority: Priority = Field(default_factory=lambda: Priority.MEDIUM)
    assignee_id: Identifier | None = Field(None, description="The user who works on it; null for nobody.")
    labels: Annotated[list[LabelName], Field(max_length=8)] = Field(default_factory=list)
    checklist: Annotated[list[ChecklistItem], Field(max_length=20)] = Field(default_factory=list)
    estimate: Estimate | None = Field(None, description="In hours.")
    start_date: date | None = None
    due_date: date | None = Field(None, description="Not before the start.")


class IssueRow(BaseModel):
    """An issue as lists show it."""

    id: int
    reference: str = Field(examples=["WEB-12"])
    title: str
    status: IssueStatus
    priority: Priority
    project_id: int
    assignee_id: int | None
    reporter_id: int
    labels: Annotated[list[str], FromJSON]
    estimate: float | None = Field(description="In hours.")
    start_date: date | None
    due_date: date | None
    created_at: Moment
    updated_at: Moment
    closed_at: Moment | None


class Issue(IssueRow):
    """An issue with everything about it."""

    body: Markdown
    resolution: Resolution | None
    checklist: Annotated[list[ChecklistItem], FromJSON]
    project: ProjectSummary
    deleted_at: Moment | None


class ProjectIssueQuery(PageQuery):
    """Which issues of one project are wanted."""

    q: str | None = Field(
        None, max_length=100, description="Words of the title or body, or a reference such as WEB-12."
    )
    status: IssueStatus | None = Field(None, description="Only those in this status.")
    priority: Priority | None = Field(None, description="Only those of this priority.")
    assignee_id: Identifier | None = Field(None, description="Only those this user works on.")
    label: LabelName | None = Field(None, description="Only those with this label.")
    due_after: date | None = Field(None, description="Only those due on this day or later.")
    due_before: date | None = Field(None, description="Only those due on this day or earlier.")
    deleted: bool = Field(False, description="The deleted ones instead.")
    sort: IssueSort = Field("-created_at", description="The order; `-` turns it around.")


class IssueQuery(ProjectIssueQuery):
    """Which issues are wanted."""

    project_id: Identifier | None = Field(None, description="Only those of this project.")


class CloseRequest(BaseModel):
    """How an issue ends."""

    resolution: Resolution = Resolution.FIXED
    comment: Markdown | None = Field(None, description="A last word, added as a comment.")


class AssignRequest(BaseModel):
    """Who is to work on an issue."""

    assignee_id: Identifier | None = Field(description="A user; null for nobody.")


class BulkCloseRequest(BaseModel):
    """Which issues end, and how."""

    ids: list[Identifier] = Field(min_length=1, max_length=100)
    resolution: Resolution = Resolution.FIXED


class BulkCloseResult(BaseModel):
    """What became of them."""

    closed: list[int]
    skipped: list[int] = Field(description="Those that were closed already, or don't exist.")
