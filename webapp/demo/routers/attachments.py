"""Files that hang on an issue."""

import re
import sqlite3
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, File, Form, HTTPException, Response, UploadFile
from fastapi.responses import FileResponse

from webapp.demo.auth.guard import SignedIn, Writer
from webapp.demo.changes import changeable, existing, note
from webapp.demo.database import Row, insert
from webapp.demo.models.activity import ActivityKind
from webapp.demo.models.attachments import Attachment
from webapp.demo.models.fields import ItemId
from webapp.demo.problems import documented, invalid, not_found
from webapp.demo.queries import attachments
from webapp.demo.state import CurrentDemo

router = APIRouter(tags=["attachments"], responses=documented(401, 404))

MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; *[\w-]+=[\w.+-]+)?", re.ASCII)
BINARY: dict[str, Any] = {
    "description": "The file's bytes, under its name and media type.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.get("/issues/{issue_id}/attachments", operation_id="list_attachments", summary="Files of an issue")
async def list_attachments(demo: CurrentDemo, _: SignedIn, issue_id: ItemId) -> list[Attachment]:
    """The files that hang on an issue."""
    with demo.reading() as connection:
        existing(connection, issue_id)
        return [Attachment(**row) for row in attachments.of_issue(connection, issue_id)]


@router.post(
    "/issues/{issue_id}/attachments",
    status_code=201,
    operation_id="upload_attachment",
    summary="Upload file",
    responses=documented(403, 409, 413),
)
async def upload_attachment(
    response: Response,
    demo: CurrentDemo,
    caller: Writer,
    issue_id: ItemId,
    file: Annotated[UploadFile, File(description="Any file.")],
    description: Annotated[str, Form(max_length=500, description="What it shows.")] = "",
) -> Attachment:
    """Hang a file on an issue."""
    size = file.size or 0
    if size > demo.options.max_upload:
        raise HTTPException(413, f"Files may have {demo.options.max_upload} bytes at most")
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2].strip()
    if not name or not name.isprintable():
        raise invalid("file", "The file has no usable name", file.filename)
    with demo.reading() as connection:
        changeable(connection, issue_id)
    stored_as = await anyio.to_thread.run_sync(demo.files.save, file.file)

    with demo.writing() as connection:
        columns = {
            "issue_id": issue_id,
            "name": name,
            "media_type": _media_type(file.content_type),
            "size": size,
            "description": description,
            "stored_as": stored_as,
            "uploaded_by_user_id": caller.id,
            "created_at": demo.now(),
        }
        row = _attachment(connection, insert(connection, "attachments", columns))
        note(
            connection, demo, caller, existing(connection, issue_id), ActivityKind.FILE_ATTACHED, f"attached {name} to"
        )
    response.headers["Location"] = f"/attachments/{row['id']}"
    return Attachment(**row)


@router.get("/attachments/{attachment_id}", operation_id="get_attachment", summary="Get file details")
async def get_attachment(demo: CurrentDemo, _: SignedIn, attachment_id: ItemId) -> Attachment:
    """What is known about a file."""
    with demo.reading() as connection:
        return Attachment(**_attachment(connection, attachment_id))


@router.get(
    "/attachments/{attachment_id}/content",
    operation_id="download_attachment",
    summary="Download file",
    response_class=Response,
    responses={200: BINARY},
)
async def download_attachment(demo: CurrentDemo, _: SignedIn, attachment_id: ItemId) -> Response:
    """The file itself, streamed; ranges are understood."""
    with demo.reading() as connection:
        row = _attachment(connection, attachment_id)
    headers = {"X-Content-Type-Options": "nosniff"}
    return FileResponse(
        demo.files.path(row["stored_as"]), filename=row["name"], media_type=row["media_type"], headers=headers
    )


@router.delete(
    "/attachments/{attachment_id}",
    status_code=204,
    operation_id="delete_attachment",
    summary="Delete file",
    responses=documented(403),
)
async def delete_attachment(demo: CurrentDemo, _: Writer, attachment_id: ItemId) -> None:
    """Remove a file for good."""
    with demo.writing() as connection:
        row = _attachment(connection, attachment_id)
        connection.execute("DELETE FROM attachments WHERE id = ?", (attachment_id,))
    demo.files.delete(row["stored_as"])


def _media_type(told: str | None) -> str:
    """What the client says the file is, if that can go into a header again."""
    return told if told and MEDIA_TYPE.fullmatch(told) else "application/octet-stream"


def _attachment(connection: sqlite3.Connection, attachment_id: int) -> Row:
    row = attachments.get(connection, attachment_id)
    if row is None:
        raise not_found("Attachment")
    return row
