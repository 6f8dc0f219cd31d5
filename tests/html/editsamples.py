"""Pages that change things, for `samples.py`."""

from dataclasses import replace
from typing import Any

from webapp.forms import Choice, Control, Field
from webapp.html.context import BulkAction, BulkBar, BulkPage, BulkRow, ConflictPage, ConflictRow, EditPage, Link

CRUMBS = (Link("Home", "/"), Link("Issues", "/issues"), Link("Edit", "/-/operations/update-issue", current=True))
FIELDS = (
    Field("body/title", "Title", Control.TEXT, "Quiet search", required=True, errors=("There is one already.",)),
    Field("body/text", "Text", Control.TEXTAREA, "A long\nstory.", hint="Markdown."),
    Field(
        "body/status",
        "Status",
        Control.SELECT,
        options=(Choice("open", "Open", selected=True), Choice("closed", "Closed")),
    ),
)
EDIT = EditPage(
    name="issues",
    title="Edit Quiet search",
    crumbs=CRUMBS,
    action="/-/operations/update-issue?issue_id=7",
    multipart=False,
    fields=FIELDS,
    hidden=(("path/issue_id", "7"), ("was", '{"body":{"title":"Quiet search"}}')),
    inline=True,
    said=("The API did not accept this.",),
    advice="Something of the same name is there already.",
    cancel_href="/issues/7",
)
CONFLICT = ConflictPage(
    name="issues",
    title="Somebody else changed this too",
    crumbs=CRUMBS,
    action="/-/operations/update-issue?issue_id=7",
    rows=(
        ConflictRow("body/title", "Title", "Quiet search", "Silent search", "Quick search", True, "mine"),
        ConflictRow("body/text", "Text", "", "A long story. " * 80, "A\nlist", True, ""),
        ConflictRow("body/status", "Status", "open", "closed", "open", False, ""),
    ),
    missing=True,
    fields=(Field("body/password", "Password", Control.PASSWORD),),
    hidden=(("mine", "{}"),),
    cancel_href="/issues/7",
)
ROWS = tuple(BulkRow(str(number), f"Issue {number} of many", f"/issues/{number}") for number in range(1, 6))
BULK = BulkPage(
    name="delete-issue",
    title="Delete issue: Issues",
    crumbs=CRUMBS,
    heading="Delete issue: 3 done, 2 not",
    rows=(
        replace(ROWS[0], error="It is locked by somebody else."),
        BulkRow("x", "Gone", None, "There is no such issue."),
    ),
    done=ROWS[2:],
    action="/-/bulk/delete-issue",
    hidden=(("id", "1"), ("confirm", "yes")),
    submit="Try again (2)",
    danger=True,
    undo_action="/-/bulk/restore-issue",
    undo_hidden=(("id", "3"),),
    back_href="/issues",
)
BULK_BAR = BulkBar(
    (BulkAction("close-issue", "Close issue"), BulkAction("delete-issue", "Delete issue", danger=True)),
    ("7",),
    "/issues?status=open",
)

EDIT_SAMPLES: dict[str, tuple[str, Any]] = {
    "edit-empty": ("pages/edit.html", EditPage("x", "Edit it", (), "/x", True, (), (), False, (), "", "/")),
    "edit": ("pages/edit.html", EDIT),
    "conflict-empty": ("pages/conflict.html", ConflictPage("x", "Changed", (), "/x", (), False, (), (), "/")),
    "conflict": ("pages/conflict.html", CONFLICT),
    "conflict-fresh": ("pages/conflict.html", replace(CONFLICT, missing=False, fields=())),
    "bulk": ("pages/bulk.html", BULK),
    "bulk-asked": ("pages/bulk.html", replace(BULK, rows=ROWS, done=(), undo_action=None, submit="Delete (5)")),
    "bulk-done": (
        "pages/bulk.html",
        replace(BULK, rows=(), submit="", heading="Delete issue: 3 issues done", danger=False),
    ),
}
"""Each by a name: the template and what it gets."""
