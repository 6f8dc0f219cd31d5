"""The frontend in a process that isn't `webapp run`."""

import asyncio

from starlette.types import ASGIApp

from webapp.app import create_app
from webapp.client import APIClient, Credentials, RefreshEndpoint
from webapp.frontend import Frontend
from webapp.observability import configure_logging
from webapp.sessions import Session
from webapp.settings import Settings


def create(api_url: str) -> ASGIApp:
    """The app, which writes its own access log."""
    return create_with(api_url, 0)


def create_with(api_url: str, sessions: int) -> ASGIApp:
    """The app, with so many sessions of as many users, each with two tokens of the API's."""
    configure_logging("console")
    app = create_app(
        api_url,
        settings=Settings(secret_key=("a key that is long enough for a benchmark",), max_sessions=10 * sessions + 100),
    )
    frontend: Frontend = app.state.frontend
    asyncio.run(_sign_in(frontend, APIClient(api_url, transport=frontend.transport, refresh=_REFRESH), sessions))
    return app


_REFRESH = RefreshEndpoint("/auth/refresh")


async def _sign_in(frontend: Frontend, api: APIClient, sessions: int) -> None:
    for number in range(sessions):
        tokens = {"access_token": f"access{number:036}", "refresh_token": f"refresh{number:035}"}
        client = api.for_session(Credentials(cookies=tokens))
        await frontend.registry.add(Session.begin(client, user=f"user{number}"))
