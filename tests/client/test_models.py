"""Answers as typed models."""

import sys

import pytest
from pydantic import BaseModel

from tests.client.support import answering, client
from tests.client.test_client import echo
from webapp.errors import BadGateway, NotFound


class Item(BaseModel):
    id: int
    name: str = "?"


async def test_an_answer_is_given_as_what_was_asked_for() -> None:
    api = answering(200, json=[{"id": "1"}, {"id": 2, "name": "Tea"}])

    assert await api.get_model("/items", list[Item]) == [Item(id=1), Item(id=2, name="Tea")]


async def test_a_post_is_answered_by_a_model() -> None:
    class Sent(BaseModel):
        method: str
        body: str

    sent = await client(echo).post_model("/items", Sent, json={"a": 1}, params={"x": 1})

    assert sent == Sent(method="POST", body='{"a":1}')


async def test_an_answer_that_does_not_fit_is_a_bad_gateway_that_names_no_value() -> None:
    api = answering(200, json=[{"id": "hush"}, {}])

    with pytest.raises(BadGateway, match=r"0\.id, 1\.id") as caught:
        await api.get_model("/items", list[Item])
    assert "hush" not in str(caught.value)
    assert caught.value.__suppress_context__
    with pytest.raises(BadGateway, match="the top"):
        await answering(204).get_model("/items", Item)


async def test_other_errors_are_as_ever() -> None:
    with pytest.raises(NotFound):
        await answering(404).get_model("/items", Item)


async def test_without_pydantic_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic", None)

    with pytest.raises(RuntimeError, match="pip install pydantic"):
        await answering(200, json=1).get_model("/", int)
