"""What happened, as a list and as a stream."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from webapp.demo.auth.guard import SignedIn
from webapp.demo.cursors import read_cursor, write_cursor
from webapp.demo.database import Row
from webapp.demo.models.activity import Activity, ActivityQuery
from webapp.demo.models.fields import Identifier
from webapp.demo.models.paging import Slice
from webapp.demo.problems import documented, documented_as_json
from webapp.demo.queries import activity
from webapp.demo.state import CurrentDemo, Demo

router = APIRouter(prefix="/activity", tags=["activity"], responses=documented(401))

RETRY_MILLISECONDS = 2_000


@router.get("", operation_id="list_activity", summary="List activity")
async def list_activity(demo: CurrentDemo, _: SignedIn, query: Annotated[ActivityQuery, Query()]) -> Slice[Activity]:
    """Everything that happened, the newest first."""
    place = read_cursor(query.cursor)
    with demo.reading() as connection:
        rows = activity.before(connection, query, place)
    data, more = rows[: query.limit], rows[query.limit :]
    return Slice(data=[Activity(**row) for row in data], next_cursor=write_cursor(data[-1]["id"]) if more else None)


@router.get(
    "/stream",
    operation_id="stream_activity",
    summary="Follow activity",
    response_class=EventSourceResponse,
    responses=documented_as_json(401),
)
async def stream_activity(
    demo: CurrentDemo,
    _: SignedIn,
    last_event_id: Annotated[
        Identifier | None,
        Header(alias="Last-Event-ID", description="The id of the last event one has; the rest follows."),
    ] = None,
    replay: Annotated[int, Query(ge=0, le=100, description="How many earlier events come first.")] = 10,
    events: Annotated[int | None, Query(ge=1, description="End after so many events; else it never ends.")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """
    What happens, while it happens: server-sent events, each with the id and kind of an activity and itself as JSON.

    Whoever was cut off says with Last-Event-ID what they have seen, and misses nothing.
    """
    sent = 0
    with demo.bell.listening() as bell:
        place = _beginning(demo, last_event_id, replay)
        while True:
            bell.clear()
            for row in _since(demo, place):
                place = row["id"]
                yield ServerSentEvent(
                    id=str(place), event=row["kind"], data=Activity(**row), retry=None if sent else RETRY_MILLISECONDS
                )
                sent += 1
                if sent == events:
                    return
            await bell.wait()


def _beginning(demo: Demo, last_event_id: int | None, replay: int) -> int:
    """The id after which the stream begins."""
    if last_event_id is not None:
        return last_event_id
    with demo.reading() as connection:
        return max(0, activity.newest(connection) - replay)


def _since(demo: Demo, place: int) -> list[Row]:
    with demo.reading() as connection:
        return activity.after(connection, place)
