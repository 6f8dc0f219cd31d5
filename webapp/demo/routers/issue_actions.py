"""What is done with issues: close, reopen, assign, restore."""

from fastapi import APIRouter, Response

from webapp.demo.auth.guard import Writer
from webapp.demo.changes import change, check_assignee, etag_of, existing, meant
from webapp.demo.database import Row, insert
from webapp.demo.models.activity import ActivityKind
from webapp.demo.models.fields import ItemId
from webapp.demo.models.issues import AssignRequest, BulkCloseRequest, BulkCloseResult, CloseRequest, Issue, Resolution
from webapp.demo.preconditions import IfMatch
from webapp.demo.problems import conflict, documented
from webapp.demo.queries import issues
from webapp.demo.state import CurrentDemo

router = APIRouter(prefix="/issues", tags=["issues"], responses=documented(401, 403))


@router.post("/bulk-close", operation_id="bulk_close_issues", summary="Close several")
async def bulk_close_issues(demo: CurrentDemo, caller: Writer, request: BulkCloseRequest) -> BulkCloseResult:
    """End many issues at once."""
    closed, skipped = [], []
    with demo.writing() as connection:
        for issue_id in dict.fromkeys(request.ids):
            row = issues.get(connection, issue_id)
            if row is None or row["deleted_at"] or row["status"] == "closed":
                skipped.append(issue_id)
                continue
            ending = _closing(demo.now(), request.resolution)
            change(connection, demo, caller, row, ActivityKind.ISSUE_CLOSED, "closed", **ending)
            closed.append(issue_id)
    return BulkCloseResult(closed=closed, skipped=skipped)


@router.post("/{issue_id}/close", operation_id="close_issue", summary="Close", responses=documented(404, 409, 412, 428))
async def close_issue(
    response: Response,
    demo: CurrentDemo,
    caller: Writer,
    issue_id: ItemId,
    request: CloseRequest,
    if_match: IfMatch = None,
) -> Issue:
    """End an issue and say why."""
    with demo.writing() as connection:
        row = meant(connection, issue_id, if_match)
        if row["status"] == "closed":
            raise conflict("The issue is closed already")
        if request.comment:
            comment = {"issue_id": issue_id, "author_id": caller.id, "body": request.comment, "created_at": demo.now()}
            insert(connection, "comments", comment)
        ending = _closing(demo.now(), request.resolution)
        row = change(connection, demo, caller, row, ActivityKind.ISSUE_CLOSED, "closed", **ending)
    return _answer(response, row)


@router.post(
    "/{issue_id}/reopen", operation_id="reopen_issue", summary="Reopen", responses=documented(404, 409, 412, 428)
)
async def reopen_issue(
    response: Response, demo: CurrentDemo, caller: Writer, issue_id: ItemId, if_match: IfMatch = None
) -> Issue:
    """Go on with an issue after all."""
    with demo.writing() as connection:
        row = meant(connection, issue_id, if_match)
        if row["status"] != "closed":
            raise conflict("The issue isn't closed")
        columns = {"status": "open", "closed_at": None, "resolution": None}
        row = change(connection, demo, caller, row, ActivityKind.ISSUE_REOPENED, "reopened", **columns)
    return _answer(response, row)


@router.post(
    "/{issue_id}/assign", operation_id="assign_issue", summary="Assign", responses=documented(404, 409, 412, 428)
)
async def assign_issue(
    response: Response,
    demo: CurrentDemo,
    caller: Writer,
    issue_id: ItemId,
    request: AssignRequest,
    if_match: IfMatch = None,
) -> Issue:
    """Give an issue to somebody, or to nobody."""
    with demo.writing() as connection:
        row = meant(connection, issue_id, if_match)
        check_assignee(connection, request.assignee_id)
        assignee = {"assignee_id": request.assignee_id}
        row = change(connection, demo, caller, row, ActivityKind.ISSUE_ASSIGNED, "assigned", **assignee)
    return _answer(response, row)


@router.post("/{issue_id}/restore", operation_id="restore_issue", summary="Restore", responses=documented(404, 409))
async def restore_issue(response: Response, demo: CurrentDemo, caller: Writer, issue_id: ItemId) -> Issue:
    """Take back a deletion."""
    with demo.writing() as connection:
        row = existing(connection, issue_id)
        if row["deleted_at"] is None:
            raise conflict("The issue isn't deleted")
        row = change(connection, demo, caller, row, ActivityKind.ISSUE_RESTORED, "restored", deleted_at=None)
    return _answer(response, row)


def _closing(now: str, resolution: Resolution) -> Row:
    return {"status": "closed", "closed_at": now, "resolution": resolution}


def _answer(response: Response, row: Row) -> Issue:
    response.headers["ETag"] = etag_of(row)
    return Issue(**row)
