"""What every call may be given."""

from collections.abc import Mapping
from typing import TypedDict

from webapp.client.paths import Params


class Options(TypedDict, total=False):
    """What every call takes: a query, headers of its own, and a time-out in seconds."""

    params: Params | None
    headers: Mapping[str, str] | None
    timeout: float | None
