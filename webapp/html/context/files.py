"""Pages about files, streams of events, and work that takes its time."""

from webapp.html.context.facts import Fact
from webapp.html.context.shell import Link
from webapp.html.context.tables import Control
from webapp.record import record


@record(frozen=True, slots=True)
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


@record(frozen=True, slots=True)
class FollowPage:
    """`pages/follow.html`: work that takes its time. Fragment: `status`."""

    name: str
    title: str
    crumbs: tuple[Link, ...]
    state: str
    """As the API calls it; may be empty."""
    percent: int | None
    running: bool
    failed: bool
    message: str
    facts: tuple[Fact, ...]
    again_href: str
    """Where to look again."""
    seconds: int
    """When to do so."""
    result: Link | None
    """What came of it."""
    page_href: str
    """The page of the work itself."""


@record(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    id: str
    event: str
    """Its kind."""
    at: str
    """When it came, as ISO 8601."""
    facts: tuple[Fact, ...]
    """What it says, where that is an object."""
    text: str
    """What it says otherwise."""


@record(frozen=True, slots=True)
class EventsPage:
    """`pages/events.html`: a stream of events, as they come."""

    name: str
    title: str
    description: str
    crumbs: tuple[Link, ...]
    stream_href: str
    """Where a script gets the events, from the last of `events` on."""
    events: tuple[Event, ...]
    """What came within a few seconds."""
    ended: bool
    """Whether there are no more."""
    notice: str
    """Why there is nothing to see."""
    reload_href: str
    action: str
    """Where the form of `controls` goes."""
    controls: tuple[Control, ...]
