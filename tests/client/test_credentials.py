"""What a session holds, and how it is kept."""

import json
from collections.abc import Callable

import pytest

from webapp.client import Credentials
from webapp.client.cookies import Cookie
from webapp.client.keys import ApiKey
from webapp.client.tokens import Tokens, find_tokens

NOW = 1_800_000_000.0


def full() -> Credentials:
    credentials = Credentials(
        "bearer-secret",
        refresh_token="refresh-secret",
        api_key="key-secret",
        basic=("ada", "pass-secret"),
        scheme="JWT",
    )
    credentials.cookies.set(Cookie("sid", "/auth", "cookie-secret", NOW + 5), NOW)
    credentials.established = credentials.vouched = True
    credentials.renew_at, credentials.spent_at = NOW + 1, NOW + 2
    credentials.add({"admin": ApiKey("header", "x-admin", "added-secret")})
    return credentials


def test_what_is_dumped_can_be_loaded_again_through_json() -> None:
    dumped = json.loads(json.dumps(full().dump()))
    loaded = Credentials.load(dumped)

    assert loaded.dump() == full().dump()
    assert loaded.authorization() == "JWT bearer-secret"
    assert loaded.added == {"admin": ApiKey("header", "x-admin", "added-secret")}
    assert loaded.vouched
    assert loaded.cookies.header("/auth/x", NOW) == "sid=cookie-secret"


@pytest.mark.parametrize(("version", "unknown"), [(1, ("added", "vouched")), (2, ())])
def test_what_was_dumped_by_a_version_before_can_be_loaded(version: int, unknown: tuple[str, ...]) -> None:
    dumped = {name: value for name, value in full().dump().items() if name not in (*unknown, "generation", "holder")}
    loaded = Credentials.load({**dumped, "version": version})

    assert loaded.bearer == "bearer-secret"
    assert bool(loaded.added) is loaded.vouched is (version == 2)
    assert (loaded.generation, loaded.holder) == (0, 0)


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 4},
        {"generation": "x"},
        {"added": [["one"]]},
        {"added": [["admin", "body", "x", "y"]]},
        {"basic": "x"},
        {"cookies": [["one"]]},
        {"cookies": None},
        {"renew_at": "soon"},
        {"spent_at": "later"},
        {"cookies": [["a", "/", "b", "later"]]},
    ],
)
def test_what_is_damaged_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="credentials"):
        Credentials.load({**full().dump(), **damage})


def test_each_change_of_what_there_is_to_save_is_another_revision() -> None:
    credentials = full()
    cookie = Cookie("basket", "/", "7", None)
    changes: list[tuple[Callable[[], None], bool]] = [
        (lambda: credentials.cookies.set(cookie, NOW), True),
        (lambda: credentials.cookies.set(cookie, NOW), False),
        (lambda: credentials.cookies.set(cookie._replace(value="8"), NOW), True),
        (lambda: credentials.cookies.set(cookie._replace(expires=1.0), NOW), True),
        (lambda: credentials.cookies.set(cookie._replace(expires=1.0), NOW), False),
        (lambda: credentials.cookies.replace([cookie]), True),
        (lambda: credentials.cookies.clear(), True),
        (lambda: credentials.renew(find_tokens({"access_token": "x"}), (), NOW), True),
        (lambda: credentials.drop("nothing"), False),
        (lambda: credentials.drop("admin"), True),
        (lambda: setattr(credentials, "vouched", False), True),
        (credentials.clear, True),
    ]
    for change, is_one in changes:
        before = credentials.revision
        change()
        assert (credentials.revision != before) is is_one


def test_a_copy_holds_and_counts_the_same_but_nothing_that_is_done_with_it_shows_in_the_original() -> None:
    async def guard(_: object, __: object) -> None: ...

    ours = full()
    ours.counted_as, ours.arriving, ours.guard = "id:42", True, guard
    dumped, revision = ours.dump(), ours.revision

    copy = ours.copy()
    assert copy.dump() == dumped
    assert (copy.counted_as, copy.arriving, copy.guard) == ("id:42", True, None)

    copy.store([Cookie("sid", "/auth", "another", None)], NOW)
    copy.drop("admin")
    copy.clear()
    assert (ours.dump(), ours.revision) == (dumped, revision)


def test_what_others_have_made_of_the_same_credentials_is_taken_over_but_for_cookies() -> None:
    ours, theirs = full(), full()
    theirs.renew(find_tokens({"access_token": "later", "refresh_token": "next"}), (), NOW)
    theirs.cookies.set(Cookie("basket", "/", "7", None), NOW)
    generation = ours.generation

    ours.take_over(theirs)

    assert (ours.bearer, ours.refresh_token, ours.spent_at) == ("later", "next", theirs.spent_at)
    assert ours.generation > generation
    assert [cookie.name for cookie in ours.cookies] == ["sid"]


def test_what_is_no_dump_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        Credentials.load([])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="damaged"):
        Credentials.load({"version": 1})


def test_no_secret_shows() -> None:
    assert "secret" not in repr(full())
    assert repr(full()) == "<Credentials bearer, refresh_token, api_key, basic, 1 added, 1 cookies>"


@pytest.mark.parametrize(
    ("credentials", "header"),
    [
        (Credentials("t"), "Bearer t"),
        (Credentials("t", scheme="Token"), "Token t"),
        (Credentials("t", scheme=""), "t"),
        (Credentials(basic=("ada", "pä:ss")), "Basic YWRhOnDDpDpzcw=="),
        (Credentials("t", basic=("ada", "x")), "Bearer t"),
        (Credentials(), None),
    ],
)
def test_the_authorization_is_the_token_or_else_the_password(credentials: Credentials, header: str | None) -> None:
    assert credentials.authorization() == header


def test_a_visitors_cookies_make_no_session() -> None:
    credentials = Credentials()
    credentials.store([Cookie("csrftoken", "/", "x", None)], NOW)

    assert not credentials.present
    assert Credentials(cookies={"sid": "x"}).present
    assert Credentials(api_key="k").present


def test_a_session_whose_cookies_have_expired_is_still_somebodys() -> None:
    credentials = Credentials()
    credentials.adopt(Tokens(), [Cookie("sid", "/", "x", NOW + 60)], NOW)

    assert credentials.cookies.header("/", NOW + 61) is None
    assert credentials.present


def test_a_sign_in_leaves_nothing_of_the_one_before() -> None:
    credentials = full()
    credentials.adopt(Tokens("new"), [Cookie("sid", "/", "new", None)], NOW)

    assert credentials.bearer == "new"
    assert credentials.refresh_token is None
    assert credentials.basic is None
    assert [cookie.value for cookie in credentials.cookies] == ["new"]


def test_a_sign_in_keeps_the_cookies_that_a_visitor_brought() -> None:
    credentials = Credentials()
    credentials.store([Cookie("sid", "/", "upgraded-at-the-api", None)], NOW)
    credentials.adopt(Tokens("t"), [], NOW)

    assert credentials.cookies.header("/", NOW) == "sid=upgraded-at-the-api"


def test_a_renewal_keeps_the_refresh_token_that_it_does_not_mention() -> None:
    credentials = Credentials("old", refresh_token="keep")
    credentials.renew(Tokens("new"), [], NOW)

    assert (credentials.bearer, credentials.refresh_token) == ("new", "keep")


@pytest.mark.parametrize(
    ("lifetime", "spent_at"), [(900.0, NOW + 895), (10.0, NOW + 9), (1.0, NOW + 0.9), (None, None)]
)
def test_a_token_counts_as_spent_a_little_early(lifetime: float | None, spent_at: float | None) -> None:
    credentials = Credentials()
    credentials.adopt(Tokens("t", lifetime=lifetime), [], NOW)

    assert credentials.spent_at == spent_at
    assert (credentials.renew_at is None) is (spent_at is None)


def test_replacing_everything_makes_a_new_generation_and_a_cookie_does_not() -> None:
    credentials = Credentials()
    generations = [credentials.generation]
    credentials.store([Cookie("a", "/", "b", None)], NOW)
    generations.append(credentials.generation)
    credentials.adopt(Tokens("t"), [], NOW)
    generations.append(credentials.generation)
    credentials.renew(Tokens("u"), [], NOW)
    generations.append(credentials.generation)
    credentials.clear()
    generations.append(credentials.generation)
    credentials.add({"admin": ApiKey("header", "x-admin", "k")})
    generations.append(credentials.generation)
    credentials.drop("admin")
    credentials.drop("admin")
    generations.append(credentials.generation)

    assert generations == [0, 0, 1, 2, 3, 4, 5]
    assert not credentials.present


@pytest.mark.parametrize(
    ("data", "tokens"),
    [
        ({"access_token": "a", "token_type": "bearer"}, Tokens("a")),
        ({"access_token": "a", "refresh_token": "r", "expires_in": 900}, Tokens("a", "r", 900)),
        ({"access": "a", "refresh": "r"}, Tokens("a", "r")),
        ({"token": "a", "expires_in": "900"}, Tokens("a", None, 900)),
        ({"jwt": "a"}, Tokens("a")),
        ({"key": "a"}, Tokens("a")),
        ({"accessToken": "a", "refreshToken": "r", "expiresIn": 60.5}, Tokens("a", "r", 60.5)),
        ({"data": {"access_token": "a", "refresh_token": "r", "expires": 900000}}, Tokens("a", "r", 900000)),
        ({"token": {"access_token": "a"}}, Tokens("a")),
        ({"access_token": "a", "expires_in": 0}, Tokens("a")),
        ({"access_token": "a", "expires_in": -5}, Tokens("a")),
        ({"access_token": "a", "expires_in": 10**12}, Tokens("a")),
        ({"access_token": "a", "expires_in": "soon"}, Tokens("a")),
        ({"access_token": "a", "expires_in": True}, Tokens("a")),
        ({"access_token": "a", "expires_in": None}, Tokens("a")),
        ({"access_token": ""}, Tokens()),
        ({"access_token": "a\nb"}, Tokens()),
        ({"access_token": 7}, Tokens()),
        ({"access_token": "a" * 20_000}, Tokens()),
        ({"data": ["access_token"]}, Tokens()),
        (["access_token"], Tokens()),
        ("token", Tokens()),
        (None, Tokens()),
    ],
)
def test_tokens_are_found_by_their_shape(data: object, tokens: Tokens) -> None:
    assert find_tokens(data) == tokens


def test_tokens_do_not_show() -> None:
    assert "hush" not in repr(Tokens("hush", "hush"))


@pytest.mark.parametrize(
    ("data", "token_field", "tokens"),
    [
        ({"data": {"jwt_value": "t1", "token": "no"}}, "data.jwt_value", Tokens("t1")),
        ({"mine": "t1", "token": "no", "refresh_token": "r1"}, "mine", Tokens("t1", "r1")),
        ({"a": {"mine": "t1"}, "refresh_token": "r1", "expires_in": 60}, "a.mine", Tokens("t1", "r1", 60)),
        ({"a": {"mine": "t1", "refresh": "r1"}}, "a.mine", Tokens("t1", "r1")),
        ({"token": "no"}, "mine", Tokens()),
        ({"a": "text"}, "a.mine", Tokens()),
        (["t1"], "mine", Tokens()),
    ],
)
def test_a_token_may_be_said_to_be_elsewhere(data: object, token_field: str, tokens: Tokens) -> None:
    assert find_tokens(data, token_field) == tokens


def test_a_token_that_comes_in_a_cookie_too_is_held_once() -> None:
    # Each text as a sign-in gives it, twice.
    tokens = Tokens(b"access".decode(), b"refresh".decode())
    cookies = [Cookie("jwt", "/", b"access".decode(), None), Cookie("again", "/", b"refresh".decode(), None)]

    credentials = Credentials()
    credentials.adopt(tokens, cookies, NOW)
    held = {cookie.name: cookie.value for cookie in credentials.cookies}
    assert credentials.bearer is held["jwt"]
    assert credentials.refresh_token is held["again"]

    credentials.renew(Tokens("another"), cookies, NOW)
    assert (credentials.bearer, credentials.refresh_token) == ("another", "refresh")


def test_what_one_adds_to_a_sign_in_is_nobody_elses() -> None:
    mine, copy = full(), Credentials()
    copy.take_over(mine)

    copy.add({"other": ApiKey("header", "x-other", "other-secret")})
    mine.drop("admin")

    assert list(mine.added) == []
    assert list(copy.added) == ["admin", "other"]
