"""Comments, their replies, and cursors."""

from typing import Any

import httpx
import pytest


async def issue_of(client: httpx.AsyncClient) -> str:
    """The path of a new issue."""
    answer = await client.post("/issues", json={"project_id": 1, "title": "x"})
    return str(answer.headers["location"])


async def said(client: httpx.AsyncClient, issue: str, body: str, **fields: Any) -> dict[str, Any]:
    """A new comment."""
    answer = await client.post(f"{issue}/comments", json={"body": body, **fields})
    assert answer.status_code == 201, answer.text
    comment: dict[str, Any] = answer.json()
    return comment


async def test_cursors_lead_through_all_comments_once(member: httpx.AsyncClient) -> None:
    issue = await issue_of(member)
    for number in range(7):
        await said(member, issue, f"Comment {number}")

    bodies, cursor, rounds = [], None, 0
    while rounds == 0 or cursor:
        params = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        answer = (await member.get(f"{issue}/comments", params=params)).json()
        bodies += [each["body"] for each in answer["data"]]
        cursor, rounds = answer["next_cursor"], rounds + 1

    assert bodies == [f"Comment {number}" for number in range(7)]
    assert rounds == 3


@pytest.mark.parametrize("cursor", ["junk", "!!!", "", "YXQ6", "YXQ6LTE", "YXQ6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "é"])
async def test_a_cursor_of_one_s_own_making_is_a_422(viewer: httpx.AsyncClient, cursor: str) -> None:
    answer = await viewer.get("/activity", params={"cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "cursor"]


async def test_a_reply_stands_below_its_comment(member: httpx.AsyncClient) -> None:
    issue = await issue_of(member)
    comment = await said(member, issue, "A question")
    reply = await said(member, issue, "An answer", reply_to=comment["id"])

    (listed,) = (await member.get(f"{issue}/comments")).json()["data"]

    assert [each["id"] for each in listed["replies"]] == [reply["id"]]
    assert (reply["reply_to"], reply["replies"], listed["author_id"]) == (comment["id"], [], 2)
    assert (await member.get(f"{issue}/comments/{comment['id']}")).json() == listed


async def test_replies_go_one_level_deep_and_stay_with_their_issue(member: httpx.AsyncClient) -> None:
    issue, other = await issue_of(member), await issue_of(member)
    comment = await said(member, issue, "A question")
    reply = await said(member, issue, "An answer", reply_to=comment["id"])

    for where, target in ((issue, reply["id"]), (other, comment["id"]), (issue, 999_999)):
        answer = await member.post(f"{where}/comments", json={"body": "x", "reply_to": target})
        assert answer.json()["detail"][0]["loc"] == ["body", "reply_to"]
    assert (await member.get(f"{other}/comments/{comment['id']}")).status_code == 404


async def test_one_s_own_comments_are_changed_and_taken_back_with_their_replies(
    member: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    issue = await issue_of(member)
    comment = await said(member, issue, "Mine")
    await said(admin, issue, "Theirs", reply_to=comment["id"])
    path = f"{issue}/comments/{comment['id']}"

    changed = await member.patch(path, json={"body": "Mine, again"})

    assert (changed.json()["body"], changed.json()["edited_at"]) == ("Mine, again", "2026-01-05T10:00:00Z")
    assert (await member.delete(path)).status_code == 204
    assert (await member.get(f"{issue}/comments")).json()["data"] == []


async def test_another_s_comments_are_for_admins(member: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    issue = await issue_of(member)
    theirs, mine = await said(admin, issue, "Admin's"), await said(member, issue, "Member's")

    assert (await member.patch(f"{issue}/comments/{theirs['id']}", json={"body": "x"})).status_code == 403
    assert (await member.delete(f"{issue}/comments/{theirs['id']}")).status_code == 403
    assert (await admin.delete(f"{issue}/comments/{mine['id']}")).status_code == 204


async def test_an_empty_comment_is_a_422(member: httpx.AsyncClient) -> None:
    answer = await member.post(f"{await issue_of(member)}/comments", json={"body": "  "})

    assert answer.json()["detail"][0]["loc"] == ["body", "body"]
