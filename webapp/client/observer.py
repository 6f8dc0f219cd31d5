"""What somebody who counts and times may learn of the client; it knows nothing of who that is."""

from collections.abc import Callable
from typing import Protocol

from webapp.errors import APIError


class ClientObserver(Protocol):
    """
    Is told of each request to the API, each failure, and each renewal.

    It is called in the middle of everything, so it neither waits nor raises.
    """

    def sending(self, method: str, headers: list[tuple[bytes, bytes]]) -> Callable[[int | None], None]:
        """
        A request goes out with these headers, to which some may be added.

        What it returns is called once: with the status when the answer's headers are there, with None if none came.
        """

    def failed(self, error: APIError) -> None:
        """A call ended with an error."""

    def renewed(self, outcome: str) -> None:
        """A renewal ended: `renewed`, `refused`, `failed`, `unsent` or `unknown`."""
