"""The page of what went wrong."""

from collections.abc import Mapping

from webapp.record import record


@record(frozen=True, slots=True)
class ErrorPage:
    """`pages/error.html`: what went wrong, and what one can do. Fragment: `error`."""

    status: int
    title: str
    message: str
    fields: Mapping[str, tuple[str, ...]]
    request_id: str
    retry_after: int | None
    """Seconds after which the page tries again by itself; None if it doesn't."""
    sign_in_href: str | None
    sign_in_label: str = "Sign in"
    can_retry: bool = True
    """Whether trying again might help, where the status doesn't say otherwise."""
