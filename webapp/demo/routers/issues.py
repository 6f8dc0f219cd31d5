"""Issues: list, open, create, change, delete."""

import json
import sqlite3
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from webapp.demo.auth.guard import SignedIn, Writer
from webapp.demo.changes import change, changeable, check_assignee, check_labels, etag_of, existing, meant, note
from webapp.demo.database import Row, insert
from webapp.demo.models.activity import ActivityKind
from webapp.demo.models.fields import ItemId
from webapp.demo.models.issues import Issue, IssueDraft, IssuePatch, IssueQuery, IssueRow
from webapp.demo.models.paging import Page
from webapp.demo.preconditions import WITH_ETAG, IfMatch, IfNoneMatch, is_current
from webapp.demo.problems import conflict, documented, documented_as_json, invalid, revalidated
from webapp.demo.queries import issues, preferences, projects
from webapp.demo.state import CurrentDemo

router = APIRouter(prefix="/issues", tags=["issues"], responses=documented(401))

LISTS = ("labels", "checklist")


@router.get("", operation_id="list_issues", summary="List issues")
async def list_issues(demo: CurrentDemo, _: SignedIn, query: Annotated[IssueQuery, Query()]) -> Page[IssueRow]:
    """The issues of all projects."""
    with demo.reading() as connection:
        rows, total = issues.page(connection, query, query.project_id)
    return Page(items=[IssueRow(**row) for row in rows], total=total, page=query.page, size=query.size)


@router.post("", status_code=201, operation_id="create_issue", summary="Create issue", responses=documented(403, 409))
async def create_issue(response: Response, demo: CurrentDemo, caller: Writer, draft: IssueDraft) -> Issue:
    """Open an issue; whoever does is its reporter."""
    with demo.writing() as connection:
        _check_project(connection, draft.project_id)
        check_assignee(connection, draft.assignee_id)
        check_labels(connection, draft.labels)
        now = demo.now()
        columns = {
            **_columns(draft),
            "number": projects.next_number(connection, draft.project_id),
            "reporter_id": caller.id,
            "status": "open",
            "created_at": now,
            "updated_at": now,
        }
        row = existing(connection, insert(connection, "issues", columns))
        note(connection, demo, caller, row, ActivityKind.ISSUE_CREATED, "opened")
    response.headers["Location"] = f"/issues/{row['id']}"
    response.headers["ETag"] = etag_of(row)
    return Issue(**row)


@router.get(
    "/{issue_id}",
    operation_id="get_issue",
    summary="Get issue",
    response_model=Issue,
    responses={**WITH_ETAG, 304: {"description": "It is that version still"}, **documented(404)},
)
async def get_issue(
    response: Response, demo: CurrentDemo, _: SignedIn, issue_id: ItemId, if_none_match: IfNoneMatch = None
) -> Issue | Response:
    """One issue with everything about it; also a deleted one."""
    with demo.reading() as connection:
        row = existing(connection, issue_id)
    response.headers["ETag"] = etag_of(row)
    if is_current(if_none_match, etag_of(row)):
        return Response(status_code=304, headers=dict(response.headers))
    return Issue(**row)


@router.patch(
    "/{issue_id}",
    operation_id="update_issue",
    summary="Update issue",
    responses={**WITH_ETAG, **documented(403, 404, 409, 412, 428)},
)
async def update_issue(
    response: Response,
    demo: CurrentDemo,
    caller: Writer,
    issue_id: ItemId,
    patch: IssuePatch,
    if_match: IfMatch = None,
) -> Issue:
    """Change some of an issue."""
    sent = patch.model_dump(exclude_unset=True)
    with demo.writing() as connection:
        row = meant(connection, issue_id, if_match)
        if "status" in sent and row["status"] == "closed":
            raise conflict("The issue is closed; reopen it first")
        if sent.get("assignee_id", row["assignee_id"]) != row["assignee_id"]:
            check_assignee(connection, patch.assignee_id)
        if "labels" in sent:
            check_labels(connection, patch.labels)
        # The rules are those of a whole issue, whatever part of it was sent.
        whole = _columns(revalidated(IssueDraft, {**row, **sent}))
        columns = {name: whole.get(name, value) for name, value in sent.items()}
        if columns:
            row = change(connection, demo, caller, row, ActivityKind.ISSUE_UPDATED, "changed", **columns)
    response.headers["ETag"] = etag_of(row)
    return Issue(**row)


@router.delete(
    "/{issue_id}",
    status_code=204,
    operation_id="delete_issue",
    summary="Delete issue",
    responses=documented(403, 404, 409, 412, 428),
)
async def delete_issue(demo: CurrentDemo, caller: Writer, issue_id: ItemId, if_match: IfMatch = None) -> None:
    """Delete an issue; it can be restored."""
    with demo.writing() as connection:
        row = meant(connection, issue_id, if_match)
        change(connection, demo, caller, row, ActivityKind.ISSUE_DELETED, "deleted", deleted_at=demo.now())


@router.get(
    "/{issue_id}/text",
    operation_id="get_issue_text",
    summary="Issue as text",
    response_class=PlainTextResponse,
    responses=documented_as_json(401, 404),
)
async def get_issue_text(demo: CurrentDemo, _: SignedIn, issue_id: ItemId) -> PlainTextResponse:
    """An issue to paste into a letter."""
    with demo.reading() as connection:
        row = changeable(connection, issue_id)
    return PlainTextResponse(f"{row['reference']}: {row['title']}\n\n{row['body']}\n")


def _check_project(connection: sqlite3.Connection, project_id: int) -> None:
    project = projects.get(connection, project_id)
    if project is None:
        raise invalid("project_id", "There is no such project", project_id)
    if project["archived"]:
        raise conflict("The project is archived and takes no new issues")
    quota = preferences.read(connection).quotas.get(project["key"])
    if quota is not None and project["open_issues"] >= quota:
        raise conflict(f"The project has its {quota} open issues already")


def _columns(draft: IssueDraft) -> Row:
    values = draft.model_dump(mode="json")
    return {**values, **{name: json.dumps(values[name]) for name in LISTS}}
