"""What happened: by cursor, and as a stream that doesn't end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from tests.demo.house import Tokens, state_of, tokens


async def test_the_newest_comes_first_and_cursors_lead_back(viewer: httpx.AsyncClient) -> None:
    first = (await viewer.get("/activity", params={"limit": 5})).json()
    second = (await viewer.get("/activity", params={"limit": 5, "cursor": first["next_cursor"]})).json()
    both = (await viewer.get("/activity", params={"limit": 10})).json()

    assert first["data"] + second["data"] == both["data"]
    ids = [each["id"] for each in both["data"]]
    assert ids == sorted(ids, reverse=True)


async def test_activity_is_filtered_to_its_end(viewer: httpx.AsyncClient) -> None:
    query: dict[str, Any] = {"kind": "issue_closed", "project_id": 1, "user_id": 1, "limit": 100}
    answer = (await viewer.get("/activity", params=query)).json()

    assert answer["next_cursor"] is None
    assert answer["data"]
    assert {(each["kind"], each["project_id"], each["user_id"]) for each in answer["data"]} == {("issue_closed", 1, 1)}


async def test_whatever_is_done_is_written_down(member: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    issue = (await member.post("/issues", json={"project_id": 1, "title": "Noted"})).headers["location"]
    await member.patch(issue, json={"title": "Noted well"})
    await member.post(f"{issue}/assign", json={"assignee_id": 1})
    await member.post(f"{issue}/comments", json={"body": "x"})
    await member.post(f"{issue}/attachments", files={"file": ("a.txt", b"a")})
    await member.post(f"{issue}/close", json={})
    await member.post(f"{issue}/reopen")
    await member.delete(issue)
    await member.post(f"{issue}/restore")
    project = (await admin.post("/projects", json={"key": "NEW", "name": "New"})).headers["location"]
    await admin.patch(project, json={"name": "Newer"})
    await admin.post(f"{project}/archive")
    await admin.post(f"{project}/restore")

    done = (await member.get("/activity", params={"limit": 13})).json()["data"][::-1]

    assert [each["kind"] for each in done] == [
        *("issue_created", "issue_updated", "issue_assigned", "comment_added", "file_attached", "issue_closed"),
        *("issue_reopened", "issue_deleted", "issue_restored"),
        *("project_created", "project_updated", "project_archived", "project_restored"),
    ]
    assert [each["user_id"] for each in done] == [2] * 9 + [1] * 4
    assert done[0]["summary"].startswith("opened WEB-")
    assert done[0]["summary"].endswith(" Noted")


async def test_nothing_is_written_down_of_what_failed(member: httpx.AsyncClient) -> None:
    before = (await member.get("/activity")).json()
    await member.patch("/issues/7", json={"title": None})
    await member.post("/issues", json={"project_id": 1, "title": "x", "labels": ["no-such"]})
    await member.post("/projects", json={"key": "WEB", "name": "x"})

    assert (await member.get("/activity")).json() == before


async def test_a_stream_replays_and_ends_after_as_many_events_as_asked(viewer: httpx.AsyncClient) -> None:
    answer = await viewer.get("/activity/stream", params={"replay": 3, "events": 3})
    listed = (await viewer.get("/activity", params={"limit": 3})).json()["data"]

    events = _events(answer.text)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [json.loads(each["data"]) for each in events] == listed[::-1]
    assert [each["id"] for each in events] == [str(each["id"]) for each in listed[::-1]]
    assert events[0]["retry"] == "2000"
    assert events[0]["event"] == listed[-1]["kind"]


async def test_who_was_cut_off_misses_nothing(member: httpx.AsyncClient) -> None:
    (last,) = (await member.get("/activity", params={"limit": 1})).json()["data"]
    for _ in range(2):
        await member.post("/issues/7/comments", json={"body": "x"})

    answer = await member.get("/activity/stream", params={"events": 2}, headers={"Last-Event-ID": str(last["id"])})

    assert [int(each["id"]) for each in _events(answer.text)] == [last["id"] + 1, last["id"] + 2]


async def test_what_happens_is_streamed_while_it_happens(app: FastAPI, member: httpx.AsyncClient) -> None:
    async with _listening(app, await tokens(app), "replay=0") as stream:
        issue = (await member.post("/issues", json={"project_id": 1, "title": "x"})).headers["location"]
        first = await stream.event()
        await member.post(f"{issue}/close", json={})
        second = await stream.event()

    assert [json.loads(each["data"])["kind"] for each in (first, second)] == ["issue_created", "issue_closed"]


async def test_who_hangs_up_is_forgotten(app: FastAPI) -> None:
    mine = await tokens(app)
    async with _listening(app, mine, "replay=1") as one, _listening(app, mine, "replay=1") as other:
        await one.event()
        await other.event()
        assert len(state_of(app).bell._listeners) == 2

    assert len(state_of(app).bell._listeners) == 0


async def test_a_listener_whose_loop_is_gone_does_no_harm(app: FastAPI, member: httpx.AsyncClient) -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    state_of(app).bell._listeners.add((loop, asyncio.Event()))

    assert (await member.post("/issues/7/comments", json={"body": "x"})).status_code == 201


def _events(text: str) -> list[dict[str, str]]:
    return [_event(block) for block in text.strip().split("\n\n")]


def _event(block: str) -> dict[str, str]:
    lines = [line.partition(": ") for line in block.strip().split("\n")]
    return {name: value for name, _, value in lines}


@dataclass
class _Stream:
    """An answer as it comes in."""

    chunks: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    asked: bool = False

    async def receive(self) -> dict[str, Any]:
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            await self.chunks.put(message["body"].decode())

    async def event(self) -> dict[str, str]:
        return _event(await self.chunks.get())


@asynccontextmanager
async def _listening(app: FastAPI, mine: Tokens, query: str) -> AsyncIterator[_Stream]:
    """An open stream: httpx's transport would wait for its end."""
    stream = _Stream()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/activity/stream",
        "raw_path": b"/activity/stream",
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"authorization", mine.bearer["Authorization"].encode())],
        "client": ("127.0.0.1", 1),
        "server": ("demo.test", 80),
    }
    listeners = state_of(app).bell._listeners
    expected = len(listeners) + 1
    task = asyncio.create_task(app(scope, stream.receive, stream.send))
    while len(listeners) < expected:
        await asyncio.sleep(0)
    try:
        yield stream
    finally:
        stream.hung_up.set()
        await task
