"""Several observers of the API's client as one."""

from collections.abc import Callable, Sequence

from webapp.client import ClientObserver
from webapp.errors import APIError


class Observers:
    """Tells each of them, in order."""

    def __init__(self, observers: Sequence[ClientObserver]) -> None:
        self._observers = tuple(observers)

    def sending(self, method: str, headers: list[tuple[bytes, bytes]]) -> Callable[[int | None], None]:
        """A request goes to the API; what is returned is called at its end."""
        ended = [observer.sending(method, headers) for observer in self._observers]

        def all_ended(status: int | None) -> None:
            for each in ended:
                each(status)

        return all_ended

    def failed(self, error: APIError) -> None:
        """A call to the API ended with an error."""
        for observer in self._observers:
            observer.failed(error)

    def renewed(self, outcome: str) -> None:
        """A renewal ended."""
        for observer in self._observers:
            observer.renewed(outcome)


def one_of(observers: Sequence[ClientObserver]) -> ClientObserver | None:
    """The observer of these, or None for none of them."""
    if len(observers) < 2:
        return observers[0] if observers else None
    return Observers(observers)
