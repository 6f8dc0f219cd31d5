"""Streams of events as they come: server-sent events, and lines of JSON."""

from collections.abc import AsyncIterator

from webapp.record import record

LONGEST_DATA = 64 * 1024
"""Characters of one event's data; the rest of it is left out."""
LONGEST_NAME = 200
"""Characters of an id or of an event's name; longer ones are nobody's."""


@record(frozen=True, slots=True)
class ServerEvent:
    """One event. An `id` is the last that was given, so that whoever was cut off can go on from there."""

    data: str
    event: str = ""
    id: str = ""


async def read_events(lines: AsyncIterator[str]) -> AsyncIterator[ServerEvent]:
    """The events in a `text/event-stream`, as HTML's standard reads it; one that its end cuts off is none."""
    data: list[str] = []
    size, event, last = 0, "", ""
    async for line in lines:
        if not line:
            if data:
                yield ServerEvent("\n".join(data), event, last)
            data, size, event = [], 0, ""
            continue
        name, _, value = line.removeprefix("\ufeff").partition(":")
        value = value.removeprefix(" ")
        if name == "data" and size <= LONGEST_DATA:
            data.append(value[: LONGEST_DATA - size])
            size += len(value) + 1
        elif name == "event" and len(value) <= LONGEST_NAME:
            event = value
        elif name == "id" and "\0" not in value and len(value) <= LONGEST_NAME:
            last = value


async def read_lines(lines: AsyncIterator[str]) -> AsyncIterator[ServerEvent]:
    """The lines of NDJSON as events of which nothing is known but their data."""
    async for line in lines:
        if line.strip():
            yield ServerEvent(line[:LONGEST_DATA])
