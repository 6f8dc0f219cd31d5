"""Reading the API's document once, again while it can't be had or when it may have changed, and for each session."""

import asyncio
import gc
import json
import weakref
from contextvars import ContextVar, copy_context
from dataclasses import replace
from typing import Any, cast

import httpx
import pytest

from tests.pages.house import document
from webapp.client import APIClient
from webapp.errors import APIError, BadGateway, DocumentError, RateLimited, Unavailable
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.routes import Routes
from webapp.pages.documents import Documents, Edition
from webapp.pages.sites import BARE_EVERY, MOST_EDITIONS, RETRY_AFTER, Sites
from webapp.sessions import Session


class Source:
    """A document that can be had or not, changes or doesn't, counting how often it was asked for."""

    is_file = False

    def __init__(self, *outcomes: Exception | str | None) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0
        self.now = 0.0
        self.title = "Scripted"
        self.own: dict[str, str | Exception] = {}
        """The title of the document that the holder of a token gets, or why none."""

    async def look(self, known: Edition | None = None) -> Edition:
        self.asked += 1
        await asyncio.sleep(0)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, Exception):
            raise outcome
        self.title = outcome or self.title
        return known if known is not None and known.digest == self.title else edition(self.title)

    async def look_as(self, client: APIClient, public: Edition, known: Edition | None = None) -> Edition:
        self.asked += 1
        await asyncio.sleep(0)
        title = self.own.get(client.credentials.bearer or "", public.digest)
        if isinstance(title, Exception):
            raise title
        return public if title == public.digest else edition(title)

    def sites(self, *, every: float = 0.0) -> Sites:
        return Sites(cast("Documents", self), every=every, sign=lambda api: api, clock=lambda: self.now)


def edition(title: str) -> Edition:
    """A document that differs from others by its title."""
    renewal: dict[str, Any] = {"/auth/refresh": {"post": {"responses": {}}}} if title == "Renewing" else {}
    text = json.dumps(document(title=title, paths=renewal))
    routes = Routes(build_site(Document.parse(text, url="http://api.test/openapi.json")))
    return Edition(routes, title, "http://api.test/openapi.json")


def session(token: str) -> Session:
    """A session of somebody who holds this token."""
    return Session.begin(APIClient("http://api.test", transport=NOWHERE).with_bearer(token), user=token, owner=token)


NOWHERE = httpx.MockTransport(lambda _: httpx.Response(404))


async def test_many_who_wait_share_one_reading() -> None:
    source = Source()
    sites = source.sites()

    found = await asyncio.gather(*(sites.get() for _ in range(20)))

    assert source.asked == 1
    assert {id(routes) for routes in found} == {id(sites.routes)}


async def test_a_failure_is_not_repeated_at_once_but_after_a_while() -> None:
    source = Source(Unavailable("down"), None)
    sites = source.sites()

    for _ in range(5):
        with pytest.raises(Unavailable):
            await sites.get()
    assert source.asked == 1
    source.now += RETRY_AFTER

    assert (await sites.get()).site.title == "Scripted"
    assert source.asked == 2


async def test_an_unreadable_document_is_the_apis_fault_and_says_why() -> None:
    with pytest.raises(BadGateway, match="not a document"):
        await Source(DocumentError("not a document")).sites().get()


async def test_what_nobody_foresaw_in_a_document_costs_one_reading_and_is_the_apis_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Source(ZeroDivisionError("on purpose"))
    sites = source.sites()

    for _ in range(3):
        with pytest.raises(BadGateway, match="can't be read"):
            await sites.get()
    assert source.asked == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]


# A document that changes


async def test_a_change_is_noticed_in_the_background_and_no_sooner_than_told() -> None:
    source = Source()
    sites = source.sites(every=30)
    before = await sites.get()

    source.title = "Changed"
    source.now = 29
    assert await sites.get() is before
    await sites.settled()
    assert source.asked == 1

    source.now = 30
    assert await sites.get() is before
    await sites.settled()

    assert (await sites.get()).site.title == "Changed"
    assert source.asked == 2


async def test_many_requests_look_once() -> None:
    source = Source()
    sites = source.sites(every=30)
    await sites.get()

    source.now = 31
    await asyncio.gather(*(sites.get() for _ in range(20)))
    await sites.settled()

    assert source.asked == 2


async def test_what_has_not_changed_stays_the_very_same() -> None:
    source = Source()
    sites = source.sites(every=30)
    before = await sites.get()

    source.now = 31
    await sites.get()
    await sites.settled()

    assert await sites.get() is before


async def test_without_a_time_nothing_is_looked_at_again() -> None:
    source = Source()
    sites = source.sites(every=0)
    await sites.get()

    source.now = 10**6
    await sites.get()
    await sites.settled()

    assert source.asked == 1


async def test_a_broken_new_edition_leaves_the_old_one_and_says_why_once(caplog: pytest.LogCaptureFixture) -> None:
    broken = DocumentError("not valid JSON")
    source = Source(None, broken, broken, ZeroDivisionError("on purpose"), "Mended")
    sites = source.sites(every=30)
    before = await sites.get()

    for at in (31, 62, 93):
        source.now = at
        assert await sites.get() is before
        await sites.settled()
    assert await sites.get() is before
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said == ["the pages stay as they were: not valid JSON", "the pages stay as they were: on purpose"]

    source.now = 124
    await sites.get()
    await sites.settled()
    assert (await sites.get()).site.title == "Mended"


async def test_an_api_without_a_document_is_searched_less_often() -> None:
    source = Source()
    sites = source.sites(every=30)
    await sites.get()
    assert sites._public.edition is not None
    sites._public.edition = replace(sites._public.edition, bare=True)

    source.now = 31
    await sites.get()
    await sites.settled()
    assert source.asked == 1

    source.now = 30 * BARE_EVERY
    await sites.get()
    await sites.settled()
    assert source.asked == 2


# Sessions


async def test_a_session_with_everybodys_document_has_everybodys_site() -> None:
    source = Source()
    sites = source.sites()
    ada = session("ada")

    assert await sites.get(ada) is await sites.get()
    await sites.get(ada)

    assert source.asked == 2
    assert sites.known(ada) is sites.routes


async def test_strangers_are_asked_for_no_document_of_their_own() -> None:
    source = Source()
    sites = source.sites()

    await sites.get(Session.stranger(APIClient("http://api.test", transport=NOWHERE)))

    assert source.asked == 1


async def test_each_session_has_the_site_of_its_own_document_and_shares_it_with_those_who_get_the_same() -> None:
    source = Source()
    source.own = {"ada": "Admins", "eve": "Admins", "bob": "Users"}
    sites = source.sites()
    people = {name: session(name) for name in ("ada", "eve", "bob", "cleo")}

    found = {name: await sites.get(each) for name, each in people.items()}

    assert {name: routes.site.title for name, routes in found.items()} == {
        "ada": "Admins",
        "eve": "Admins",
        "bob": "Users",
        "cleo": "Scripted",
    }
    assert found["ada"] is found["eve"]
    assert sites.known(people["bob"]) is found["bob"]
    assert sites.routes is found["cleo"]


async def test_a_session_whose_document_is_refused_goes_on_with_everybodys() -> None:
    source = Source()
    source.own = {"ada": DocumentError("401")}
    sites = source.sites()

    assert await sites.get(session("ada")) is sites.routes


@pytest.mark.parametrize("error", [Unavailable("down"), RateLimited("full")])
async def test_a_session_whose_document_cannot_be_had_just_now_gets_it_later(error: APIError) -> None:
    source = Source()
    source.own = {"ada": error}
    sites = source.sites(every=30)
    ada = session("ada")
    assert await sites.get(ada) is sites.routes

    source.own, source.now = {"ada": "Admins"}, 31
    await sites.get(ada)
    await sites.settled()

    assert (await sites.get(ada)).site.title == "Admins"


async def test_where_there_is_no_document_for_everybody_a_session_waits_for_its_own() -> None:
    source = Source()
    source.own = {"ada": Unavailable("down")}
    sites = source.sites()
    await sites.get()
    assert sites._public.edition is not None
    sites._public.edition = replace(sites._public.edition, bare=True)

    with pytest.raises(Unavailable):
        await sites.get(session("ada"))


async def test_when_everybodys_document_changes_so_may_a_sessions() -> None:
    source = Source()
    source.own = {"ada": "Admins"}
    sites = source.sites(every=30)
    ada, bob = session("ada"), session("bob")
    await sites.get(ada)
    await sites.get(bob)

    source.own, source.now = {"ada": "Admins 2"}, 29
    source.title = "Scripted 2"
    sites._public.look_again()
    await sites.settled()
    assert (await sites.get(bob)).site.title == "Scripted 2"
    assert (await sites.get(ada)).site.title == "Admins"
    await sites.settled()

    assert (await sites.get(ada)).site.title == "Admins 2"
    assert (await sites.get(bob)).site.title == "Scripted 2"


async def test_a_sessions_own_document_is_looked_at_again_too() -> None:
    source = Source()
    source.own = {"ada": "Admins"}
    sites = source.sites(every=30)
    ada = session("ada")
    await sites.get(ada)

    source.own, source.now = {"ada": "Promoted"}, 31
    await sites.get(ada)
    await sites.settled()

    assert (await sites.get(ada)).site.title == "Promoted"


async def test_a_session_renews_its_sign_in_as_its_own_document_says() -> None:
    """A document that strangers don't get tells them of no way to renew."""
    source = Source()
    source.own = {"ada": "Renewing"}
    sites = source.sites()
    ada, bob = session("ada"), session("bob")

    await sites.get(ada)
    await sites.get(bob)

    assert [each and each.path for each in (ada.api._access.endpoint, bob.api._access.endpoint)] == [
        "/auth/refresh",
        None,
    ]


async def test_only_so_many_editions_are_kept_and_one_that_is_wanted_again_is_read_again() -> None:
    source = Source()
    people = [session(f"p{number}") for number in range(MOST_EDITIONS + 1)]
    source.own = {f"p{number}": f"Title {number}" for number in range(MOST_EDITIONS + 1)}
    sites = source.sites()

    for each in people:
        await sites.get(each)
    asked = source.asked

    assert (await sites.get(people[-1])).site.title == f"Title {MOST_EDITIONS}"
    assert source.asked == asked
    assert (await sites.get(people[0])).site.title == "Title 0"
    assert source.asked == asked + 1


async def test_a_session_that_is_over_takes_its_look_along() -> None:
    source = Source()
    source.own = {"ada": "Admins"}
    sites = source.sites()
    ada = session("ada")
    await sites.get(ada)

    del ada
    gc.collect()

    assert len(sites._own) == 0


async def test_who_gets_everybodys_document_has_no_watch_until_that_changes() -> None:
    source = Source()
    sites = source.sites()
    ada = session("ada")

    await sites.get(ada)
    await sites.get(ada)
    assert source.asked == 2
    assert sites._watches() == [sites._public]

    source.own, source.title = {"ada": "Admins"}, "Scripted 2"
    sites._public.look_again()
    await sites.settled()
    assert await sites.get(ada) is sites.routes
    assert len(sites._watches()) == 2
    await sites.settled()

    assert (await sites.get(ada)).site.title == "Admins"


async def test_a_look_that_is_over_keeps_nothing_of_the_request_that_it_was_for() -> None:
    source = Source()
    source.own = {"ada": "Admins"}
    sites = source.sites(every=30)
    ada = session("ada")
    await sites.get(ada)
    source.now += 31
    request, carried = ContextVar[object]("request"), Carried()
    gone = weakref.ref(carried)

    context = copy_context()
    context.run(request.set, carried)
    await asyncio.create_task(ask(sites, ada), context=context)
    await sites.settled()
    del context, carried
    await asyncio.sleep(0)  # the loop still holds whoever has just ended
    gc.collect()

    assert source.asked == 4
    assert gone() is None


class Carried:
    """What a request has with it."""


async def ask(sites: Sites, asker: Session) -> None:
    """Want a session's site."""
    await sites.get(asker)
