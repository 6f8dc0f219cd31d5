"""The frontend a JSON API doesn't have yet: server-rendered htmx pages, one API client per browser session."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webapp.app import create_app
    from webapp.client import APIClient
    from webapp.errors import APIError, SettingsError, WebappError
    from webapp.html.render import render
    from webapp.sessions import State
    from webapp.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "APIClient",
    "APIError",
    "Settings",
    "SettingsError",
    "State",
    "WebappError",
    "create_app",
    "render",
]

_HOME = {
    "APIClient": "webapp.client",
    "APIError": "webapp.errors",
    "Settings": "webapp.settings",
    "SettingsError": "webapp.errors",
    "State": "webapp.sessions",
    "WebappError": "webapp.errors",
    "create_app": "webapp.app",
    "render": "webapp.html.render",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import webapp.client` alone stays light (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
