"""The browser: what it sends, what it keeps, where it goes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from webapp.testing import Answer, Browser, LintError

VARY = {"Vary": "HX-Request-Type"}


def page(body: str, *, status: int = 200, headers: dict[str, str] | None = None, title: str = "Shop") -> Response:
    html = (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head><body><main id="main">'
        f'<h1>{title}</h1>{body}</main><div id="more"></div></body></html>'
    )
    return Response(html, status, {**VARY, **(headers or {})}, media_type="text/html")


LOGIN = """
<form action="/login?next=/orders" method="post">
<label>Name <input type="text" name="user"></label><label>Password <input type="password" name="pass"></label>
<input type="hidden" name="from" value="shop"><button>Sign in</button></form>"""

ORDERS = """
<form action="/orders?page=3" method="get">
<label>Search <input type="search" name="q"></label><button>Go</button></form>
<table id="list"><tbody><tr><td><a href="/echo">Tea</a></td></tr></tbody></table>
<form action="/upload" method="post" enctype="multipart/form-data">
<label>Note <input name="note" value="Žluťoučký"></label><label>File <input type="file" name="file"></label>
<button>Send</button></form>
<a href="/orders">Tea</a>"""


class Shop:
    """An app with a sign-in, that notes the requests it gets."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        routes = {
            "/": lambda _: page("<p>Welcome</p>"),
            "/orders": self.orders,
            "/login": self.login,
            "/logout": lambda _: RedirectResponse("/login", 303, {"Set-Cookie": "who=; Path=/; Max-Age=0"}),
            "/echo": self.echo,
            "/upload": self.upload,
            "/hop": lambda _: RedirectResponse("/echo?hopped=1", 303),
            "/keep": lambda _: RedirectResponse("/echo", 307),
            "/away": lambda _: RedirectResponse("https://elsewhere.example/x"),
            "/round": lambda _: RedirectResponse("/round"),
            "/bad": lambda _: Response("<p>Bad</p>", media_type="text/html"),
            "/part": lambda _: Response('<p aria-describedby="more">x</p>', headers=VARY, media_type="text/html"),
            "/told": self.told,
        }
        self.app = Starlette(
            routes=[
                Route(path, self._noted(answer), methods=["GET", "POST", "DELETE"]) for path, answer in routes.items()
            ],
        )

    def _noted(self, answer: Callable[[Request], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def noted(request: Request) -> Response:
            self.requests.append(request)
            response = answer(request)
            return response if isinstance(response, Response) else await response

        return noted

    @property
    def last(self) -> Request:
        return self.requests[-1]

    def orders(self, request: Request) -> Response:
        if "who" not in request.cookies:
            return RedirectResponse("/login?next=/orders", 303)
        if request.headers.get("hx-request-type") == "partial":
            return Response('<table id="list"></table>', headers=VARY, media_type="text/html")
        return page(f"<p>{request.cookies['who']}</p>{ORDERS}", title="Orders")

    async def login(self, request: Request) -> Response:
        if request.method == "GET":
            return page(LOGIN, title="Sign in")
        form = await request.form()
        if form["pass"] != "secret" or form["from"] != "shop":
            return page(f"<p>Wrong password</p>{LOGIN}", status=401, title="Sign in")
        return RedirectResponse("/orders", 303, {"Set-Cookie": f"who={form['user']}; Path=/; HttpOnly"})

    async def echo(self, request: Request) -> Response:
        return JSONResponse(
            {
                "method": request.method,
                "query": dict(request.query_params),
                "form": (await request.form()).multi_items(),
            }
        )

    async def upload(self, request: Request) -> Response:
        async with request.form() as form:
            file = form["file"]
            assert not isinstance(file, str)
            return JSONResponse([form["note"], file.filename, (await file.read()).decode()])

    def told(self, request: Request) -> Response:
        return Response(headers=dict(request.query_params))


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def browser(shop: Shop) -> AsyncIterator[Browser]:
    async with Browser(shop.app) as browser:
        yield browser


def sent(shop: Shop) -> dict[str, str]:
    wanted = ("sec-", "hx-", "referer", "origin", "accept", "content-type")
    headers = {name: value for name, value in shop.last.headers.items() if name.startswith(wanted)}
    del headers["accept-encoding"], headers["accept-language"]
    return headers


async def test_the_first_page_is_a_navigation_from_nowhere(shop: Shop, browser: Browser) -> None:
    answer = await browser.get("/")

    assert (answer.status, answer.url, answer.title, answer.main) == (200, "/", "Shop", "Shop Welcome")
    headers = sent(shop)
    assert headers.pop("accept").startswith("text/html,")
    assert headers == {
        "sec-fetch-site": "none",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
        "sec-fetch-user": "?1",
    }


async def test_the_next_page_comes_from_the_one_before(shop: Shop, browser: Browser) -> None:
    await browser.get("/")
    answer = await browser.post("/echo?a=1", {"b": "2", "c": ["3", 4]})

    headers = sent(shop)
    assert headers["sec-fetch-site"] == "same-origin"
    assert headers["referer"] == "http://testserver/"
    assert headers["origin"] == "http://testserver"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert answer.json == {"method": "POST", "query": {"a": "1"}, "form": [["b", "2"], ["c", "3"], ["c", "4"]]}
    assert browser.url == "/echo?a=1"


async def test_a_redirect_after_a_post_is_followed_by_a_get(shop: Shop, browser: Browser) -> None:
    answer = await browser.post("/hop", {"a": "1"})

    assert answer.json == {"method": "GET", "query": {"hopped": "1"}, "form": []}
    assert answer.url == "/echo?hopped=1"
    assert answer.path == "/echo"
    assert [(each.url, each.status) for each in answer.history] == [("/hop", 303)]


async def test_a_307_is_followed_with_method_and_body(browser: Browser) -> None:
    answer = await browser.post("/keep", [("a", "1")])

    assert answer.json == {"method": "POST", "query": {}, "form": [["a", "1"]]}


async def test_a_redirect_to_another_site_is_not_followed(browser: Browser) -> None:
    answer = await browser.get("/away")

    assert (answer.status, answer.headers["location"]) == (307, "https://elsewhere.example/x")


async def test_a_redirect_in_circles_is_an_error(browser: Browser) -> None:
    with pytest.raises(AssertionError, match="redirected in circles"):
        await browser.get("/round")


async def test_another_site_is_out_of_bounds(browser: Browser) -> None:
    for url in ("https://elsewhere.example/", "//elsewhere.example/", "http://testserver.example/"):
        with pytest.raises(AssertionError, match="not on this site"):
            await browser.get(url)


async def test_one_signs_in_through_the_login_page_and_out_again(shop: Shop, browser: Browser) -> None:
    after = await browser.sign_in("Ada")

    assert after.url == "/orders"
    assert "Ada" in after.main
    assert browser.cookies.get("who") == "Ada"

    left = await browser.sign_out()
    assert left.url == "/login"
    assert browser.cookies.get("who") is None
    assert (await browser.get("/orders")).url == "/login?next=/orders"


async def test_a_sign_in_starts_from_the_login_page_one_was_sent_to(shop: Shop, browser: Browser) -> None:
    await browser.get("/orders")
    await browser.sign_in()

    assert [request.url.path for request in shop.requests] == ["/orders", "/login", "/login", "/orders"]


async def test_a_sign_in_that_fails_says_what_the_page_says(browser: Browser) -> None:
    with pytest.raises(AssertionError, match="not signed in: 401, Sign in Wrong password"):
        await browser.sign_in(password="wrong")

    assert (await browser.try_sign_in("Ada", "wrong")).status == 401


async def test_a_page_without_a_sign_in_is_said_to_have_none(browser: Browser) -> None:
    with pytest.raises(AssertionError, match="no sign-in form at /: 200, Shop Welcome"):
        await browser.sign_in(path="/")


async def test_two_browsers_are_two_people(browser: Browser) -> None:
    async with browser.another() as other:
        await browser.sign_in("Ada")
        await other.sign_in("Bob")

        assert "Ada" in (await browser.get("/orders")).main
        assert "Bob" in (await other.get("/orders")).main

    assert (await browser.get("/orders")).status == 200


async def test_links_are_followed_and_forms_submitted(browser: Browser) -> None:
    orders = await browser.sign_in("Ada")
    assert orders.links == {"Tea": "/echo"}

    searched = await browser.submit(q="tea & co")
    assert searched.url == "/orders?q=tea+%26+co"

    uploaded = await browser.submit("form[action='/upload']", file=("tea.txt", b"leaves"))
    assert uploaded.json == ["Žluťoučký", "tea.txt", "leaves"]

    await browser.get("/orders")
    assert (await browser.click("Tea")).url == "/echo"
    with pytest.raises(AssertionError, match="no link 'Coffee'"):
        await browser.click("Coffee")


async def test_without_a_page_there_is_nothing_to_click() -> None:
    async with Browser(Shop().app) as browser:
        with pytest.raises(AssertionError, match="no page is open"):
            await browser.click("Tea")


async def test_htmx_says_what_htmx_4_says(shop: Shop, browser: Browser) -> None:
    await browser.sign_in("Ada")
    answer = await browser.htmx("GET", "/orders?page=2", data={"q": "tea"}, source="form#f1")

    assert answer.text == '<table id="list"></table>'
    assert shop.last.url.query == "page=2&q=tea"
    assert sent(shop) == {
        "accept": "text/html",
        "referer": "http://testserver/orders",
        "hx-request": "true",
        "hx-request-type": "partial",
        "hx-source": "form#f1",
        "hx-target": "table#list",
        "hx-current-url": "http://testserver/orders",
        "sec-fetch-site": "same-origin",
        "sec-fetch-mode": "same-origin",
        "sec-fetch-dest": "empty",
    }
    assert browser.url == "/orders"


async def test_htmx_asks_for_a_full_page_for_the_body(shop: Shop, browser: Browser) -> None:
    await browser.sign_in("Ada")
    answer = await browser.htmx("GET", "/orders", target="body")

    assert shop.last.headers["hx-request-type"] == "full"
    assert shop.last.headers["hx-target"] == "body"
    assert answer.title == "Orders"


async def test_htmx_puts_fields_in_the_body_of_a_post_and_in_the_query_of_a_delete(browser: Browser) -> None:
    posted = await browser.htmx("post", "/echo", data={"a": "1"})
    deleted = await browser.htmx("DELETE", "/echo", data={"a": "1"}, headers={"X-Own": "1"})

    assert posted.json == {"method": "POST", "query": {}, "form": [["a", "1"]]}
    assert deleted.json == {"method": "DELETE", "query": {"a": "1"}, "form": []}


async def test_htmx_headers_survive_a_redirect(shop: Shop, browser: Browser) -> None:
    await browser.htmx("POST", "/hop", data={})

    assert shop.last.method == "GET"
    assert shop.last.headers["hx-request-type"] == "partial"


async def test_a_target_that_the_page_has_not_got_is_taken_for_a_div(shop: Shop, browser: Browser) -> None:
    await browser.htmx("GET", "/echo", target="none")

    assert shop.last.headers["hx-target"] == "div#none"


async def test_history_is_restored_without_the_usual_headers(shop: Shop, browser: Browser) -> None:
    await browser.get("/")
    await browser.restore("/")

    assert sent(shop) == {
        "accept": "*/*",
        "referer": "http://testserver/",
        "hx-request-type": "full",
        "hx-history-restore-request": "true",
        "sec-fetch-site": "same-origin",
        "sec-fetch-mode": "cors",
        "sec-fetch-dest": "empty",
    }


async def test_what_htmx_is_told_is_recorded_and_done_on_request(browser: Browser) -> None:
    await browser.get("/")

    redirect = await browser.htmx("GET", "/told?HX-Redirect=/login")
    assert (redirect.hx_redirect, browser.url) == ("/login", "/")
    assert (await browser.follow(redirect)).title == "Sign in"

    refresh = await browser.htmx("GET", "/told?HX-Refresh=true")
    assert refresh.hx_refresh
    assert (await browser.follow(refresh)).title == "Sign in"

    for location in ("/echo?here=1", '{"path": "/echo?here=1", "target": "%23main"}'):
        answer = await browser.htmx("GET", f"/told?HX-Location={location}")
        assert (await browser.follow(answer)).json["query"] == {"here": "1"}

    with pytest.raises(AssertionError, match="tells htmx to go nowhere"):
        await browser.follow(await browser.htmx("GET", "/echo"))


async def test_a_pushed_url_is_shown_in_the_address_bar(shop: Shop, browser: Browser) -> None:
    await browser.get("/")

    await browser.htmx("GET", "/told?HX-Push-Url=/orders?q=tea")
    assert browser.url == "/orders?q=tea"
    await browser.htmx("GET", "/told?HX-Replace-Url=/orders?q=%25C5%25BElu%25C5%25A5")
    assert browser.url == "/orders?q=%C5%BElu%C5%A5"
    await browser.htmx("GET", "/told?HX-Push-Url=false")
    assert shop.last.headers["hx-current-url"] == "http://testserver/orders?q=%C5%BElu%C5%A5"


async def test_events_are_read_in_either_form(browser: Browser) -> None:
    assert (await browser.htmx("GET", "/told?HX-Trigger=saved, closed")).hx_trigger == {"saved": None, "closed": None}
    assert (await browser.htmx("GET", '/told?HX-Trigger={"saved": {"id": 1}}')).hx_trigger == {"saved": {"id": 1}}
    assert (await browser.htmx("GET", "/echo")).hx_trigger == {}


async def test_a_page_that_breaks_the_rules_is_an_error(browser: Browser) -> None:
    with pytest.raises(LintError, match=r"GET /bad \(200\)") as caught:
        await browser.get("/bad")

    assert {finding.check for finding in caught.value.findings} == {"doctype", "title", "h1", "lang", "main", "vary"}


async def test_rules_are_left_out_by_name() -> None:
    async with Browser(Shop().app, lint_except={"doctype", "title", "h1", "lang", "main", "vary"}) as browser:
        assert (await browser.get("/bad")).main == "Bad"


async def test_a_fragment_is_held_against_the_page_it_goes_into(browser: Browser) -> None:
    with pytest.raises(LintError, match="references"):
        await browser.htmx("GET", "/part")

    await browser.get("/")
    assert (await browser.htmx("GET", "/part")).main == "x"
    with pytest.raises(LintError, match="fragment: <html> in a fragment"):
        await browser.htmx("GET", "/")


async def test_a_request_can_be_sent_as_it_stands(shop: Shop, browser: Browser) -> None:
    browser.cookies.set("who", "Ada")
    answer = await browser.fetch("POST", "/hop", headers={"Origin": "https://evil.example"}, content=b"x")

    assert isinstance(answer, Answer)
    assert answer.status == 303
    assert shop.last.headers["origin"] == "https://evil.example"
    assert shop.last.headers["cookie"] == "who=Ada"
    assert "sec-fetch-site" not in shop.last.headers


async def test_headers_of_ones_own_go_out_with_every_request() -> None:
    shop = Shop()
    async with Browser(shop.app, headers={"Accept-Language": "cs"}) as browser:
        await browser.get("/")

    assert shop.last.headers["accept-language"] == "cs"


async def test_it_goes_through_any_transport() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=str(request.url))

    transport = httpx.MockTransport(answer)
    async with Browser(base_url="https://shop.example/", transport=transport) as browser:
        assert (await browser.get("/a?b#c")).json == "https://shop.example/a?b"


async def test_without_an_app_it_goes_over_the_network() -> None:
    # Nothing listens on the discard port.
    async with Browser(base_url="http://127.0.0.1:9") as browser:
        with pytest.raises(httpx.ConnectError):
            await browser.get("/")
