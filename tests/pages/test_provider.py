"""Signing in at a provider, as a browser lives through it."""

import asyncio
import logging
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from tests.oidc.issuer import ISSUER, Issuer
from tests.pages.elsewhere import APP, LIST, OPENID, PATHS, Api, come_back, frontend, query_of, set_out, sign_in, site
from tests.serving import serve
from webapp import Settings, create_app
from webapp.errors import SettingsError
from webapp.oidc import FAILURES
from webapp.oidc.flows import MOST_OF_ADDRESS
from webapp.testing import Browser

FORM = {"type": "oauth2", "flows": {"password": {"tokenUrl": "/auth/token", "scopes": {}}}}
BEARER = {"type": "http", "scheme": "bearer"}


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def test_the_only_way_in_is_one_button_and_no_form(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        page = await browser.get("/orders")

    assert page.url == "/login?next=%2Forders"
    assert page.links["Sign in with Example ID"] == "/-/oidc/start?next=%2Forders"
    assert page.page.one("a.primary").text == "Sign in with Example ID"
    assert page.page.find("main form") is None
    assert issuer.asked == []


async def test_one_signs_in_at_the_provider_and_is_where_one_wanted_to_be(issuer: Issuer) -> None:
    api = Api({"id": OPENID})
    async with frontend(issuer, api) as browser:
        page = await sign_in(browser, issuer, "/orders?q=tea")

        assert (page.status, page.url) == (200, "/orders?q=tea")
        assert "Tea" in page.main
        assert "Ada" in page.text
        assert set(api.shown) == {"Bearer access-of-authorization_code"}
        assert query_of(f"?{issuer.asked[-1].url.query.decode()}") is not None
        assert "access-of" not in page.text


async def test_the_browser_holds_no_token_and_gets_a_new_session(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        state = await set_out(browser, issuer)
        before = browser.cookies.header("/")
        answer = await come_back(browser, code="c-1", state=state)

        (cookie,) = answer.headers.get_list("set-cookie")
        assert cookie.startswith("webapp_session=")
        assert "access-of" not in cookie
        assert before is not None
        assert before.startswith("webapp_session_flow=")
        assert answer.status == 303
        assert answer.headers["cache-control"] == "no-store"


async def test_each_sign_in_has_a_session_of_its_own(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        first, second = await set_out(browser, issuer), ""
        nonce = issuer.nonce
        second = await set_out(browser, issuer)
        later = issuer.nonce
        cookies = []
        for state, issuer.nonce in ((second, later), (first, nonce)):
            answer = await come_back(browser, code="c-1", state=state)
            cookies.append(answer.headers["set-cookie"])
        assert cookies[0] != cookies[1]
        assert (await browser.get("/orders")).status == 200


async def test_whoever_is_in_already_is_not_sent_again(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        await sign_in(browser, issuer)
        answer = await browser.fetch("GET", "/-/oidc/start?next=/orders")
        assert answer.headers["location"] == "/orders"


async def test_access_is_renewed_at_the_provider_without_anybody_noticing(issuer: Issuer) -> None:
    api = Api({"id": OPENID})
    async with frontend(issuer, api) as browser:
        await sign_in(browser, issuer)
        api.taken = {"Bearer access-of-refresh_token"}

        pages = await asyncio.gather(*(browser.fetch("GET", "/orders") for _ in range(10)))

        assert {page.status for page in pages} == {200}
        renewals = [each for each in issuer.asked if b"grant_type=refresh_token" in each.content]
        assert len(renewals) == 1
        assert renewals[0].headers["authorization"].startswith("Basic ")
        assert not {"cookie", "x-forwarded-for"} & set(renewals[0].headers)


@pytest.mark.parametrize(
    ("answer", "status", "url"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), 200, "/login?next=%2Forders&why=ended"),
        (httpx.Response(400, json={"error": "invalid_client"}), 503, "/orders"),
        (httpx.Response(503), 503, "/orders"),
        (httpx.ReadTimeout("slow"), 503, "/orders"),
    ],
)
async def test_only_a_refused_renewal_leads_to_the_sign_in(
    issuer: Issuer, answer: httpx.Response | Exception, status: int, url: str
) -> None:
    api = Api({"id": OPENID})
    async with frontend(issuer, api) as browser:
        await sign_in(browser, issuer)
        api.taken = set()
        issuer.documents["/token"] = answer
        page = await browser.get("/orders")

    assert (page.status, page.url) == (status, url)


async def test_each_failure_is_a_line_for_whoever_has_to_find_out(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "webapp.audit")
    async with frontend(issuer) as browser:
        state = await set_out(browser, issuer)
        await come_back(browser, state=state, error="access_denied")
        await sign_in(browser, issuer)

    lines = [record.getMessage() for record in caplog.records if record.name == "webapp.audit"]
    assert [line.split()[0] for line in lines] == ["sign_in_refused", "sign_in"]
    assert "why=denied" in lines[0]
    assert "ada" in lines[1]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"error": "access_denied"}, "denied"),
        ({"error": "login_required"}, "asks-more"),
        ({"error": "server_error", "error_description": "<b>x</b>"}, "down"),
        ({"error": "invalid_scope"}, "setup"),
        ({}, "setup"),
        ({"code": "c-1", "iss": "https://evil.test"}, "mixed-up"),
    ],
)
async def test_what_fails_is_told_on_the_login_page_with_its_status(
    issuer: Issuer, answer: dict[str, str], why: str
) -> None:
    async with frontend(issuer) as browser:
        state = await set_out(browser, issuer)
        back = await come_back(browser, state=state, **answer)
        page = await browser.get(back.headers["location"])

    assert back.headers["location"] == f"/login?why={why}&next=%2Forders"
    assert page.status == FAILURES[why].status
    assert page.page.one("#error").text == FAILURES[why].sentence.format(name="Example ID")
    assert page.links["Sign in with Example ID"] == "/-/oidc/start?next=%2Forders"


async def test_a_state_is_good_once_in_one_browser_and_for_a_while(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        state = await set_out(browser, issuer)
        victim = browser.another()
        for query in ({"state": state}, {"state": "made-up"}, {"state": ""}, {}):
            back = await come_back(victim, code="attackers-code", **query)
            assert back.headers["location"] == "/login?why=lost"
        assert (await victim.get("/login?why=lost")).status == 400
        assert (await come_back(browser, code="c-1", state=state)).headers["location"] == "/orders"
        assert (await come_back(browser, code="c-1", state=state)).headers["location"] == "/login?why=lost"
        assert [each.url.path for each in issuer.asked].count("/token") == 1


async def test_a_refusal_that_came_without_its_state_is_still_one(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        assert (await come_back(browser, error="access_denied")).headers["location"] == "/login?why=denied"


async def test_a_refusal_without_its_state_leads_on_where_the_browser_has_one_sign_in_under_way(issuer: Issuer) -> None:
    async with frontend(issuer) as browser:
        state = await set_out(browser, issuer, "/orders?q=tea")
        query = {"error": "access_denied", "next": "/planted"}
        back = await come_back(browser, **query)
        assert back.headers["location"] == "/login?why=denied&next=%2Forders%3Fq%3Dtea"
        page = await browser.get(back.headers["location"])
        assert page.links["Sign in with Example ID"] == "/-/oidc/start?next=%2Forders%3Fq%3Dtea"
        assert (await come_back(browser.another(), **query)).headers["location"] == "/login?why=denied"

        # Anybody could have sent the browser here, so what it has begun is still good.
        nonce = issuer.nonce
        await set_out(browser, issuer, "/elsewhere")
        assert (await come_back(browser, **query)).headers["location"] == "/login?why=denied"
        issuer.nonce = nonce
        assert (await come_back(browser, code="c-1", state=state)).headers["location"] == "/orders?q=tea"


async def test_setting_out_without_end_pushes_out_nobody_who_comes_from_elsewhere(issuer: Issuer) -> None:
    app = site(issuer)

    def at(address: str) -> Browser:
        return Browser(transport=httpx.ASGITransport(app, client=(address, 1)))

    async with at("2001:db8::1") as neighbour, at("192.0.2.1") as browser:
        theirs = await set_out(neighbour, issuer)
        state, nonce = await set_out(browser, issuer), issuer.nonce
        for number in range(MOST_OF_ADDRESS):
            async with at(f"2001:db8::{number:x}:1") as flooder:
                await set_out(flooder, issuer)

        assert (await come_back(neighbour, code="c-1", state=theirs)).headers["location"] == "/login?why=lost"
        issuer.nonce = nonce
        assert (await come_back(browser, code="c-1", state=state)).headers["location"] == "/orders"


async def test_a_provider_that_is_down_is_told_before_anybody_is_sent_there(issuer: Issuer) -> None:
    issuer.documents["/.well-known/openid-configuration"] = httpx.ConnectError("refused")
    async with frontend(issuer) as browser:
        page = await browser.get("/-/oidc/start?next=/orders")

    assert (page.status, page.url) == (503, "/login?why=down&next=%2Forders")
    assert "can't be reached" in page.main


async def test_a_token_that_the_api_does_not_take_is_told_and_goes_round_in_no_circles(issuer: Issuer) -> None:
    api = Api({"id": OPENID})
    api.taken = set()
    async with frontend(issuer, api) as browser:
        state = await set_out(browser, issuer)
        back = await come_back(browser, code="c-1", state=state)
        page = await browser.get(back.headers["location"])

    assert page.status == 403
    assert "did not accept" in page.main
    assert browser.cookies.header("/") is not None
    assert "webapp_session=" not in (browser.cookies.header("/") or "")


@pytest.mark.parametrize("where", ["https://evil.test/", "//evil.test", "/\\evil.test", "/../x", "javascript:alert(1)"])
async def test_nobody_is_led_off_the_site(issuer: Issuer, where: str) -> None:
    async with frontend(issuer) as browser:
        state = await set_out(browser, issuer, where)
        assert (await come_back(browser, code="c-1", state=state)).headers["location"] == "/"


async def test_the_provider_leads_back_to_the_public_address(issuer: Issuer) -> None:
    places = {}
    for public in (None, "https://app.example.com"):
        async with frontend(issuer, public_url=public) as browser:
            answer = await browser.fetch("GET", "/-/oidc/start")
            places[public] = query_of(answer.headers["location"])["redirect_uri"]
            assert answer.headers["referrer-policy"] == "no-referrer"

    assert places == {
        None: f"{APP}/-/oidc/callback",
        "https://app.example.com": "https://app.example.com/-/oidc/callback",
    }


async def test_nothing_of_a_sign_in_is_logged_or_shown(issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    issuer.about["scopes_supported"] = ["openid"]
    async with frontend(issuer) as browser:
        state = await set_out(browser, issuer)
        texts = [(await come_back(browser, code="marker-code", state=state)).text]
        state_again = state
        texts += [(await browser.get("/orders")).text, (await browser.get("/-/account")).text]
        for answer in (httpx.Response(400, json={"error": "invalid_grant", "error_description": "marker-code"}),):
            issuer.documents["/token"] = answer
            state = await set_out(browser.another(), issuer)
        lost = await browser.get(f"/-/oidc/callback?code=marker-code&state={state_again}")
        texts += [lost.text, str(lost.headers)]

    told = "\n".join([*texts, caplog.text])
    verifiers = [dict(httpx.QueryParams(each.content.decode())).get("code_verifier") for each in issuer.asked]
    secrets = ["marker-code", state_again, "access-of", "refresh-2", "s3cret", "eyJ", *filter(None, verifiers)]
    assert [each for each in secrets if each in told] == []


async def test_where_the_api_has_a_form_too_the_provider_stands_above_it(issuer: Issuer) -> None:
    async with frontend(issuer, Api({"id": OPENID, "form": FORM}, {"/auth/token": {"post": {}}})) as browser:
        page = await browser.get("/login")

    assert "Sign in with Example ID" in page.links
    assert page.page.find("input[name=password]") is not None


async def test_a_token_may_still_be_pasted_where_the_document_takes_any(issuer: Issuer) -> None:
    async with frontend(issuer, Api({"id": OPENID, "token": BEARER})) as browser:
        page = await browser.get("/login?next=/orders")
        assert page.page.find("main form") is None
        pasted = await browser.click("Sign in with an access token")
        assert pasted.page.find("input[name=token]") is not None


async def test_an_operator_may_name_a_provider_that_the_document_keeps_to_itself(issuer: Issuer) -> None:
    api = Api({}, {"/orders": {"get": LIST}})
    async with frontend(issuer, api, oidc_issuer=ISSUER) as browser:
        asked = await browser.get("/orders")
        assert asked.url == "/login?next=%2Forders"
        assert "Tea" in (await sign_in(browser, issuer)).main


async def test_plain_oauth_2_lets_the_api_say_who_it_is(issuer: Issuer) -> None:
    code = {"authorizationUrl": f"{ISSUER}/authorize", "tokenUrl": f"{ISSUER}/token", "scopes": {"orders": ""}}
    async with frontend(issuer, Api({"id": {"type": "oauth2", "flows": {"authorizationCode": code}}})) as browser:
        page = await sign_in(browser, issuer)
        assert "Tea" in page.main
        assert "Signed in" in page.text


async def test_without_a_client_the_page_says_what_is_missing(issuer: Issuer) -> None:
    async with frontend(issuer, oidc_client_id=None, oidc_client_secret=None) as browser:
        page = await browser.get("/login")
        assert "WEBAPP_OIDC_CLIENT_ID" in page.main
        assert page.page.find("input[name=token]") is not None
        assert (await browser.get("/-/oidc/start")).status == 404


async def test_without_the_extra_the_start_stops_or_the_page_says_so(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"webapp\[oidc\]"):
        create_app("http://api.test", settings=Settings(oidc_client_id="web"))
    async with frontend(issuer, oidc_client_id=None, oidc_client_secret=None) as browser:
        assert "webapp[oidc]" in (await browser.get("/login")).main


@given(
    query=st.dictionaries(
        st.sampled_from(["code", "state", "iss", "error", "error_description", "session_state", "x"]), st.text()
    ),
    known=st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_comes_back_is_answered(
    started: tuple[Browser, Issuer], query: dict[str, str], known: bool
) -> None:
    browser, issuer = started
    visitor = browser.another()
    if known:
        query = {**query, "state": await set_out(visitor, issuer)}
    try:
        back = await come_back(visitor, **query)
    except UnicodeEncodeError:  # half a character can't be sent at all
        return
    assert back.status == 303
    assert back.headers["location"].startswith(("/login?why=", "/orders"))


@pytest.fixture
async def started(issuer: Issuer) -> Any:
    async with frontend(issuer) as browser:
        yield browser, issuer


async def test_below_a_mount_point_everything_leads_back_there(issuer: Issuer) -> None:
    api = Api({"id": OPENID})

    def answer(request: httpx.Request) -> httpx.Response:
        return issuer(request) if request.url.host == "id.test" else api(request)

    ui = create_app(
        "http://api.test",
        transport=httpx.MockTransport(answer),
        settings=Settings(oidc_client_id="web", oidc_name="ID"),
    )
    async with Browser(Starlette(routes=[Mount("/ui", ui)])) as browser:
        page = await browser.get("/ui/orders")
        assert page.links["Sign in with ID"] == "/ui/-/oidc/start?next=%2Fui%2Forders"
        out = await browser.fetch("GET", page.links["Sign in with ID"])
        query = issuer.note(out.headers["location"])
        assert query["redirect_uri"] == f"{APP}/ui/-/oidc/callback"
        assert "Path=/ui;" in out.headers["set-cookie"]
        back = await browser.get(f"/ui/-/oidc/callback?code=c-1&state={query['state']}")
        assert (back.url, back.status) == ("/ui/orders", 200)
        left = await browser.post("/ui/logout")
        there = await browser.fetch("GET", left.links["Sign out at ID"])
        assert query_of(there.headers["location"])["post_logout_redirect_uri"] == f"{APP}/ui/-/oidc/signed-out"
        told = await browser.another().fetch(
            "POST", "/ui/-/oidc/backchannel-logout", headers={"Origin": ISSUER}, content=b"logout_token=x"
        )
        assert told.status == 400


async def test_what_was_typed_is_there_again_after_signing_in(issuer: Issuer) -> None:
    text = {"type": "object", "properties": {"item": {"type": "string"}}}
    create = {"requestBody": {"content": {"application/json": {"schema": text}}}, "responses": {"201": {}}}
    api = Api({"id": OPENID}, {**PATHS, "/orders": {**PATHS["/orders"], "post": {"operationId": "order", **create}}})
    async with frontend(issuer, api) as browser:
        await sign_in(browser, issuer)
        form = await browser.get("/-/operations/order")
        api.taken = set()
        issuer.documents["/token"] = httpx.Response(400, json={"error": "invalid_grant"})
        (field,) = [each.get("name") for each in form.page.all("main input[type=text]")]
        page = await browser.submit("main form[method=post]", **{field: "Darjeeling"})
        assert page.url.startswith("/login?next=%2F-%2Foperations%2Forder&why=ended")
        api.taken, issuer.documents = {"Bearer access-of-authorization_code"}, {}

        page = await sign_in(browser, issuer, "/-/operations/order")
        assert page.page.one(f"main input[name='{field}']").get("value") == "Darjeeling"


async def test_an_api_in_process_and_a_provider_on_the_network_are_reached_each_in_its_way() -> None:
    issuer = Issuer()
    reached: list[str] = []

    async def answer(request: Request) -> Response:
        said = issuer(httpx.Request(request.method, f"{ISSUER}{request.url.path}"))
        reached.append(request.headers["host"])
        text = said.text.replace(ISSUER, f"http://{reached[-1]}")
        return Response(text, said.status_code, media_type="application/json")

    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        document = Api({}).document
        found = scope["path"] == "/openapi.json"
        await JSONResponse(document if found else {}, 200 if found else 404)(scope, receive, send)

    with serve(Starlette(routes=[Route("/{path:path}", answer)])) as url:
        app = create_app(api, settings=Settings(oidc_client_id="web", oidc_issuer=url))
        async with Browser(app) as browser:
            out = await browser.fetch("GET", "/-/oidc/start")
            assert out.headers["location"].startswith(f"{url}/authorize?")
    assert set(reached) == {url.removeprefix("http://")}
