"""The example of the README, as a user would write it: a page of one's own, and its test."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from webapp import create_app, render
from webapp.testing import Browser, FakeAPI

DASHBOARD = """
{% extends layout %}
{% block title %}Dashboard{% endblock %}
{% block main %}<h1>{{ orders|length }} open order{{ "" if orders|length == 1 else "s" }}</h1>{% endblock %}
"""


async def dashboard(request: Request) -> Response:
    orders = await request.state.api.get("/orders", params={"status": "open"})
    return render(request, "dashboard.html", {"orders": orders})


@pytest.fixture
def api() -> FakeAPI:
    return FakeAPI(
        {
            "GET /orders": [{"id": 1, "item": "Tea"}],
            "GET /orders/{id}": lambda received: {"id": int(received.params["id"]), "item": "Tea"},
        }
    )


@pytest.fixture
async def browser(api: FakeAPI, tmp_path: Path) -> AsyncIterator[Browser]:
    (tmp_path / "dashboard.html").write_text(DASHBOARD)
    app = create_app("http://api", transport=api.transport, templates=tmp_path, routes=[Route("/dashboard", dashboard)])
    async with Browser(app) as browser:
        yield browser


async def test_the_dashboard_counts_open_orders(browser: Browser, api: FakeAPI) -> None:
    await browser.sign_in()

    page = await browser.get("/dashboard")

    assert page.main == "1 open order"
    assert api.requests[-1].query == {"status": "open"}
    assert api.requests[-1].headers["authorization"] == "Bearer token-1"


async def test_the_list_and_its_items_are_pages(browser: Browser) -> None:
    await browser.sign_in()

    orders = await browser.get("/orders")
    assert "Tea" in orders.main

    part = await browser.htmx("GET", "/orders?x=1")
    assert part.page.find("tbody tr") is not None
    assert part.page.find("h1") is None

    order = await browser.get(orders.page.one("#list tbody a").get("href"))
    assert (order.url, order.status) == ("/orders/1", 200)


async def test_a_session_that_ended_leads_to_sign_in_and_back(browser: Browser, api: FakeAPI) -> None:
    await browser.sign_in()
    await browser.get("/dashboard")
    api.end_sessions()

    login = await browser.get("/dashboard")
    assert login.path == "/login"
    assert (await browser.sign_in()).main == "1 open order"

    await browser.get("/orders")
    api.end_sessions()
    part = await browser.htmx("GET", "/orders", data={"q": "tea"})
    assert part.status == 401
    assert part.hx_redirect is not None
    assert part.hx_redirect.startswith("/login?next=%2Forders")
    assert (await browser.follow(part)).path == "/login"


async def test_an_api_that_is_down_is_a_page(browser: Browser, api: FakeAPI) -> None:
    await browser.sign_in()
    api.answers["GET /orders"] = httpx.ConnectError("down")

    page = await browser.get("/orders")

    assert page.status == 503
    assert page.page.find("html") is not None
