"""Labels."""

import sqlite3

from fastapi import APIRouter, Response

from webapp.demo.auth.guard import Admin, SignedIn, Writer
from webapp.demo.database import Row, insert
from webapp.demo.models.labels import Label, LabelDraft, LabelPatch
from webapp.demo.problems import conflict, documented, not_found, revalidated
from webapp.demo.queries import labels
from webapp.demo.state import CurrentDemo

router = APIRouter(prefix="/labels", tags=["labels"], responses=documented(401))


@router.get("", operation_id="list_labels", summary="List labels")
async def list_labels(demo: CurrentDemo, _: SignedIn) -> list[Label]:
    """All labels at once: there are few."""
    with demo.reading() as connection:
        return [Label(**row) for row in labels.all_of_them(connection)]


@router.post("", status_code=201, operation_id="create_label", summary="Create label", responses=documented(403, 409))
async def create_label(response: Response, demo: CurrentDemo, _: Writer, draft: LabelDraft) -> Label:
    """Make a label."""
    with demo.writing() as connection:
        if labels.get(connection, draft.name):
            raise conflict(f"There is a label called {draft.name} already")
        insert(connection, "labels", draft.model_dump())
        row = _label(connection, draft.name)
    response.headers["Location"] = f"/labels/{draft.name}"
    return Label(**row)


@router.get("/{name}", operation_id="get_label", summary="Get label", responses=documented(404))
async def get_label(demo: CurrentDemo, _: SignedIn, name: str) -> Label:
    """One label."""
    with demo.reading() as connection:
        return Label(**_label(connection, name))


@router.patch("/{name}", operation_id="update_label", summary="Update label", responses=documented(403, 404))
async def update_label(demo: CurrentDemo, _: Writer, name: str, patch: LabelPatch) -> Label:
    """Change a label's colour or description."""
    with demo.writing() as connection:
        draft = revalidated(LabelDraft, {**_label(connection, name), **patch.model_dump(exclude_unset=True)})
        connection.execute(
            "UPDATE labels SET colour = ?, description = ? WHERE name = ?", (draft.colour, draft.description, name)
        )
        return Label(**_label(connection, name))


@router.delete(
    "/{name}", status_code=204, operation_id="delete_label", summary="Delete label", responses=documented(403, 404)
)
async def delete_label(demo: CurrentDemo, _: Admin, name: str) -> None:
    """Remove a label, from all issues too."""
    with demo.writing() as connection:
        _label(connection, name)
        labels.delete(connection, name)


def _label(connection: sqlite3.Connection, name: str) -> Row:
    row = labels.get(connection, name)
    if row is None:
        raise not_found("Label")
    return row
