"""Requests and renderers, for tests that need no server."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from starlette.requests import Request

from tests.html.samples import SHELL
from webapp.html.assets import Assets, find_folder
from webapp.html.context import Shell
from webapp.html.render import Renderer

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
WHOLE = {"HX-Request": "true", "HX-Request-Type": "full"}
RESTORED = {"HX-History-Restore-Request": "true", "HX-Request-Type": "full"}


def asking(headers: Mapping[str, str] | None = None, *, root_path: str = "", path: str = "/issues") -> Request:
    """A request for a page."""
    sent = {"host": "app.test", **(headers or {})}
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "https",
            "server": ("app.test", 443),
            "path": root_path + path,
            "root_path": root_path,
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        }
    )


def renderer(
    directories: Sequence[Path] = (), *, shell: Shell = SHELL, debug: bool = False, assets: Assets | None = None
) -> Renderer:
    """A renderer whose clock stands still."""
    surround: Callable[[Request], Shell] = lambda _: shell  # noqa: E731
    return Renderer(
        directories, shell=surround, assets=assets or Assets(find_folder("static")), debug=debug, now=lambda: NOW
    )
