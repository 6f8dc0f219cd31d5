"""Starlette with its own sessions, one `httpx.AsyncClient` for all, and Jinja templates."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from tests.benchmarks.contestants import sniffio

templates = Jinja2Templates(Path(__file__).parent / "templates")


def create(api_url: str) -> Starlette:
    """The app."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=api_url) as client:
            app.state.client = client
            yield

    return Starlette(
        routes=[
            Route("/login", log_in, methods=["POST"]),
            Route("/orders", orders),
        ],
        middleware=[Middleware(SessionMiddleware, secret_key="a key that is long enough for a benchmark")],
        lifespan=lifespan,
    )


def create_with_sniffio(api_url: str) -> Starlette:
    """The same app with sniffio installed."""
    sniffio.install()
    return create(api_url)


async def log_in(request: Request) -> Response:
    """Take a name and password to the API, and keep its token."""
    form = await request.form()
    client: httpx.AsyncClient = request.app.state.client
    response = await client.post("/auth/login", data={"username": form["username"], "password": form["password"]})
    if response.status_code != 200:
        return Response("Wrong name or password", 401)
    request.session["token"] = response.json()["access_token"]
    request.session["user"] = form["username"]
    return RedirectResponse("/orders", 303)


async def orders(request: Request) -> Response:
    """A page of orders."""
    token = request.session.get("token")
    if token is None:
        return RedirectResponse("/login", 303)
    client: httpx.AsyncClient = request.app.state.client
    response = await client.get(
        "/orders", params=dict(request.query_params), headers={"Authorization": f"Bearer {token}"}
    )
    if response.status_code == 401:
        return RedirectResponse("/login", 303)
    response.raise_for_status()
    return templates.TemplateResponse(request, "orders.html", {"page": response.json()})
