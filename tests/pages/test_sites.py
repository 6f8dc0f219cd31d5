"""Reading the API's document once, and again while it can't be had."""

import asyncio
import json

import pytest

from tests.pages.house import document
from webapp.errors import BadGateway, DocumentError, Unavailable
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.site import Site
from webapp.pages.sites import RETRY_AFTER, Sites


class Source:
    """A document that can be had or not, counting how often it was asked for."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0
        self.now = 0.0

    async def __call__(self) -> Site:
        self.asked += 1
        await asyncio.sleep(0)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        return build_site(Document.parse(json.dumps(document()), url="http://api.test/openapi.json"))

    def sites(self) -> Sites:
        return Sites(self, clock=lambda: self.now)


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
