"""Reports."""

from datetime import date
from typing import Self

from pydantic import BaseModel, Field, model_validator


class WorkloadQuery(BaseModel):
    """Which stretch of time a report is about."""

    from_: date = Field(alias="from", description="The first day.")
    to: date = Field(description="The last day.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to < self.from_:
            raise ValueError("The last day lies before the first")
        return self


class WorkloadRow(BaseModel):
    """One user's share."""

    user_id: int
    full_name: str | None
    assigned: int = Field(description="Issues of theirs that were due in that time.")
    closed: int = Field(description="Issues of theirs that were closed in that time.")
    estimated_hours: float = Field(description="Estimates of those due.")


class Workload(BaseModel):
    """Who has how much to do."""

    from_: date = Field(alias="from")
    to: date
    rows: list[WorkloadRow]
    total_hours: float
