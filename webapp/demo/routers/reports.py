"""Reports: answers that need a question."""

from typing import Annotated

from fastapi import APIRouter, Query

from webapp.demo.auth.guard import SignedIn
from webapp.demo.models.reports import Workload, WorkloadQuery
from webapp.demo.problems import documented
from webapp.demo.queries import insights
from webapp.demo.state import CurrentDemo

router = APIRouter(prefix="/reports", tags=["reports"], responses=documented(401))


@router.get("/workload", operation_id="get_workload", summary="Workload")
async def get_workload(demo: CurrentDemo, _: SignedIn, query: Annotated[WorkloadQuery, Query()]) -> Workload:
    """Who had how much to do between two days."""
    with demo.reading() as connection:
        rows = insights.workload(connection, query.from_, query.to)
    total = sum(row["estimated_hours"] for row in rows)
    return Workload.model_validate({"from": query.from_, "to": query.to, "rows": rows, "total_hours": total})
