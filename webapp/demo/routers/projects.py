"""Projects and who works on them."""

import json
import sqlite3
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from webapp.demo.auth.guard import Admin, Caller, SignedIn, Writer
from webapp.demo.database import Row, insert, update
from webapp.demo.models.activity import ActivityKind
from webapp.demo.models.fields import ItemId
from webapp.demo.models.issues import IssueRow, ProjectIssueQuery
from webapp.demo.models.paging import Page
from webapp.demo.models.projects import (
    Member,
    MemberDraft,
    Project,
    ProjectDraft,
    ProjectPatch,
    ProjectQuery,
)
from webapp.demo.pictures import logo
from webapp.demo.problems import conflict, documented, documented_as_json, invalid, not_found, revalidated
from webapp.demo.queries import activity, issues, projects, users
from webapp.demo.state import CurrentDemo, Demo

router = APIRouter(prefix="/projects", tags=["projects"], responses=documented(401))

PNG: dict[str, Any] = {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}


@router.get("", operation_id="list_projects", summary="List projects")
async def list_projects(demo: CurrentDemo, _: SignedIn, query: Annotated[ProjectQuery, Query()]) -> Page[Project]:
    """All projects, archived ones too unless told otherwise."""
    with demo.reading() as connection:
        rows, total = projects.page(connection, query)
    return Page(items=[Project(**row) for row in rows], total=total, page=query.page, size=query.size)


@router.post(
    "", status_code=201, operation_id="create_project", summary="Create project", responses=documented(403, 409)
)
async def create_project(response: Response, demo: CurrentDemo, caller: Writer, draft: ProjectDraft) -> Project:
    """Begin a project."""
    with demo.writing() as connection:
        _check(connection, draft)
        row = {**_columns(draft), "created_at": demo.now(), "updated_at": demo.now()}
        project_id = insert(connection, "projects", row)
        _note(connection, demo, ActivityKind.PROJECT_CREATED, caller, project_id, f"created {draft.key} {draft.name}")
        project = _project(connection, project_id)
    response.headers["Location"] = f"/projects/{project_id}"
    return Project(**project)


@router.get("/{project_id}", operation_id="get_project", summary="Get project", responses=documented(404))
async def get_project(demo: CurrentDemo, _: SignedIn, project_id: ItemId) -> Project:
    """One project."""
    with demo.reading() as connection:
        return Project(**_project(connection, project_id))


@router.put(
    "/{project_id}", operation_id="replace_project", summary="Replace project", responses=documented(403, 404, 409)
)
async def replace_project(demo: CurrentDemo, caller: Writer, project_id: ItemId, draft: ProjectDraft) -> Project:
    """Write a project anew; what is left out gets its default."""
    with demo.writing() as connection:
        _project(connection, project_id)
        return _changed(connection, demo, caller, project_id, draft)


@router.patch(
    "/{project_id}", operation_id="update_project", summary="Update project", responses=documented(403, 404, 409)
)
async def update_project(demo: CurrentDemo, caller: Writer, project_id: ItemId, patch: ProjectPatch) -> Project:
    """Change some of a project."""
    with demo.writing() as connection:
        row = _project(connection, project_id)
        draft = revalidated(ProjectDraft, {**row, **patch.model_dump(exclude_unset=True)})
        return _changed(connection, demo, caller, project_id, draft)


@router.delete(
    "/{project_id}",
    status_code=204,
    operation_id="delete_project",
    summary="Delete project",
    responses=documented(403, 404, 409),
)
async def delete_project(demo: CurrentDemo, _: Admin, project_id: ItemId) -> None:
    """Remove a project for good; only one that never had an issue."""
    with demo.writing() as connection:
        _project(connection, project_id)
        if projects.has_issues(connection, project_id):
            raise conflict("The project has issues; archive it instead")
        connection.execute("DELETE FROM projects WHERE id = ?", (project_id,))


@router.post(
    "/{project_id}/archive", operation_id="archive_project", summary="Archive", responses=documented(403, 404, 409)
)
async def archive_project(demo: CurrentDemo, caller: Writer, project_id: ItemId) -> Project:
    """Put a project away; it takes no new issues then."""
    return _archived(demo, caller, project_id, archived=True)


@router.post(
    "/{project_id}/restore", operation_id="restore_project", summary="Restore", responses=documented(403, 404, 409)
)
async def restore_project(demo: CurrentDemo, caller: Writer, project_id: ItemId) -> Project:
    """Take a project out of the archive."""
    return _archived(demo, caller, project_id, archived=False)


@router.get(
    "/{project_id}/issues", operation_id="list_project_issues", summary="Issues of a project", responses=documented(404)
)
async def list_project_issues(
    demo: CurrentDemo, _: SignedIn, project_id: ItemId, query: Annotated[ProjectIssueQuery, Query()]
) -> Page[IssueRow]:
    """The issues of one project."""
    with demo.reading() as connection:
        _project(connection, project_id)
        rows, total = issues.page(connection, query, project_id)
    return Page(items=[IssueRow(**row) for row in rows], total=total, page=query.page, size=query.size)


@router.get(
    "/{project_id}/members", operation_id="list_members", summary="Members of a project", responses=documented(404)
)
async def list_members(demo: CurrentDemo, _: SignedIn, project_id: ItemId) -> list[Member]:
    """Who works on a project."""
    with demo.reading() as connection:
        _project(connection, project_id)
        return [Member(**row) for row in projects.members(connection, project_id)]


@router.post(
    "/{project_id}/members",
    status_code=201,
    operation_id="add_member",
    summary="Add member",
    responses=documented(403, 404, 409),
)
async def add_member(demo: CurrentDemo, _: Writer, project_id: ItemId, draft: MemberDraft) -> Member:
    """Let somebody work on a project."""
    with demo.writing() as connection:
        _project(connection, project_id)
        if users.get(connection, draft.user_id) is None:
            raise invalid("user_id", "There is no such user", draft.user_id)
        if any(row["user_id"] == draft.user_id for row in projects.members(connection, project_id)):
            raise conflict("That user is a member already")
        insert(connection, "members", {"project_id": project_id, **draft.model_dump(), "since": demo.now()[:10]})
        return next(
            Member(**row) for row in projects.members(connection, project_id) if row["user_id"] == draft.user_id
        )


@router.delete(
    "/{project_id}/members/{user_id}",
    status_code=204,
    operation_id="remove_member",
    summary="Remove member",
    responses=documented(403, 404),
)
async def remove_member(demo: CurrentDemo, _: Writer, project_id: ItemId, user_id: ItemId) -> None:
    """Let somebody work on other things."""
    with demo.writing() as connection:
        gone = connection.execute("DELETE FROM members WHERE project_id = ? AND user_id = ?", (project_id, user_id))
        if not gone.rowcount:
            raise not_found("Member")


@router.get(
    "/{project_id}/logo",
    operation_id="get_logo",
    summary="Logo of a project",
    response_class=Response,
    responses={200: PNG, **documented_as_json(401, 404)},
)
async def get_logo(demo: CurrentDemo, _: SignedIn, project_id: ItemId) -> Response:
    """A picture in the project's colour."""
    with demo.reading() as connection:
        project = _project(connection, project_id)
    return Response(logo(project["key"], project["colour"]), media_type="image/png")


@router.get(
    "/{project_id}/brief",
    operation_id="get_brief",
    summary="Brief of a project",
    response_class=HTMLResponse,
    responses=documented_as_json(401, 404),
)
async def get_brief(demo: CurrentDemo, _: SignedIn, project_id: ItemId) -> HTMLResponse:
    """A page to print."""
    with demo.reading() as connection:
        project = _project(connection, project_id)
    return HTMLResponse(BRIEF.format(**{name: escape(project[name]) for name in ("key", "name", "summary", "status")}))


BRIEF = """<!doctype html>
<html lang="en">
<title>{name}</title>
<h1>{name} ({key})</h1>
<p>{summary}</p>
<p>Status: <strong>{status}</strong></p>
</html>
"""


def _project(connection: sqlite3.Connection, project_id: int) -> Row:
    row = projects.get(connection, project_id)
    if row is None:
        raise not_found("Project")
    return row


def _check(connection: sqlite3.Connection, draft: ProjectDraft, project_id: int = 0) -> None:
    if projects.key_is_taken(connection, draft.key, by_other_than=project_id):
        raise conflict(f"There is a project with the key {draft.key} already")
    if draft.lead_user_id is not None and users.get(connection, draft.lead_user_id) is None:
        raise invalid("lead_user_id", "There is no such user", draft.lead_user_id)


def _columns(draft: ProjectDraft) -> Row:
    values = draft.model_dump(mode="json")
    return {**values, "links": json.dumps(values["links"])}


def _changed(
    connection: sqlite3.Connection, demo: Demo, caller: Caller, project_id: int, draft: ProjectDraft
) -> Project:
    _check(connection, draft, project_id)
    update(connection, "projects", project_id, {**_columns(draft), "updated_at": demo.now()})
    # An issue shows its project's name and key, so it is another version of itself too.
    connection.execute("UPDATE issues SET version = version + 1 WHERE project_id = ?", (project_id,))
    _note(connection, demo, ActivityKind.PROJECT_UPDATED, caller, project_id, f"changed {draft.key} {draft.name}")
    return Project(**_project(connection, project_id))


def _archived(demo: Demo, caller: Caller, project_id: int, *, archived: bool) -> Project:
    with demo.writing() as connection:
        row = _project(connection, project_id)
        if bool(row["archived"]) is archived:
            raise conflict("The project is archived already" if archived else "The project isn't archived")
        update(connection, "projects", project_id, {"archived": archived, "updated_at": demo.now()})
        kind = ActivityKind.PROJECT_ARCHIVED if archived else ActivityKind.PROJECT_RESTORED
        verb = "archived" if archived else "restored"
        _note(connection, demo, kind, caller, project_id, f"{verb} {row['key']} {row['name']}")
        return Project(**_project(connection, project_id))


def _note(
    connection: sqlite3.Connection, demo: Demo, kind: ActivityKind, caller: Caller, project_id: int, summary: str
) -> None:
    activity.note(connection, kind, at=demo.now(), user_id=caller.id, project_id=project_id, summary=summary)
