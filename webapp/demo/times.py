"""Moments as the demo writes them: ISO 8601 in UTC, to the second."""

from datetime import UTC, datetime


def moment(seconds: float) -> datetime:
    """A Unix time as a datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def stamp(seconds: float) -> str:
    """A Unix time as text that sorts: `2026-03-01T09:30:00Z`."""
    return moment(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")
