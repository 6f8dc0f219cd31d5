"""Numbers over time."""

from datetime import date

from pydantic import BaseModel, Field

from webapp.demo.models.fields import Identifier


class InsightQuery(BaseModel):
    """Which stretch of time, and of which project."""

    days: int = Field(90, ge=7, le=365, description="How many days back from today.")
    project_id: Identifier | None = Field(None, description="Only the issues of this project.")


class ThroughputPoint(BaseModel):
    """A day's comings and goings."""

    date: date
    opened: int
    closed: int


class Throughput(BaseModel):
    """Issues opened and closed, day by day."""

    title: str
    unit: str
    points: list[ThroughputPoint]


class Point(BaseModel):
    """A day's value; null where there is none."""

    date: date
    value: float | None


class Series(BaseModel):
    """A value, day by day."""

    title: str
    unit: str
    points: list[Point]


class Overview(BaseModel):
    """How things stand."""

    open_issues: int
    overdue_issues: int
    unassigned_issues: int
    closed_this_week: int
    closed_last_week: int
    by_status: dict[str, int]
    by_priority: dict[str, int]
