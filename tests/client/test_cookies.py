"""The API's cookies are read and sent back as browsers do."""

import pytest

from webapp.client.cookies import Cookie, CookieJar, parse_date, parse_set_cookie, path_matches

NOW = 1_800_000_000.0


def jar_of(*headers: str, path: str = "/auth/login", now: float = NOW) -> CookieJar:
    jar = CookieJar()
    for header in headers:
        if cookie := parse_set_cookie(header, path, now):
            jar.set(cookie, now)
    return jar


@pytest.mark.parametrize(
    ("header", "sent"),
    [
        ("session=abc; Path=/", "session=abc"),
        ("session=abc; Path=/; Secure; HttpOnly; SameSite=Strict", "session=abc"),
        ("session=abc; Path=/; Domain=example.com", "session=abc"),
        ("session=abc; Path=/; Domain=localhost; Partitioned", "session=abc"),
        ("__Host-session=abc; Path=/; Secure", "__Host-session=abc"),
        ('quoted="a b, c"; Path=/', 'quoted="a b, c"'),
        ("a=b=c==; Path=/", "a=b=c=="),
        ("  a = b ; Path=/", "a=b"),
        ("a=; Path=/", "a="),
        ("a={%22x%22:1}; path=/", "a={%22x%22:1}"),
        ("a=\xe4; Path=/", "a=\xe4"),
        ("a=b; Path=relative", None),
        ("a=b", None),
        ("a=b; Path=/; Path=/auth", None),
        ("=b; Path=/", None),
        ("novalue; Path=/", None),
        ("", None),
        ("a=b\x00c; Path=/", None),
        ("a=b\nc; Path=/", None),
        (f"a={'x' * 4096}; Path=/", None),
    ],
)
def test_a_cookie_is_kept_as_it_came(header: str, sent: str | None) -> None:
    assert jar_of(header).header("/items", NOW) == sent


@pytest.mark.parametrize(
    ("cookie_path", "path", "matches"),
    [
        ("/", "/anything", True),
        ("/auth", "/auth", True),
        ("/auth", "/auth/refresh", True),
        ("/auth/", "/auth/refresh", True),
        ("/auth", "/authors", False),
        ("/auth/", "/auth", False),
        ("/auth", "/", False),
    ],
)
def test_paths_match_by_whole_segments(cookie_path: str, path: str, matches: bool) -> None:
    assert path_matches(cookie_path, path) is matches


def test_a_cookie_without_a_path_belongs_below_the_request_that_set_it() -> None:
    jar = jar_of("a=b", path="/api/v1/auth/token")

    assert jar.header("/api/v1/auth/refresh", NOW) == "a=b"
    assert jar.header("/api/v1/items", NOW) is None


def test_the_refresh_cookie_goes_to_its_path_only() -> None:
    jar = jar_of("session=a; Path=/", "refresh=b; Path=/api/v1/auth")

    assert jar.header("/api/v1/items", NOW) == "session=a"
    assert jar.header("/api/v1/auth/refresh", NOW) == "refresh=b; session=a"


def test_the_newest_of_a_name_and_path_wins_and_another_path_is_another_cookie() -> None:
    jar = jar_of("a=old; Path=/", "a=new; Path=/", "a=deep; Path=/items")

    assert jar.header("/", NOW) == "a=new"
    assert jar.header("/items/1", NOW) == "a=deep; a=new"
    assert jar.get("a", "/items/1", NOW) == "deep"
    assert jar.get("a", "/", NOW) == "new"
    assert jar.get("b", "/", NOW) is None


@pytest.mark.parametrize(
    ("attributes", "lasts_until"),
    [
        ("Max-Age=60", NOW + 60),
        ("Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOW + 60),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", NOW + 60),
        ("Max-Age=nonsense", None),
        ("Max-Age=", None),
        ("Expires=nonsense", None),
        ("Expires=", None),
        ("Expires=Fri, 15 Jan 2027 08:00:10 GMT", NOW + 10),
        (f"Max-Age={'9' * 30}", NOW + 999_999_999_999),
    ],
)
def test_a_cookie_lasts_as_long_as_it_says(attributes: str, lasts_until: float | None) -> None:
    cookie = parse_set_cookie(f"a=b; Path=/; {attributes}", "/", NOW)

    assert cookie is not None
    assert cookie.expires == lasts_until


@pytest.mark.parametrize(
    "attributes",
    [
        "Max-Age=0",
        "Max-Age=-1",
        "Max-Age=-99999999999999999999",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Max-Age=000",
    ],
)
def test_a_date_in_the_past_deletes(attributes: str) -> None:
    jar = jar_of("a=b; Path=/", f'a=""; Path=/; {attributes}')

    assert len(jar) == 0


def test_a_deletion_at_another_path_deletes_nothing_else() -> None:
    jar = jar_of("a=b; Path=/", "a=; Path=/auth; Max-Age=0")

    assert jar.header("/auth", NOW) == "a=b"


def test_a_cookie_that_has_expired_is_gone() -> None:
    jar = jar_of("a=b; Path=/; Max-Age=60", "c=d; Path=/")

    assert jar.header("/", NOW + 59) == "a=b; c=d"
    assert jar.header("/", NOW + 60) == "c=d"
    assert len(jar) == 1


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784111777.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784111777.0),
        ("Sun Nov  6 08:49:37 1994", 784111777.0),
        ("Sun, 06-Nov-1994 08:49:37 GMT", 784111777.0),
        ("06 nov 1994 8:49:37", 784111777.0),
        ("1994 Nov 06 08:49:37", 784111777.0),
        ("Sun, 06 November 1994 08:49:37 UTC", 784111777.0),
        ("Wed, 01 Jan 20 00:00:00 GMT", 1577836800.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 253402300799.0),
        ("Sun, 06 Nov 1994", None),
        ("08:49:37 GMT", None),
        ("Sun, 32 Nov 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1600 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 24:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:60:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:60 GMT", None),
        ("Sun, 06 Foo 1994 08:49:37 GMT", None),
        ("tomorrow", None),
    ],
)
def test_dates_are_read_in_every_form_browsers_accept(text: str, time: float | None) -> None:
    assert parse_date(text) == time


def test_a_jar_stays_small() -> None:
    jar = jar_of(*(f"c{n}=x; Path=/" for n in range(500)))

    assert len(jar) == 60
    assert jar.get("c499", "/", NOW) == "x"
    assert jar.get("c0", "/", NOW) is None


def test_a_cookie_that_is_set_again_keeps_its_place_and_counts_as_a_change_only_with_another_value() -> None:
    jar = jar_of("a=b; Path=/", "c=d; Path=/", "e=f; Path=/", "a=b; Path=/", "c=x; Path=/")

    assert jar.header("/", NOW) == "a=b; c=x; e=f"
    assert jar.changes == 4


def test_of_two_that_are_loaded_for_one_place_the_later_counts() -> None:
    jar = CookieJar([Cookie("a", "/", "old", None), Cookie("b", "/", "x", None), Cookie("a", "/", "new", None)])

    assert jar.header("/", NOW) == "a=new; b=x"


def test_a_cookie_does_not_show_its_value() -> None:
    assert "hush" not in repr(Cookie("a", "/", "hush", None))


def test_clearing_leaves_nothing() -> None:
    jar = jar_of("a=b; Path=/")
    jar.clear()

    assert list(jar) == []
