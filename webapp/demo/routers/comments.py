"""What people say about an issue."""

import sqlite3
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from webapp.demo.auth.guard import Caller, SignedIn, Writer
from webapp.demo.changes import changeable, existing, note
from webapp.demo.cursors import read_cursor, write_cursor
from webapp.demo.database import Row, insert, update
from webapp.demo.models.activity import ActivityKind
from webapp.demo.models.comments import Comment, CommentDraft, CommentPatch
from webapp.demo.models.fields import ItemId
from webapp.demo.models.paging import CursorQuery, Slice
from webapp.demo.problems import documented, invalid, not_found
from webapp.demo.queries import comments
from webapp.demo.state import CurrentDemo

router = APIRouter(prefix="/issues/{issue_id}/comments", tags=["comments"], responses=documented(401, 404))


@router.get("", operation_id="list_comments", summary="Comments of an issue")
async def list_comments(
    demo: CurrentDemo, _: SignedIn, issue_id: ItemId, query: Annotated[CursorQuery, Query()]
) -> Slice[Comment]:
    """The comments on an issue with their replies, the oldest first."""
    place = read_cursor(query.cursor) or 0
    with demo.reading() as connection:
        existing(connection, issue_id)
        rows = comments.after(connection, issue_id, place, query.limit + 1)
    data, more = rows[: query.limit], rows[query.limit :]
    return Slice(data=[Comment(**row) for row in data], next_cursor=write_cursor(data[-1]["id"]) if more else None)


@router.post("", status_code=201, operation_id="create_comment", summary="Add comment", responses=documented(403, 409))
async def create_comment(
    response: Response, demo: CurrentDemo, caller: Writer, issue_id: ItemId, draft: CommentDraft
) -> Comment:
    """Say something about an issue, or to a comment on it."""
    with demo.writing() as connection:
        issue = changeable(connection, issue_id)
        if draft.reply_to is not None:
            _check_thread(connection, issue_id, draft.reply_to)
        columns = {"issue_id": issue_id, **draft.model_dump(), "author_id": caller.id, "created_at": demo.now()}
        comment_id = insert(connection, "comments", columns)
        note(connection, demo, caller, issue, ActivityKind.COMMENT_ADDED, "commented on")
        row = _comment(connection, issue_id, comment_id)
    response.headers["Location"] = f"/issues/{issue_id}/comments/{comment_id}"
    return Comment(**row)


@router.get("/{comment_id}", operation_id="get_comment", summary="Get comment")
async def get_comment(demo: CurrentDemo, _: SignedIn, issue_id: ItemId, comment_id: ItemId) -> Comment:
    """One comment with its replies."""
    with demo.reading() as connection:
        return Comment(**_comment(connection, issue_id, comment_id))


@router.patch("/{comment_id}", operation_id="update_comment", summary="Edit comment", responses=documented(403))
async def update_comment(
    demo: CurrentDemo, caller: Writer, issue_id: ItemId, comment_id: ItemId, patch: CommentPatch
) -> Comment:
    """Say it differently; only one's own."""
    with demo.writing() as connection:
        _own(connection, caller, issue_id, comment_id)
        update(connection, "comments", comment_id, {"body": patch.body, "edited_at": demo.now()})
        return Comment(**_comment(connection, issue_id, comment_id))


@router.delete(
    "/{comment_id}",
    status_code=204,
    operation_id="delete_comment",
    summary="Delete comment",
    responses=documented(403),
)
async def delete_comment(demo: CurrentDemo, caller: Writer, issue_id: ItemId, comment_id: ItemId) -> None:
    """Take it back, and its replies with it; one's own, or as an admin."""
    with demo.writing() as connection:
        _own(connection, caller, issue_id, comment_id)
        connection.execute("DELETE FROM comments WHERE id = ?", (comment_id,))


def _comment(connection: sqlite3.Connection, issue_id: int, comment_id: int) -> Row:
    row = comments.get(connection, issue_id, comment_id)
    if row is None:
        raise not_found("Comment")
    return comments.with_replies(connection, row)


def _own(connection: sqlite3.Connection, caller: Caller, issue_id: int, comment_id: int) -> None:
    author = _comment(connection, issue_id, comment_id)["author_id"]
    if author != caller.id and not caller.is_admin:
        raise HTTPException(403, "This is somebody else's comment")


def _check_thread(connection: sqlite3.Connection, issue_id: int, comment_id: int) -> None:
    parent = comments.get(connection, issue_id, comment_id)
    if parent is None or parent["reply_to"] is not None:
        raise invalid("reply_to", "There is no such comment to reply to", comment_id)
