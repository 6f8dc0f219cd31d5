"""What surrounds every page."""

from webapp.record import record


@record(frozen=True, slots=True)
class Link:
    """A place to go."""

    label: str
    href: str
    current: bool = False


@record(frozen=True, slots=True)
class LinkGroup:
    """Links under one heading."""

    label: str
    links: tuple[Link, ...]
    current: str = ""
    """Where that of them leads which is current; empty where none is."""

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.links)


@record(frozen=True, slots=True)
class Toast:
    """What has just been done, on top of the page that comes after it."""

    text: str
    undo_action: str = ""
    """Where a form goes that takes it back; empty where there is no way."""
    undo_label: str = ""
    undo_fields: tuple[tuple[str, str], ...] = ()


@record(frozen=True, slots=True)
class Shell:
    """What surrounds every page."""

    site: str
    """The API's title."""
    navigation: tuple[LinkGroup, ...]
    user: str | None
    """How the signed-in person is called; None for a stranger."""
    can_sign_in: bool
    path: str
    """The path and query of this page, for "back here after signing in"."""
    request_id: str
    hue: int | None
    """The accent's hue, 0 to 359, where configured."""
    notice: Toast | None = None
    place: str = ""
    """The path once more where the navigation leads to this very page; empty elsewhere."""
