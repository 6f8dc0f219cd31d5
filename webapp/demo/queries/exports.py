"""Exports. How far one is follows from the clock alone, so that nothing has to run for it."""

import sqlite3

from webapp.demo.database import Row, every, one
from webapp.demo.models.exports import ExportState

QUEUED_SHARE = 0.02
"""How much of its time an export waits before it begins."""


def newest(connection: sqlite3.Connection, now: float) -> list[Row]:
    """The last exports, the newest first."""
    rows = every(connection, "SELECT * FROM exports ORDER BY created_at DESC, id LIMIT 50")
    return [with_progress(row, now) for row in rows]


def get(connection: sqlite3.Connection, export_id: str, now: float) -> Row | None:
    """One export."""
    row = one(connection, "SELECT * FROM exports WHERE id = ?", (export_id,))
    return with_progress(row, now) if row is not None else None


def with_progress(row: Row, now: float) -> Row:
    """An export and how far it is by now."""
    share = min(1.0, (now - row["created_at"]) / row["seconds"]) if row["seconds"] else 1.0
    if row["cancelled_at"] is not None:
        state, progress, finished = ExportState.CANCELLED, row["cancelled_progress"], row["cancelled_at"]
    elif share >= 1:
        state, progress, finished = ExportState.DONE, 100, row["created_at"] + row["seconds"]
    else:
        state = ExportState.RUNNING if share >= QUEUED_SHARE else ExportState.QUEUED
        progress, finished = int(share * 100), None
    done = state is ExportState.DONE
    return {
        **row,
        "state": state,
        "progress": progress,
        "finished_at": finished,
        "download_url": f"/exports/{row['id']}/download" if done else None,
    }
