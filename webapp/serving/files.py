"""How many connections the system lets one have."""

import contextlib
import sys

SPARE = 256
"""Open files that aren't connections of browsers: to the API, the log, the event loop's own."""


def room_for(connections: int) -> int:
    """As many of these connections as there may be, after asking the system for what it grants anybody."""
    if sys.platform == "win32":
        return connections
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE
    if soft < wanted and soft != resource.RLIM_INFINITY:
        more = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):  # some systems grant less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
            soft = more
    return connections if soft == resource.RLIM_INFINITY else min(connections, max(soft - SPARE, 1))
