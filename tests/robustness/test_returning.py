"""
Whoever begins at one process comes back to another: three frontends on one store, a provider and an API, all real.

What is begun is a sign-in at a provider or by the API's own buttons, a sign-out there, and a form that was typed when
the session was over.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from tests.oidc.issuer import Issuer
from tests.pages.elsewhere import PATHS, Api, come_back, query_of, set_out
from tests.pages.test_carried import CALLBACK, START, Backend
from tests.robustness.frontends import frontends
from tests.serving import answering
from tests.store.server import RedisServer, left_there
from webapp.oidc.flows import MOST_OF_ONE
from webapp.testing import Answer, Browser

FORM = "/-/operations/order"
TYPED = "two pounds of Darjeeling"
ITEM = {"type": "object", "properties": {"item": {"type": "string"}}}
ORDER = {"operationId": "order", "requestBody": {"content": {"application/json": {"schema": ITEM}}}}
ORDERS = {"/orders": {**PATHS["/orders"], "post": {**ORDER, "responses": {"204": {"description": "Done"}}}}}
OIDC = {"WEBAPP_OIDC_CLIENT_ID": "web", "WEBAPP_OIDC_CLIENT_SECRET": "s3cret", "WEBAPP_OIDC_NAME": "Example ID"}
GOOD = "Bearer access-of-authorization_code"


class Orders(Api):
    """An API that one can order at, too."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = super().__call__(request)
        return httpx.Response(204) if request.method == "POST" and answer.is_success else answer


@dataclass
class House:
    """Three frontends, and what is behind them."""

    server: RedisServer
    issuer: Issuer
    api: Orders
    urls: list[str]

    def paths_asked(self) -> Counter[str]:
        """What the provider was asked for, how often."""
        return Counter(each.url.path for each in self.issuer.asked)


@pytest.fixture(scope="module")
def built(server: RedisServer) -> Iterator[House]:
    issuer = Issuer()
    with ExitStack() as stack:
        issuer.url = stack.enter_context(answering(issuer))
        scheme = {"type": "openIdConnect", "openIdConnectUrl": f"{issuer.url}/.well-known/openid-configuration"}
        api = Orders({"id": scheme}, ORDERS)
        urls = stack.enter_context(frontends(stack.enter_context(answering(api)), server.url, 3, **OIDC))
        yield House(server, issuer, api, urls)


@pytest.fixture
def house(built: House) -> House:
    """The same for each test, with an empty store."""
    with built.server.client() as client:
        client.flushall()
    built.issuer.claims, built.issuer.documents, built.issuer.asked = {}, {}, []
    built.api.taken = {GOOD}
    return built


Person = Callable[[], list[Browser]]


@pytest.fixture
async def person(house: House) -> AsyncIterator[Person]:
    """Makes a person: one browser, as it is seen by each of the frontends."""
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(Browser(base_url=url)) for url in house.urls]

        def one() -> list[Browser]:
            seen = [each.another() for each in browsers]
            for each in seen:
                each.cookies = seen[0].cookies
            return seen

        yield one


def under_way(server: RedisServer) -> list[bytes]:
    """The names of what the store holds of what was begun."""
    return [each for each in left_there(server) if b"{flows}" in each]


async def sign_in(house: House, out: Browser, back: Browser, where: str = "/orders") -> Answer:
    """Out from one frontend, and back to another."""
    state = await set_out(out, house.issuer, where)
    return await come_back(back, code="c-1", state=state)


async def test_a_sign_in_that_is_begun_at_one_process_is_finished_at_another_and_known_at_a_third(
    house: House, person: Person
) -> None:
    one, two, three = person()
    answer = await sign_in(house, one, two)
    page = await three.get("/orders")

    assert (answer.status, answer.headers["location"]) == (303, "/orders")
    assert (page.status, page.url) == (200, "/orders")
    assert "Tea" in page.main
    assert under_way(house.server) == []


async def test_a_state_that_two_processes_get_at_once_works_once(
    house: House, person: Person, figure: Callable[[str], None]
) -> None:
    ends: Counter[str] = Counter()
    for _ in range(ROUNDS):
        one, two, three = person()
        state = await set_out(one, house.issuer)
        answers = await asyncio.gather(*(come_back(each, code="c-1", state=state) for each in (two, three, two, three)))
        ends.update(each.headers["location"] for each in answers)
        replays = [await come_back(each, code="c-1", state=state) for each in (one, two, three)]
        assert [each.headers["location"] for each in replays] == ["/login?why=lost"] * 3

    assert ends == {"/orders": ROUNDS, "/login?why=lost": 3 * ROUNDS}
    assert house.paths_asked()["/token"] == ROUNDS
    figure(f"{ROUNDS} states, each shown 4 times at once at two processes and 3 times after: {ROUNDS} sign-ins")


ROUNDS = 25


async def test_a_stranger_with_the_state_can_neither_use_nor_spoil_it(house: House, person: Person) -> None:
    mine, theirs = person(), person()
    state = await set_out(mine[0], house.issuer)
    nonce = house.issuer.nonce
    await set_out(theirs[0], house.issuer)  # with a cookie of their own
    nobody = person()
    for strangers in (theirs, nobody):
        for each in strangers:
            assert (await come_back(each, code="stolen", state=state)).headers["location"] == "/login?why=lost"
    assert house.paths_asked()["/token"] == 0
    house.issuer.nonce = nonce

    assert (await come_back(mine[1], code="c-1", state=state)).headers["location"] == "/orders"


@pytest.mark.parametrize("count", [60, pytest.param(10_000, marks=pytest.mark.nightly)])
async def test_whoever_begins_without_end_at_all_processes_keeps_a_handful(
    house: House, person: Person, count: int, figure: Callable[[str], None]
) -> None:
    mine = person()
    states = [await set_out(mine[number % 3], house.issuer) for number in range(count)]

    kept = under_way(house.server)
    assert len(kept) == MOST_OF_ONE
    assert (await come_back(mine[0], code="c-1", state=states[0])).headers["location"] == "/login?why=lost"
    assert (await come_back(mine[1], code="c-1", state=states[-1])).headers["location"] == "/orders"
    figure(f"{count:,} sign-ins begun by one browser at three processes: the store holds {len(kept)}")


async def test_a_sign_out_goes_on_to_the_provider_from_another_process(house: House, person: Person) -> None:
    one, two, three = person()
    await sign_in(house, one, two)
    page = await one.sign_out()
    on = page.links["Sign out at Example ID"]
    again_told = await two.get(page.url)
    there = await two.fetch("GET", on)

    assert again_told.links["Sign out at Example ID"] == on
    assert there.headers["location"].startswith(f"{house.issuer.url}/end?tenant=1&id_token_hint=eyJ")
    assert (await three.fetch("GET", on)).headers["location"] == "/login?why=signed-out"
    assert (await three.fetch("GET", "/orders")).status == 303


async def typed_in_vain(house: House, browser: Browser) -> Answer:
    """Type into a form, and send it when the session is over; where that leads."""
    form = await browser.get(FORM)
    (field,) = [each.get("name") for each in form.page.all("main input[type=text]")]
    house.api.taken = set()
    house.issuer.documents["/token"] = httpx.Response(400, json={"error": "invalid_grant"})
    answer = await browser.submit("main form[method=post]", **{field: TYPED})
    house.api.taken, house.issuer.documents = {GOOD}, {}
    return answer


async def test_a_form_that_was_typed_at_one_process_comes_back_at_a_third_once(house: House, person: Person) -> None:
    one, two, three = person()
    await sign_in(house, one, two)
    login = await typed_in_vain(house, one)
    assert login.url.startswith("/login?next=%2F-%2Foperations%2Forder")
    assert (await sign_in(house, two, one, FORM)).headers["location"] == FORM

    page = await three.get(FORM)

    assert page.page.one("main input[type=text]").get("value") == TYPED
    assert "Here is what you typed" in page.page.one("#toasts").text
    assert [TYPED in (await each.get(FORM)).text for each in (one, two, three)] == [False] * 3


async def test_a_form_comes_back_to_no_other_browser_and_no_other_person(house: House, person: Person) -> None:
    mine, another = person(), person()
    await sign_in(house, mine[0], mine[1])
    await typed_in_vain(house, mine[0])

    await sign_in(house, another[1], another[2])
    elsewhere = await another[2].get(FORM)
    house.issuer.claims = {"sub": "bob", "name": "Bob"}
    await sign_in(house, mine[1], mine[2])
    bobs = await mine[2].get(FORM)
    await mine[2].sign_out()
    house.issuer.claims = {}
    await sign_in(house, mine[1], mine[2])
    own = await mine[0].get(FORM)

    assert [TYPED in each.text for each in (elsewhere, bobs, own)] == [False, False, True]


async def test_what_comes_back_at_two_processes_at_once_comes_back_at_one(
    house: House, person: Person, figure: Callable[[str], None]
) -> None:
    for _ in range(10):
        one, two, three = person()
        await sign_in(house, one, two)
        await typed_in_vain(house, one)
        await sign_in(house, two, one)

        pages = await asyncio.gather(*(each.fetch("GET", FORM) for each in (two, three, two, three)))

        assert [TYPED in page.text for page in pages].count(True) == 1
    figure("10 forms, each asked for 4 times at once at two processes: came back once each")


async def test_a_dump_of_the_store_holds_nothing_of_what_is_under_way(house: House, person: Person) -> None:
    one, two, _ = person()
    await sign_in(house, one, two)
    token = house.issuer.id_token()
    left = await one.sign_out()
    await sign_in(house, one, two)
    await typed_in_vain(house, one)
    state = await set_out(two, house.issuer)
    nonce, cookies = house.issuer.nonce, {each.name: each.value for each in two.cookies}

    with house.server.client() as client:
        keys = client.keys("*")
        dump = b"\n".join(client.dump(key) + key for key in keys)
        assert all(client.pttl(key) > 0 for key in keys if b"{flows}" in key or b"{drafts}" in key)
    assert len(under_way(house.server)) == 2
    await come_back(two, code="c-1", state=state)
    forms = [dict(parse_qsl(each.content.decode())) for each in house.issuer.asked]
    verifier = [form["code_verifier"] for form in forms if "code_verifier" in form][-1]

    texts = [state, nonce, verifier, TYPED, "Darjeeling", FORM, "id_token_hint", token[:40], house.issuer.url]
    texts += [cookies["webapp_session_flow"], cookies["webapp_session_draft"]]
    texts += [query_of(left.links["Sign out at Example ID"])["at"], "/orders", "127.0.0.1"]
    assert [text for text in texts if text.encode() in dump] == []


@pytest.fixture(scope="module")
def federated(server: RedisServer) -> Iterator[tuple[Backend, list[str]]]:
    """Two frontends of an API that signs people in at GitHub by itself."""
    backend = Backend()
    with answering(backend) as at, frontends(at, server.url, 2) as urls:
        yield backend, urls


async def test_the_apis_own_button_leads_out_from_one_process_and_back_to_another(
    federated: tuple[Backend, list[str]],
) -> None:
    backend, urls = federated
    async with Browser(base_url=urls[0]) as one, Browser(base_url=urls[1]) as two:
        two.cookies = one.cookies
        out = await one.fetch("GET", "/-/oauth/github/start?next=/auth/me")
        stranger = await two.another().fetch("GET", f"{CALLBACK}?code=c&state={backend.state}")
        back = await two.fetch("GET", f"{CALLBACK}?code=c&state={backend.state}")
        again = await one.fetch("GET", f"{CALLBACK}?code=c&state={backend.state}")
        page = await one.get("/auth/me")

    assert out.headers["location"].startswith("https://github.com/login/oauth/authorize?")
    assert [each.headers["location"] for each in (stranger, back, again)] == [
        "/login?why=lost",
        "/auth/me",
        "/login?why=lost",
    ]
    assert "Ada@example.com" in page.text
    # The API is asked by one name on the way out and on the way back, whichever process asks.
    hosts = [each.headers["host"] for each in backend.asked if each.url.path in (START, CALLBACK)]
    assert hosts == [urls[0].removeprefix("http://")] * 2


async def test_what_one_process_has_done_the_next_page_says_from_another(house: House, person: Person) -> None:
    one, two, three = person()
    await sign_in(house, one, two)
    form = await one.get(FORM)
    (field,) = [each.get("name") for each in form.page.all("main input[type=text]")]
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    done = await one.fetch("POST", FORM, headers=headers, content=urlencode({field: TYPED}).encode())
    assert done.status == 303

    said = [(await each.get("/orders")).page.find("#toasts .toast") for each in (two, three)]

    assert said[0] is not None
    assert said[1] is None


async def test_being_sent_in_circles_by_several_processes_ends_as_by_one(house: House, person: Person) -> None:
    statuses, seen = [], person()
    for number in range(5):
        out, back, there = (seen[(number + each) % 3] for each in range(3))
        await sign_in(house, out, back)
        house.api.taken, house.issuer.documents["/token"] = set(), httpx.Response(400, json={"error": "invalid_grant"})
        statuses.append((await there.fetch("GET", "/orders")).status)
        house.api.taken, house.issuer.documents = {GOOD}, {}

    assert statuses == [303, 303, 303, 502, 502]
