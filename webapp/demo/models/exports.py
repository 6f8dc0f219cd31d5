"""Exports, which take their time."""

from enum import StrEnum

from pydantic import BaseModel, Field

from webapp.demo.models.fields import Identifier, Moment
from webapp.demo.models.issues import IssueStatus


class ExportFormat(StrEnum):
    """How the file is written."""

    CSV = "csv"
    JSON = "json"


class ExportState(StrEnum):
    """How far an export is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class ExportRequest(BaseModel):
    """Which issues go into a file."""

    format: ExportFormat = ExportFormat.CSV
    project_id: Identifier | None = Field(None, description="Only those of this project.")
    status: IssueStatus | None = Field(None, description="Only those in this status.")


class Export(BaseModel):
    """A file in the making."""

    id: str
    state: ExportState
    progress: int = Field(ge=0, le=100, description="In per cent.", json_schema_extra={"x-unit": "percent"})
    format: ExportFormat
    project_id: int | None
    status: IssueStatus | None
    requested_by_user_id: int
    created_at: Moment
    finished_at: Moment | None
    download_url: str | None = Field(
        json_schema_extra={"format": "uri-reference"}, description="Where the file is, once it is done."
    )
