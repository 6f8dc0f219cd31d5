"""The page as `webapp run` serves it, everything on."""

from starlette.types import ASGIApp

from webapp.app import create_app
from webapp.observability import configure_logging
from webapp.settings import Settings


def create(api_url: str) -> ASGIApp:
    """The app, which writes its own access log."""
    configure_logging("console")
    return create_app(api_url, settings=Settings(secret_key=("a key that is long enough for a benchmark",)))
