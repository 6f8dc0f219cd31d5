"""A session is lost by what isn't a 401 only where who-am-I says so, or leaves nothing else to think."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.client.support import Clock, client
from webapp.client import APIClient, Credentials, RefreshEndpoint
from webapp.client.doubt import TRUSTED, TRUSTED_AGAINST_WORDS
from webapp.client.schemes import Guide
from webapp.errors import BadGateway, Forbidden, Invalid, Unauthorized

Answer = Callable[[], httpx.Response]
NOT_ALLOWED = {"detail": "Insufficient permissions"}
STRANGER = {"detail": "Not authenticated"}


class Backend:
    """An API that knows one token; what it answers those whom it doesn't know is up to the test."""

    def __init__(self, *, stranger: Answer | None = None, me: Answer | None = None, names_caller: bool = True) -> None:
        self.token = "t1"
        self.stranger = stranger or (lambda: httpx.Response(403, json=STRANGER))
        self.me = me or self.stranger
        self.allowed = True
        self.renews = False
        self.asked: list[str] = []
        self.clock = Clock()
        self.names_caller = names_caller

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        path = request.url.path
        known = request.headers.get("authorization") == f"Bearer {self.token}"
        self.asked.append(path if known or "authorization" in request.headers else f"{path} by nobody")
        if path == "/refresh":
            if not self.renews:
                return httpx.Response(401, json={"error": "invalid_grant"})
            return httpx.Response(200, json={"access_token": self.token, "refresh_token": "r2"})
        if path == "/me":
            return httpx.Response(200, json={"id": 1}) if known else self.me()
        if path == "/login":
            return httpx.Response(200, json={"form": True})
        if not known:
            return self.stranger()
        return httpx.Response(200, json=[]) if self.allowed else httpx.Response(403, json=NOT_ALLOWED)

    async def session(self, *, refresh: bool = False, check: str = "/me", meet: bool = True) -> APIClient:
        """A session that who-am-I knows."""
        endpoint = RefreshEndpoint("/refresh", "json") if refresh else None
        credentials = Credentials("t1", refresh_token="r1" if refresh else None)
        api = client(self, credentials=credentials, refresh=endpoint, clock=self.clock)
        api.guide = Guide(check=check, names_caller=self.names_caller)
        if meet:
            await api.request("GET", "/me")
        self.asked.clear()
        return api


SHAPES: dict[str, Answer] = {
    "403": lambda: httpx.Response(403, json=STRANGER),
    "403 in the words of a refusal": lambda: httpx.Response(403, json={"detail": "Forbidden"}),
    "422 about the token": lambda: httpx.Response(422, json={"msg": "Not enough segments"}),
    "422 about a header": lambda: httpx.Response(
        422, json={"detail": [{"loc": ["header", "authorization"], "msg": "required"}]}
    ),
    "a redirect to a login page": lambda: httpx.Response(302, headers={"location": "/login?next=x"}),
    "a redirect to another host's": lambda: httpx.Response(
        302, headers={"location": "https://sso.test/oauth2/authorize"}
    ),
    "419": lambda: httpx.Response(419),
    "a login page": lambda: httpx.Response(200, html="<form><input type='password'></form>"),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_lost_session_is_recognised_in_whatever_shape(shape: str) -> None:
    backend = Backend(stranger=SHAPES[shape])
    api = await backend.session()
    backend.token = "t2"
    with pytest.raises(Unauthorized) as caught:
        await api.request("GET", "/things")

    assert caught.value.ended
    assert api.over


@pytest.mark.parametrize("shape", SHAPES)
async def test_what_can_be_renewed_is_renewed_and_asked_again(shape: str) -> None:
    backend = Backend(stranger=SHAPES[shape])
    api = await backend.session(refresh=True)
    backend.token, backend.renews = "t2", True

    assert (await api.request("GET", "/things")).status == 200
    assert backend.asked.count("/refresh by nobody") == 1
    assert not api.over


@pytest.mark.parametrize("shape", [*SHAPES, "401"])
async def test_a_plain_refusal_never_ends_a_session(shape: str) -> None:
    backend = Backend(stranger=SHAPES.get(shape, lambda: httpx.Response(401)))
    api = await backend.session(refresh=True)
    backend.allowed = False
    for _ in range(3):
        with pytest.raises(Forbidden, match="Insufficient"):
            await api.request("GET", "/things")
        with pytest.raises(Forbidden):
            await api.request("DELETE", "/things")

    assert not api.over
    assert backend.asked.count("/me") == 1
    assert not any(each.startswith("/refresh") for each in backend.asked)


async def test_a_refusal_that_strangers_get_too_ends_nothing_while_who_am_i_knows_one(
    figure: Callable[[str], None],
) -> None:
    """Directus says the same to those who may not and to those it doesn't know."""
    backend = Backend(stranger=lambda: httpx.Response(403, json={"detail": "Forbidden"}))
    api = await backend.session()
    for number in range(1000):
        backend.clock.advance(1)
        with pytest.raises(Forbidden):
            await api.request("GET", f"/things/{number}", headers={"Authorization": "Bearer other"})

    assert not api.over
    asked = backend.asked.count("/me")
    assert asked == 1000 / TRUSTED
    figure(f"1,000 plain refusals: 0 sessions ended, {asked} questions who one is in 1,000 s")


async def test_all_who_wonder_at_once_ask_once() -> None:
    backend = Backend()
    api = await backend.session()
    backend.allowed = False
    results = await asyncio.gather(*(api.request("GET", f"/{n}") for n in range(50)), return_exceptions=True)

    assert all(isinstance(each, Forbidden) for each in results)
    assert backend.asked.count("/me") == 1


async def test_whoever_leaves_first_does_not_take_the_answer_along() -> None:
    backend = Backend()
    api = await backend.session()
    backend.allowed = False
    first = asyncio.create_task(api.request("GET", "/1"))
    second = asyncio.create_task(api.request("GET", "/2"))
    while "/me" not in backend.asked:
        await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(Forbidden):
        await second
    assert not api.over
    assert first.cancelled()


async def test_it_is_asked_again_after_a_while_and_for_new_credentials() -> None:
    backend = Backend()
    api = await backend.session(refresh=True)
    backend.allowed = False

    async def refused() -> None:
        with pytest.raises(Forbidden):
            await api.request("GET", "/things")

    await refused()
    backend.clock.advance(TRUSTED - 1)
    await refused()
    assert backend.asked.count("/me") == 1
    backend.clock.advance(1)
    await refused()
    assert backend.asked.count("/me") == 2
    api.credentials.generation += 1
    await refused()
    assert backend.asked.count("/me") == 3


async def test_plain_words_are_believed_sooner_than_that() -> None:
    backend = Backend()
    api = await backend.session()
    backend.allowed = False
    with pytest.raises(Forbidden):
        await api.request("GET", "/things")
    backend.token = "t2"
    with pytest.raises(Forbidden):
        await api.request("GET", "/things")
    backend.clock.advance(TRUSTED_AGAINST_WORDS)
    with pytest.raises(Unauthorized) as caught:
        await api.request("GET", "/things")

    assert caught.value.ended


@pytest.mark.parametrize("status", [404, 429, 500, 502, 503])
async def test_a_who_am_i_that_cannot_tell_ends_nothing(status: int) -> None:
    backend = Backend(me=lambda: httpx.Response(status))
    api = await backend.session()
    backend.token = "t2"
    with pytest.raises(Forbidden):
        await api.request("GET", "/things")

    assert not api.over


async def test_a_who_am_i_that_is_down_ends_nothing() -> None:
    def down() -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    backend = Backend(me=down)
    api = await backend.session()
    backend.token = "t2"
    with pytest.raises(Forbidden):
        await api.request("GET", "/things")

    assert not api.over


async def test_a_who_am_i_that_never_knew_one_proves_nothing() -> None:
    backend = Backend()
    api = await backend.session(meet=False)
    backend.token = "t2"
    with pytest.raises(Forbidden):
        await api.request("POST", "/things")

    assert not api.over
    assert "/me" not in backend.asked


async def test_a_check_that_is_forbidden_now_proves_nothing_where_it_is_not_who_am_i() -> None:
    backend = Backend(stranger=lambda: httpx.Response(403, json={"detail": "Forbidden"}), names_caller=False)
    api = await backend.session()
    backend.token = "t2"
    with pytest.raises(Forbidden):
        await api.request("GET", "/things")

    assert not api.over


@pytest.mark.parametrize(("said", "lost"), [("Not authenticated", True), ("Forbidden", False)])
async def test_without_who_am_i_only_plain_words_that_strangers_get_too_end_a_session(said: str, lost: bool) -> None:
    backend = Backend(stranger=lambda: httpx.Response(403, json={"detail": said}))
    api = await backend.session(check="", meet=False)
    backend.token = "t2"
    with pytest.raises(Forbidden):
        await api.request("POST", "/things", json={})
    with pytest.raises(Unauthorized if lost else Forbidden):
        await api.request("GET", "/things")

    assert api.over is lost


async def test_words_that_strangers_do_not_get_end_nothing() -> None:
    said = iter(["Not authenticated for this vault", "Not authenticated"])
    backend = Backend(stranger=lambda: httpx.Response(403, json={"detail": next(said)}))
    api = await backend.session(check="", meet=False)
    backend.token = "t2"
    with pytest.raises(Forbidden):
        await api.request("GET", "/things")

    assert not api.over


@pytest.mark.parametrize("nobody", [None, {}, {"user": None}, {"authenticated": False}])
async def test_a_who_am_i_that_says_nobody_with_a_200_ends_the_session(nobody: Any) -> None:
    backend = Backend(me=lambda: httpx.Response(200, json=nobody))
    api = await backend.session()
    backend.token = "t2"
    with pytest.raises(Unauthorized) as caught:
        await api.request("GET", "/me")

    assert caught.value.ended


async def test_a_who_am_i_that_always_said_nobody_ends_nothing() -> None:
    api = client(lambda _: httpx.Response(200, json=None), credentials=Credentials("t"))
    api.guide = Guide(check="/me", names_caller=True)

    assert (await api.request("GET", "/me")).data is None
    assert not api.over


async def test_a_redirect_to_a_page_called_login_is_followed_by_whoever_is_signed_in() -> None:
    backend = Backend()
    api = await backend.session()

    async def moved(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start":
            return httpx.Response(302, headers={"location": "/login"})
        return await backend(request)

    moving = client(moved, credentials=api.credentials, clock=backend.clock)
    moving.guide = api.guide
    assert (await moving.request("GET", "/start")).data == {"form": True}
    with pytest.raises(BadGateway):
        await moving.request("POST", "/start")
    assert not moving.over


async def test_a_stranger_who_is_sent_to_a_login_page_has_to_sign_in() -> None:
    for shape in ("a redirect to a login page", "422 about a header", "419"):
        with pytest.raises(Unauthorized) as caught:
            await client(lambda _, shape=shape: SHAPES[shape]()).request("GET", "/things")  # type: ignore[misc]
        assert not caught.value.ended


async def test_an_input_that_is_wrong_stays_an_input_that_is_wrong() -> None:
    backend = Backend(stranger=lambda: httpx.Response(422, json={"detail": [{"loc": ["body", "token"], "msg": "no"}]}))
    api = await backend.session()
    backend.token = "t2"
    with pytest.raises(Invalid):
        await api.request("POST", "/things", json={})

    assert "/me" not in backend.asked


async def test_what_comes_as_a_stream_is_never_held_back_for_a_question() -> None:
    backend = Backend()
    api = await backend.session()
    async with api.stream("GET", "/things") as reply:
        assert reply.status == 200

    assert backend.asked == ["/things"]


async def test_a_client_that_is_closed_sees_its_question_through() -> None:
    backend = Backend()
    api = await backend.session()
    backend.allowed = False
    task = asyncio.create_task(api.request("GET", "/1"))
    while "/me" not in backend.asked:
        await asyncio.sleep(0)
    await api.aclose()

    assert [each for each in asyncio.all_tasks() if each.get_name() == "webapp-doubt"] == []
    with pytest.raises(Forbidden):
        await task
