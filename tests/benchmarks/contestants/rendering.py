"""The page of the API's orders as HTML, from what is known once the API has answered."""

from collections.abc import Callable
from typing import Any

from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context
from starlette.requests import Request

from tests.benchmarks.backend import ORDERS
from tests.benchmarks.contestants.plain import app as plain
from webapp.html.assets import Assets, find_folder
from webapp.html.context import Column, Control, Link, LinkGroup, ListPage, Option, Pager, Row, Shell
from webapp.html.kinds import Kind
from webapp.html.render import Renderer

Render = Callable[[], str]

TOTAL = 4321
STATES = ("pending", "paid", "shipped", "returned")
FIELDS = (
    ("reference", "Reference", Kind.TEXT),
    ("customer", "Customer", Kind.TEXT),
    ("status", "Status", Kind.ENUM),
    ("total", "Total", Kind.NUMBER),
    ("gift", "Gift", Kind.BOOLEAN),
    ("placed_at", "Placed at", Kind.DATETIME),
    ("id", "ID", Kind.CODE),
)


def plain_jinja() -> Render:
    """The template of the plain contestant."""
    answer = {"items": ORDERS, "total": TOTAL, "page": 1, "size": len(ORDERS)}
    request = _request(session={"user": "ada"})
    return lambda: bytes(plain.templates.TemplateResponse(request, "orders.html", {"page": answer}).body).decode()


def ours() -> Render:
    """Our page, with everything on it."""
    renderer, request, page = _renderer(), _request(), _page()
    return lambda: bytes(renderer.render(request, "pages/list.html", page, fragment="list").body).decode()


def ours_on_plain_jinja() -> Render:
    """The same templates, compiled as Jinja compiles all others."""
    renderer, request, page = _renderer(), _request(), _page()
    renderer.environment.code_generator_class = CodeGenerator
    renderer.environment.context_class = Context
    return lambda: bytes(renderer.render(request, "pages/list.html", page, fragment="list").body).decode()


def _request(**scope: Any) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "server": ("localhost", 80),
            "path": "/orders",
            "raw_path": b"/orders",
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
            **scope,
        }
    )


def _renderer() -> Renderer:
    places = (Link("Orders", "/orders", current=True), Link("Customers", "/customers"))
    shell = Shell(
        "Orders", (LinkGroup("Resources", places, "/orders"),), "Ada Lovelace", True, "/orders", "01J9ZC3T", None
    )
    return Renderer(shell=lambda _: shell, assets=Assets(find_folder("static")))


def _page() -> ListPage:
    columns = tuple(Column(key, label, kind) for key, label, kind in FIELDS)
    rows = tuple(
        Row(
            id=f"orders-{order['id']}",
            href=None,
            title=order["reference"],
            values=tuple(order[column.key] for column in columns),
            links=(None,) * len(columns),
            key=str(order["id"]),
        )
        for order in ORDERS
    )
    numbers = tuple(Link(str(number), f"/orders?page={number}", current=number == 1) for number in (1, 2, 217))
    sizes = tuple(Link(str(size), f"/orders?size={size}") for size in (10, 25, 50, 100))
    choices = (Option("", "Any", selected=True), *(Option(state, state.capitalize()) for state in STATES))
    return ListPage(
        name="orders",
        title="Orders",
        description="",
        crumbs=(Link("Home", "/"), Link("Orders", "/orders", current=True)),
        columns=columns,
        rows=rows,
        pager=Pager(1, len(rows), TOTAL, None, "/orders?page=2", (*numbers[:2], None, numbers[2]), sizes),
        action="/orders",
        search=Control("q", "Search", "search", ""),
        filters=(Control("status", "Status", "select", "", choices),),
        kept={},
        chips=(),
        clear_href=None,
        raw_href="/-/raw/orders",
        choose_href="/orders?columns=-",
        exports=tuple(Link(kind, f"/-/export/orders?format={kind.lower()}") for kind in ("CSV", "JSON")),
    )
