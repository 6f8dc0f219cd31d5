"""Streams of events."""

from collections.abc import AsyncIterator

import pytest

from webapp.client.events import LONGEST_DATA, ServerEvent, read_events, read_lines


async def lines(text: str) -> AsyncIterator[str]:
    for line in text.removesuffix("\n").split("\n"):
        yield line


async def read(text: str) -> list[ServerEvent]:
    return [event async for event in read_events(lines(text))]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("data: a\n\n", [ServerEvent("a")]),
        ("data:a\ndata: b\n\n", [ServerEvent("a\nb")]),
        ("id: 7\nevent: made\ndata: x\n\ndata: y\n\n", [ServerEvent("x", "made", "7"), ServerEvent("y", "", "7")]),
        (": only a comment\n\n", []),
        ("event: nothing\n\ndata: a\n\n", [ServerEvent("a")]),
        ("data: cut off\n", []),
        ("data\n\n", [ServerEvent("")]),
        ("retry: 10\nnonsense: x\ndata: a\n\n", [ServerEvent("a")]),
        ("id: a\0b\ndata: x\n\n", [ServerEvent("x")]),
        ("data:  two spaces\n\n", [ServerEvent(" two spaces")]),
        ("\ufeffdata: a\n\n", [ServerEvent("a")]),
        (f"event: {'x' * 300}\ndata: a\n\n", [ServerEvent("a")]),
    ],
)
async def test_events_are_read_as_the_standard_says(text: str, events: list[ServerEvent]) -> None:
    assert await read(text) == events


async def test_the_data_of_one_event_is_bounded() -> None:
    (event,) = await read(f"data: {'x' * 40_000}\n" * 10 + "\n")

    assert LONGEST_DATA <= len(event.data) <= LONGEST_DATA + 10


async def test_each_line_of_data_is_an_event() -> None:
    found = [event async for event in read_lines(lines('{"a": 1}\n\n{"a": 2}\n'))]

    assert found == [ServerEvent('{"a": 1}'), ServerEvent('{"a": 2}')]
