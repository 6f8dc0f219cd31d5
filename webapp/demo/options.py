"""What can be set about the demo."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """How long things live and how much is allowed; seconds and bytes."""

    access_seconds: float = 900
    refresh_seconds: float = 14 * 86_400
    reuse_window: float = 30
    """How long a rotated refresh token may come again before it counts as stolen."""
    tries_per_minute: int = 30
    """Sign-in tries of one address."""
    export_seconds: float = 60
    """How long an export takes."""
    max_upload: int = 4 * 1024**3
    trust_forwarded: bool = True
    """Whether X-Forwarded-For says who the client is; the demo's only client is a frontend."""
