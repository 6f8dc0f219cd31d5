"""What a value is, as far as showing it goes."""

from enum import StrEnum


class Kind(StrEnum):
    """One way of showing a value. A template has a branch for each."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    CODE = "code"
    """Identifiers: in monospace."""
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    ENUM = "enum"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    IMAGE = "image"
    COLOR = "color"
    BYTES = "bytes"
    """A size in bytes."""
    PERCENT = "percent"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    DURATION = "duration"
    """A length of time as ISO 8601 writes it."""
    LIST = "list"
    """A list of scalars."""
    JSON = "json"
    """An object, or a list of objects."""
    REFERENCE = "reference"
    """The id of another thing, some of which are known by name."""
    SECRET = "secret"  # noqa: S105
    """Never shown."""
