"""A browser's cookies: what it keeps, sends and refuses."""

import pytest

from webapp.testing.cookies import CookieJar


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def jar_with(*headers: str, secure: bool = False, path: str = "/login", clock: Clock | None = None) -> CookieJar:
    jar = CookieJar("app.example.com", secure=secure, clock=clock or Clock())
    jar.take(headers, path)
    return jar


def test_a_cookie_comes_back_on_its_path() -> None:
    jar = jar_with("a=1; Path=/; HttpOnly; SameSite=Lax", "b=2; Path=/sub", "c=3; Path=/sub/")

    assert jar.header("/") == "a=1"
    assert jar.header("/sub/x") == "c=3; b=2; a=1"
    assert jar.header("/sub") == "b=2; a=1"
    assert jar.header("/subway") == "a=1"
    assert jar.get("b") == "2"
    assert jar.get("d") is None


def test_without_a_path_it_belongs_to_the_folder_of_the_request() -> None:
    jar = jar_with("a=1", path="/admin/login")

    assert jar.header("/admin/x") == "a=1"
    assert jar.header("/") == ""
    assert jar_with("a=1; Path=login").header("/") == "a=1"


def test_a_new_value_replaces_the_old_one() -> None:
    assert jar_with("a=1; Path=/", "a=2; Path=/").header("/") == "a=2"


@pytest.mark.parametrize(
    "deletion",
    ["a=; Path=/; Max-Age=0", "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=x; Path=/; Max-Age=-1"],
)
def test_a_cookie_is_deleted_by_an_expiry_in_the_past(deletion: str) -> None:
    assert jar_with("a=1; Path=/", deletion).header("/") == ""


def test_a_cookie_lasts_until_its_max_age() -> None:
    clock = Clock()
    jar = jar_with("a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", clock=clock)

    clock.now += 59
    assert jar.header("/") == "a=1"
    clock.now += 1
    assert jar.header("/") == ""


def test_an_expiry_that_is_no_date_is_none() -> None:
    assert jar_with("a=1; Path=/; Expires=soon", "b=1; Path=/; Max-Age=long").header("/") == "a=1; b=1"


@pytest.mark.parametrize(
    "header",
    [
        "junk",
        "=1",
        "a=1; Secure",
        "__Secure-a=1; Path=/",
        "__Host-a=1; Path=/",
        "a=1; Domain=other.example.com",
        "a=1; Domain=pp.example.com",
    ],
)
def test_a_browser_refuses_over_http(header: str) -> None:
    assert list(jar_with(header)) == []


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("a=1; Secure", True),
        ("a=1; Domain=.Example.com", True),
        ("__Host-a=1; Secure; Path=/", True),
        ("__Host-a=1; Secure; Path=/sub", False),
        ("__Host-a=1; Secure; Path=/; Domain=app.example.com", False),
        ("__Secure-a=1; Secure; Path=/sub", True),
        ("__Secure-a=1; Path=/sub", False),
    ],
)
def test_prefixes_keep_their_promise_over_https(header: str, kept: bool) -> None:
    assert bool(list(jar_with(header, secure=True))) is kept


def test_attributes_are_kept_to_be_looked_at() -> None:
    [cookie] = jar_with("__Host-a=1; Secure; HttpOnly; SameSite=Strict; Path=/", secure=True)

    assert (cookie.name, cookie.secure, cookie.http_only, cookie.same_site) == ("__Host-a", True, True, "strict")


def test_cookies_can_be_planted_and_cleared() -> None:
    jar = jar_with()
    jar.set("a", "planted")
    assert jar.header("/x") == "a=planted"

    jar.clear()
    assert jar.header("/x") == ""
