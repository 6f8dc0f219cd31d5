"""Starlette with an `httpx.AsyncClient` for each session, which keeps the API's cookies, and Jinja templates."""

import secrets

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.benchmarks.contestants.plain.app import templates


def create(api_url: str) -> Starlette:
    """The app."""
    app = Starlette(
        routes=[Route("/login", log_in, methods=["POST"]), Route("/orders", orders)],
        middleware=[Middleware(SessionMiddleware, secret_key="a key that is long enough for a benchmark")],
    )
    app.state.api_url = api_url
    app.state.clients = {}
    return app


async def log_in(request: Request) -> Response:
    """Take a name and password to the API, and keep the client that has its cookie."""
    form = await request.form()
    client = httpx.AsyncClient(base_url=request.app.state.api_url)
    response = await client.post("/auth/login", data={"username": form["username"], "password": form["password"]})
    if response.status_code != 200:
        await client.aclose()
        return Response("Wrong name or password", 401)
    request.session["id"] = secrets.token_urlsafe()
    request.session["user"] = form["username"]
    request.app.state.clients[request.session["id"]] = client
    return RedirectResponse("/orders", 303)


async def orders(request: Request) -> Response:
    """A page of orders."""
    client: httpx.AsyncClient | None = request.app.state.clients.get(request.session.get("id"))
    if client is None:
        return RedirectResponse("/login", 303)
    response = await client.get("/orders", params=dict(request.query_params))
    if response.status_code == 401:
        return RedirectResponse("/login", 303)
    response.raise_for_status()
    return templates.TemplateResponse(request, "orders.html", {"page": response.json()})
