"""Which of the credentials that a session holds go along with which call."""

from typing import Any

import httpx
import pytest

from tests.client.support import client
from webapp.client import APIClient, Credentials, RefreshEndpoint
from webapp.client.choice import added_for, choose, lacking, set_aside
from webapp.client.keys import ApiKey
from webapp.client.schemes import Alternatives, Guide, Scheme
from webapp.errors import Forbidden, KeyRefused, Unauthorized

USER = Scheme("user", "bearer")
ROBOT = Scheme("robot", "bearer", prefix="Robot")
ADMIN = Scheme("admin", "key", "X-Admin", "header")
APP = Scheme("app", "key", "appid", "query")
BASIC = Scheme("basic", "basic")
COOKIE = Scheme("cookie", "key", "sid", "cookie")
CERTIFICATE = Scheme("mtls", "other")
ALL = (USER, ADMIN, APP, BASIC, COOKIE, CERTIFICATE)

WANTED: dict[str, Alternatives | None] = {
    "/public": (),
    "/user": ((USER,),),
    "/admin": ((ADMIN,),),
    "/app": ((APP,),),
    "/basic": ((BASIC,),),
    "/either": ((BASIC,), (ADMIN,), (USER,)),
    "/both": ((USER, ADMIN),),
    "/optional": ((), (USER,)),
    "/mtls": ((CERTIFICATE,),),
    "/robot": ((ROBOT,),),
}


def full() -> Credentials:
    """Somebody who signed in for a token and added all else."""
    credentials = Credentials("t")
    credentials.add(
        {
            "admin": added_for(ADMIN, secret="a"),
            "app": added_for(APP, secret="q"),
            "basic": added_for(BASIC, basic=("ada", "x")),
        }
    )
    return credentials


@pytest.mark.parametrize(
    ("path", "authorization", "keys"),
    [
        ("/user", "Bearer t", []),
        ("/admin", None, ["X-Admin"]),
        ("/app", None, ["appid"]),
        ("/basic", "Basic YWRhOng=", []),
        ("/either", "Basic YWRhOng=", []),
        ("/both", "Bearer t", ["X-Admin"]),
        ("/optional", "Bearer t", []),
        ("/public", "Bearer t", []),
        ("/mtls", "Bearer t", []),
        ("/unknown", "Bearer t", ["X-Admin", "appid"]),
    ],
)
def test_a_call_carries_what_its_operation_asks_for(path: str, authorization: str | None, keys: list[str]) -> None:
    choice = choose(full(), WANTED.get(path))

    assert choice.authorization == authorization
    assert [key.name for key in choice.keys] == keys


@pytest.mark.parametrize(
    ("credentials", "wanted", "missing"),
    [
        (Credentials("t"), "/admin", [["admin"]]),
        (Credentials("t"), "/both", [["admin"]]),
        (Credentials("t"), "/either", []),
        (Credentials(), "/either", [["basic"], ["admin"], ["user"]]),
        (Credentials(), "/optional", [["user"]]),
        (Credentials(), "/public", []),
        (Credentials(cookies={"sid": "x"}), "/user", []),
        (Credentials(basic=("a", "b")), "/basic", []),
        (Credentials(keys=[ApiKey("header", "x-admin", "k")]), "/admin", []),
        (Credentials(keys=[ApiKey("query", "x-admin", "k")]), "/admin", [["admin"]]),
    ],
)
def test_what_is_missing_is_known_by_name(credentials: Credentials, wanted: str, missing: list[list[str]]) -> None:
    assert lacking(credentials, WANTED[wanted]) == missing


def test_a_sign_in_with_a_key_is_set_aside_for_one_that_brings_a_token() -> None:
    keyed = Credentials(keys=[ApiKey("header", "X-Admin", "k")])
    renewed = Credentials("t", refresh_token="r")

    assert dict(set_aside(keyed, ALL)) == {"admin": ApiKey("header", "X-Admin", "k")}
    assert dict(set_aside(Credentials(basic=("ada", "x")), ALL)) == {"basic": added_for(BASIC, basic=("ada", "x"))}
    assert dict(set_aside(Credentials("t", scheme="Robot"), (ROBOT,))) == {
        "robot": ApiKey("header", "authorization", "Robot t")
    }
    assert dict(set_aside(renewed, ALL)) == {}


class Guarded:
    """An API whose operations want what `WANTED` says of them, and that remembers what each call carried."""

    def __init__(self, *, refusal: int = 401) -> None:
        self.refusal = refusal
        self.accepts = {"Bearer t", "Bearer t2", "Robot r", "Basic YWRhOng="}
        self.admin = "a"
        self.seen: list[tuple[str, str | None, str | None, str]] = []
        self.renewed = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        sent = request.headers.get("authorization"), request.headers.get("x-admin"), request.url.query.decode()
        self.seen.append((path, *sent))
        if path == "/refresh":
            self.renewed += 1
            return httpx.Response(401, json={"error": "invalid_grant"})
        if path == "/admin" and sent[1] != self.admin:
            return httpx.Response(self.refusal, json={"detail": "No"})
        if path == "/user" and sent[0] not in self.accepts:
            return httpx.Response(self.refusal, json={"detail": "No"})
        if path == "/robot" and sent[0] != "Robot r":
            return httpx.Response(self.refusal, json={"detail": "No"})
        return httpx.Response(200, json={"id": 1})

    def client(self, credentials: Credentials | None = None, schemes: Any = ALL, **options: Any) -> APIClient:
        """A client that knows what the API wants."""
        api = client(self, credentials=credentials, refresh=RefreshEndpoint("/refresh", "json"), **options)
        api.guide = Guide(wanted=lambda _, path: WANTED.get(path), schemes=schemes, check="/me", names_caller=True)
        return api


@pytest.mark.parametrize("refusal", [401, 403])
async def test_what_a_session_lacks_is_named_and_ends_nothing(refusal: int) -> None:
    api = Guarded(refusal=refusal)
    session = api.client(Credentials("t", refresh_token="r"))
    with pytest.raises((Unauthorized, Forbidden)) as caught:
        await session.request("GET", "/admin")

    assert caught.value.lacks == [["admin"]]
    assert (session.over, api.renewed) == (False, 0)
    assert (await session.request("GET", "/user")).status == 200

    session.credentials.add({"admin": added_for(ADMIN, secret="a")})
    assert (await session.request("GET", "/admin")).status == 200
    assert (await session.request("GET", "/user")).status == 200
    assert [each[:3] for each in api.seen if each[0] != "/me"][-2:] == [
        ("/admin", None, "a"),
        ("/user", "Bearer t", None),
    ]


async def test_an_added_key_that_is_refused_is_wanted_anew_and_the_others_stay() -> None:
    api = Guarded()
    session = api.client(full())
    session.credentials.add({"admin": added_for(ADMIN, secret="old")})
    with pytest.raises(Unauthorized) as caught:
        await session.request("GET", "/admin")

    assert caught.value.lacks == [["admin"]]
    assert not caught.value.ended
    assert not session.over
    assert (await session.request("GET", "/user")).status == 200
    assert "admin" in session.credentials.added


async def test_a_refused_token_ends_itself_alone_where_a_key_was_added() -> None:
    api = Guarded()
    session = api.client(full())
    api.accepts = set()
    with pytest.raises(Unauthorized) as caught:
        await session.request("GET", "/user")

    assert caught.value.lacks == [["user"]]
    assert not caught.value.ended
    assert not session.over
    assert not session.credentials.own
    assert (await session.request("GET", "/admin")).status == 200
    with pytest.raises(Unauthorized, match="No") as again:
        await session.request("GET", "/user")
    assert not again.value.ended
    assert again.value.lacks == [["user"]]


async def test_a_refused_token_ends_the_session_where_nothing_else_is_held() -> None:
    api = Guarded()
    session = api.client(Credentials("t"), schemes=(USER, ADMIN))
    await session.request("GET", "/me")
    api.accepts = set()
    with pytest.raises(Unauthorized) as caught:
        await session.request("GET", "/user")

    assert (caught.value.ended, caught.value.lacks) == (True, [])
    assert session.over
    # Nothing else can have been meant, so nobody is asked.
    assert [each[0] for each in api.seen] == ["/me", "/user"]


@pytest.mark.parametrize("further", [True, False])
async def test_a_token_that_is_refused_beside_everybodys_key_ends_itself(further: bool) -> None:
    api = client(
        lambda request: httpx.Response(401 if "authorization" in request.headers else 200, json={"detail": "No"}),
        credentials=Credentials("spent"),
        api_key="everybodys",
        api_key_name="X-Admin",
    )
    api.guide = Guide(wanted=lambda _, path: WANTED.get(path), schemes=ALL)
    if further:
        api.credentials.add({"app": added_for(APP, secret="q")})
    with pytest.raises(Unauthorized) as caught:
        await api.request("GET", "/both")

    assert caught.value.ended is api.over is not further
    assert caught.value.lacks == ([["user"]] if further else [])
    assert not api.credentials.own


async def test_of_two_tokens_the_one_that_is_refused_is_found_out_by_asking_who_one_is() -> None:
    api = Guarded()
    session = api.client(Credentials("t"), schemes=(USER, ROBOT, ADMIN))
    await session.request("GET", "/me")
    with pytest.raises(Unauthorized) as caught:
        await session.request("GET", "/robot")

    assert caught.value.lacks == [["robot"]]
    assert not session.over
    session.credentials.add({"robot": added_for(ROBOT, secret="r")})
    assert (await session.request("GET", "/robot")).status == 200
    assert (await session.request("GET", "/user")).status == 200


async def test_a_sign_in_that_the_document_does_not_know_of_is_lost_by_any_401() -> None:
    api = Guarded()
    session = api.client(Credentials("spent"), schemes=(ADMIN, APP))
    with pytest.raises(Unauthorized) as caught:
        await session.request("GET", "/admin")

    assert caught.value.ended


@pytest.mark.parametrize(("path", "refused"), [("/admin", KeyRefused), ("/user", Unauthorized)])
async def test_a_refused_key_of_everybodys_is_nobodys_sign_in(path: str, refused: type[Exception]) -> None:
    api = Guarded()
    visitor = api.client(api_key="not-the-key", api_key_name="X-Admin")
    with pytest.raises(refused) as caught:
        await visitor.request("GET", path)

    assert "not-the-key" not in str(caught.value)
    session = visitor.for_session(Credentials("t" if path == "/admin" else "spent"))
    with pytest.raises(KeyRefused if path == "/admin" else Unauthorized):
        await session.request("GET", path)
    assert session.over is (path == "/user")


async def test_where_nobody_can_sign_in_a_401_is_about_the_key() -> None:
    visitor = client(lambda _: httpx.Response(401, json={"detail": "no"}), api_key="not-the-key")
    with pytest.raises(Unauthorized):
        await visitor.request("GET", "/")
    visitor.guide = Guide(open_to_sign_in=False)
    with pytest.raises(KeyRefused, match="configured"):
        await visitor.request("GET", "/")


@pytest.mark.parametrize("refusal", [401, 403])
async def test_alternatives_that_help_together_alone_are_sent_together_from_then_on(refusal: int) -> None:
    seen: list[tuple[str | None, str | None]] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers.get("authorization"), request.headers.get("x-admin")))
        return httpx.Response(200 if seen[-1] == ("Bearer t", "a") else refusal, json={"detail": "No"})

    api = client(serve, credentials=full())
    api.guide = Guide(wanted=lambda _, __: ((USER,), (ADMIN,)), schemes=ALL)

    assert (await api.request("GET", "/things")).status == 200
    assert (await api.request("GET", "/things")).status == 200
    assert seen == [("Bearer t", None), ("Bearer t", "a"), ("Bearer t", "a")]


async def test_where_they_do_not_help_either_the_first_answer_counts() -> None:
    seen: list[str | None] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("x-admin"))
        return httpx.Response(403, json={"detail": "Not with that" if seen[-1] else "Not allowed"})

    api = client(serve, credentials=full())
    api.guide = Guide(wanted=lambda _, __: ((USER,), (ADMIN,)), schemes=ALL)
    with pytest.raises(Forbidden, match="Not allowed"):
        await api.request("GET", "/things")

    assert seen == [None, "a"]
