"""What happened, in order."""

from enum import StrEnum

from pydantic import BaseModel, Field

from webapp.demo.models.fields import Identifier, Moment
from webapp.demo.models.paging import CursorQuery


class ActivityKind(StrEnum):
    """What sort of thing happened."""

    ISSUE_CREATED = "issue_created"
    ISSUE_UPDATED = "issue_updated"
    ISSUE_ASSIGNED = "issue_assigned"
    ISSUE_CLOSED = "issue_closed"
    ISSUE_REOPENED = "issue_reopened"
    ISSUE_DELETED = "issue_deleted"
    ISSUE_RESTORED = "issue_restored"
    COMMENT_ADDED = "comment_added"
    FILE_ATTACHED = "file_attached"
    PROJECT_CREATED = "project_created"
    PROJECT_UPDATED = "project_updated"
    PROJECT_ARCHIVED = "project_archived"
    PROJECT_RESTORED = "project_restored"


class Activity(BaseModel):
    """Something that somebody did."""

    id: int
    at: Moment
    kind: ActivityKind
    user_id: int
    project_id: int | None
    issue_id: int | None
    summary: str = Field(examples=["closed WEB-12 Search forgets its filters"])


class ActivityQuery(CursorQuery):
    """Which activity is wanted; the newest comes first."""

    kind: ActivityKind | None = Field(None, description="Only of this sort.")
    user_id: Identifier | None = Field(None, description="Only what this user did.")
    project_id: Identifier | None = Field(None, description="Only what happened in this project.")
