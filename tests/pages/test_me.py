"""How the signed-in person is called."""

from typing import Any

import httpx
import pytest

from webapp.client import APIClient
from webapp.openapi.site import Accounts, Operation
from webapp.pages.me import name_of, who_am_i

ME = Accounts(me=Operation(method="GET", path="/me", name="me", label="Me"))


def client(answer: httpx.Response) -> APIClient:
    return APIClient("http://api.test", transport=httpx.MockTransport(lambda _: answer))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ({"full_name": "Ada Lovelace", "email": "ada@example.com"}, "Ada Lovelace"),
        ({"full_name": None, "email": "ada@example.com"}, "ada@example.com"),
        ({"full_name": "  ", "username": " ada "}, "ada"),
        ({"data": {"email": "ada@example.com"}}, "ada@example.com"),
        ({"user": {"name": "Ada"}}, "Ada"),
        ({"id": 7}, None),
        ({"name": {"first": "Ada"}}, None),
        (["ada"], None),
        (None, None),
    ],
)
def test_a_name_is_found_whatever_the_answer_calls_it(answer: Any, name: str | None) -> None:
    assert name_of(answer) == name


async def test_the_api_is_asked_who_it_is() -> None:
    assert await who_am_i(client(httpx.Response(200, json={"name": "Ada"})), ME) == "Ada"


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_an_api_that_does_not_answer_leaves_a_person_without_a_name(status: int) -> None:
    assert await who_am_i(client(httpx.Response(status)), ME) is None


async def test_an_api_without_such_an_operation_is_not_asked() -> None:
    assert await who_am_i(client(httpx.Response(200, json={"name": "Ada"})), Accounts()) is None
