"""Pages about files, streams of events, and work that takes its time."""

from dataclasses import dataclass

from webapp.html.context.shell import Link
from webapp.html.context.tables import Control


@dataclass(frozen=True, slots=True)
class FilePage:
    """`pages/file.html`: a GET that answers a file."""

    name: str
    title: str
    description: str
    crumbs: tuple[Link, ...]
    file_name: str
    media_type: str
    size: int | None
    """In bytes, where the API tells."""
    save_href: str
    open_href: str | None
    """Where a browser shows it."""
    picture: bool
    """Whether what it shows is a picture."""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    """The first rows of a table."""
    text: str | None = None
    """The first lines of a text."""
    complete: bool = True
    """Whether the rows or the text are all there is."""
    action: str = ""
    """Where the form of `controls` goes."""
    controls: tuple[Control, ...] = ()
    """The inputs of the question, where it takes any."""
