"""What every call may be given."""

from collections.abc import Mapping
from typing import TypedDict

from webapp.client.paths import Params


class Options(TypedDict, total=False):
    """
    What every call takes: a query, headers of its own, a time-out in seconds.

    Of what `lasts`, the answer is read for as long as somebody wants to, who is no part of this process.
    """

    params: Params | None
    headers: Mapping[str, str] | None
    timeout: float | None
    lasts: bool
