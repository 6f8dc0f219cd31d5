"""How the tracker as a whole behaves; kept as one JSON text."""

import sqlite3

from webapp.demo.database import one
from webapp.demo.models.preferences import DEFAULTS, Settings


def read(connection: sqlite3.Connection) -> Settings:
    """What was last written, else the defaults."""
    row = one(connection, "SELECT value FROM meta WHERE key = 'settings'")
    return Settings.model_validate_json(row["value"]) if row else DEFAULTS


def write(connection: sqlite3.Connection, settings: Settings) -> None:
    """Replace them all."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('settings', ?)", (settings.model_dump_json(),))
