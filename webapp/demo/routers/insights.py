"""Numbers over time."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from webapp.demo.auth.guard import SignedIn
from webapp.demo.models.insights import InsightQuery, Overview, Series, Throughput
from webapp.demo.problems import documented
from webapp.demo.queries import insights
from webapp.demo.state import CurrentDemo, Demo
from webapp.demo.times import moment

router = APIRouter(prefix="/insights", tags=["insights"], responses=documented(401))

Asked = Annotated[InsightQuery, Query()]


@router.get("/overview", operation_id="get_overview", summary="Overview")
async def get_overview(demo: CurrentDemo, _: SignedIn) -> Overview:
    """How things stand today."""
    with demo.reading() as connection:
        return Overview(**insights.overview(connection, _today(demo)))


@router.get("/throughput", operation_id="get_throughput", summary="Throughput")
async def get_throughput(demo: CurrentDemo, _: SignedIn, query: Asked) -> Throughput:
    """How many issues were opened and closed on each day."""
    first, last = _span(demo, query)
    with demo.reading() as connection:
        points = insights.throughput(connection, first, last, query.project_id)
    return Throughput.model_validate({"title": "Opened and closed", "unit": "issues", "points": points})


@router.get("/backlog", operation_id="get_backlog", summary="Backlog")
async def get_backlog(demo: CurrentDemo, _: SignedIn, query: Asked) -> Series:
    """How many issues were open at the end of each day."""
    first, last = _span(demo, query)
    with demo.reading() as connection:
        points = insights.backlog(connection, first, last, query.project_id)
    return Series.model_validate({"title": "Open issues", "unit": "issues", "points": points})


@router.get("/cycle-time", operation_id="get_cycle_time", summary="Cycle time")
async def get_cycle_time(demo: CurrentDemo, _: SignedIn, query: Asked) -> Series:
    """How long the issues that were closed on a day had been open."""
    first, last = _span(demo, query)
    with demo.reading() as connection:
        points = insights.cycle_time(connection, first, last, query.project_id)
    return Series.model_validate({"title": "From opened to closed", "unit": "days", "points": points})


def _today(demo: Demo) -> date:
    return moment(demo.clock()).date()


def _span(demo: Demo, query: InsightQuery) -> tuple[date, date]:
    today = _today(demo)
    return today - timedelta(days=query.days - 1), today
