"""Calls that a renewal didn't help."""

from webapp.client.call import Call
from webapp.client.config import Clock

_SECONDS = 30.0
_MOST = 16


class InVain:
    """
    What was asked in vain a moment ago, with access just renewed.

    An operation that always answers 401, or an API whose clock says that new tokens are old, would otherwise have us
    renew for every call.
    """

    __slots__ = ("_clock", "_until")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def __contains__(self, call: Call) -> bool:
        until = self._until.get(f"{call.method} {call.path}")
        return until is not None and 0 < until - self._clock() <= _SECONDS

    def add(self, call: Call) -> None:
        """Help this call no more for a while."""
        if len(self._until) >= _MOST:
            self._until.clear()
        self._until[f"{call.method} {call.path}"] = self._clock() + _SECONDS
