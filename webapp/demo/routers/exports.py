"""Exports: asked for, waited for, fetched."""

import csv
import io
import json
import sqlite3
import uuid
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from webapp.demo.auth.guard import SignedIn
from webapp.demo.database import Row, insert, update
from webapp.demo.models.exports import Export, ExportFormat, ExportRequest, ExportState
from webapp.demo.models.issues import IssueRow
from webapp.demo.problems import conflict, documented, not_found
from webapp.demo.queries import exports, issues
from webapp.demo.state import CurrentDemo, Demo

router = APIRouter(prefix="/exports", tags=["exports"], responses=documented(401))

BATCH = 500
TEXT: dict[str, Any] = {"schema": {"type": "string"}}
FILE: dict[str, Any] = {"description": "The file.", "content": {"text/csv": TEXT, "application/json": {"schema": {}}}}
ACCEPTED: dict[str, Any] = {
    "description": "Begun; ask at Location how far it is.",
    "headers": {"Location": {"description": "Where to ask.", **TEXT}},
}
ENDED = (ExportState.DONE, ExportState.CANCELLED)


@router.get("", operation_id="list_exports", summary="List exports")
async def list_exports(demo: CurrentDemo, _: SignedIn) -> list[Export]:
    """The last exports, the newest first."""
    with demo.reading() as connection:
        return [Export(**row) for row in exports.newest(connection, demo.clock())]


@router.post("", status_code=202, operation_id="start_export", summary="Export issues", responses={202: ACCEPTED})
async def start_export(response: Response, demo: CurrentDemo, caller: SignedIn, request: ExportRequest) -> Export:
    """Begin to write issues to a file, which takes about a minute."""
    export_id = str(uuid.uuid4())
    with demo.writing() as connection:
        columns = {
            "id": export_id,
            **request.model_dump(),
            "requested_by_user_id": caller.id,
            "created_at": demo.clock(),
            "seconds": demo.options.export_seconds,
        }
        insert(connection, "exports", columns)
        row = _export(connection, demo, export_id)
    response.headers["Location"] = f"/exports/{export_id}"
    response.headers["Retry-After"] = "1"
    return Export(**row)


@router.get("/{export_id}", operation_id="get_export", summary="Get export", responses=documented(404))
async def get_export(response: Response, demo: CurrentDemo, _: SignedIn, export_id: str) -> Export:
    """How far an export is, and where its file is once it is done."""
    with demo.reading() as connection:
        export = Export(**_export(connection, demo, export_id))
    if export.state not in ENDED:
        response.headers["Retry-After"] = "1"
    return export


@router.post("/{export_id}/cancel", operation_id="cancel_export", summary="Cancel", responses=documented(404, 409))
async def cancel_export(demo: CurrentDemo, _: SignedIn, export_id: str) -> Export:
    """Stop an export that isn't done."""
    with demo.writing() as connection:
        row = _export(connection, demo, export_id)
        if row["state"] in ENDED:
            raise conflict("The export has ended already")
        update(
            connection,
            "exports",
            export_id,
            {"cancelled_at": demo.clock(), "cancelled_progress": row["progress"]},
        )
        return Export(**_export(connection, demo, export_id))


@router.get(
    "/{export_id}/download",
    operation_id="download_export",
    summary="Download export",
    response_class=Response,
    responses={200: FILE, **documented(404, 409)},
)
async def download_export(demo: CurrentDemo, _: SignedIn, export_id: str) -> Response:
    """The file of an export that is done."""
    with demo.reading() as connection:
        row = _export(connection, demo, export_id)
    if row["state"] is not ExportState.DONE:
        raise conflict("The export isn't done yet")

    as_csv = row["format"] == ExportFormat.CSV
    pages = _batches(demo, row)
    name = f"issues-{demo.now()[:10]}.{row['format']}"
    return StreamingResponse(
        _csv(pages) if as_csv else _json(pages),
        media_type="text/csv" if as_csv else "application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _export(connection: sqlite3.Connection, demo: Demo, export_id: str) -> Row:
    row = exports.get(connection, export_id, demo.clock())
    if row is None:
        raise not_found("Export")
    return row


def _batches(demo: Demo, export: Row) -> Iterator[list[Row]]:
    place = 0
    while True:
        with demo.reading() as connection:
            rows = issues.after(connection, place, BATCH, project_id=export["project_id"], status=export["status"])
        if not rows:
            return
        yield rows
        place = rows[-1]["id"]


def _csv(batches: Iterator[list[Row]]) -> Iterator[str]:
    columns = list(IssueRow.model_fields)
    yield _lines([columns])
    for rows in batches:
        yield _lines([_cell(row[column]) for column in columns] for row in rows)


def _lines(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    # A spreadsheet would take these for formulas.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def _json(batches: Iterator[list[Row]]) -> Iterator[str]:
    separator = "["
    for rows in batches:
        for row in rows:
            yield separator + json.dumps({**row, "labels": json.loads(row["labels"])})
            separator = ",\n"
    yield "]" if separator != "[" else "[]"
