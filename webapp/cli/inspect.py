"""`webapp inspect TARGET`: what is made of an API, as a file to edit."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from webapp.app import create_app
from webapp.cli.target import read_target
from webapp.errors import SettingsError
from webapp.frontend import Frontend
from webapp.openapi.overrides.dumping import dump_overrides
from webapp.sessions import Session
from webapp.settings import Settings


def inspect(given: argparse.Namespace) -> int:
    """Print the file."""
    settings = Settings.from_env(api_url=given.api, openapi=given.openapi, config=given.config)
    frontend: Frontend = create_app(
        read_target(given.target) if given.target else None, settings=settings
    ).state.frontend
    token = _token(given.token) if given.token else None
    logging.disable(logging.ERROR)  # what goes wrong is said in a sentence, and the rest is nobody's concern here
    try:
        print(asyncio.run(_described(frontend, token)), end="")
    finally:
        logging.disable(logging.NOTSET)
    return 0


async def _described(frontend: Frontend, token: str | None) -> str:
    """The site as a file, as anybody sees it, or whoever holds the token."""
    try:
        await frontend.ready()
        routes = everybody = await frontend.sites.get()
        if token is not None:
            routes = await frontend.sites.get(Session.begin(frontend.new_client().with_bearer(token), user="inspect"))
        return dump_overrides(routes.site, varies=routes is not everybody, api=frontend.overrides.api)
    finally:
        await frontend.close()


def _token(path: str) -> str:
    try:
        return (sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The token in {path!r} can't be read: {error}.") from None
