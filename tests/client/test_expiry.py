"""How long access lasts, from whatever an API says of it."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.client.cookies import Cookie
from webapp.client.expiry import find_lifetime, plan
from webapp.client.tokens import Tokens

NOW = 1_800_000_000.0


def jwt(claims: Any) -> str:
    return f"e30.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"


def cookie(name: str, value: str = "x", *, lasts: float | None = None) -> Cookie:
    return Cookie(name, "/", value, None if lasts is None else NOW + lasts)


@pytest.mark.parametrize(
    ("tokens", "lifetime"),
    [
        (Tokens("opaque"), None),
        (Tokens("opaque", lifetime=900), 900),
        (Tokens(jwt({"exp": NOW + 60})), 60),
        (Tokens(jwt({"exp": NOW + 60, "iat": NOW})), 60),
        (Tokens(jwt({"exp": NOW - 60, "iat": NOW - 120})), 60),  # the API's clock is behind
        (Tokens(jwt({"exp": NOW + 180, "iat": NOW + 120})), 60),  # the API's clock is ahead
        (Tokens(jwt({"exp": NOW + 60, "iat": NOW - 3000})), 60),  # issued a while ago
        (Tokens(jwt({"exp": NOW - 60})), None),
        (Tokens(jwt({"exp": "soon"})), None),
        (Tokens(jwt({"exp": True})), None),
        (Tokens(jwt({"exp": -1})), None),
        (Tokens(jwt({"exp": 10**400})), None),
        (Tokens(jwt({})), None),
        (Tokens(jwt([])), None),
        (Tokens("a.!.b"), None),
        (Tokens("a.b.c"), None),
        (Tokens("a.W1t.c"), None),
        (Tokens(jwt({"exp": NOW + 900}), lifetime=900_000), 900),  # told in milliseconds
        (Tokens(lifetime=900), 900),
    ],
)
def test_a_life_is_the_shortest_that_is_told(tokens: Tokens, lifetime: float | None) -> None:
    assert find_lifetime(tokens, [], NOW) == lifetime


def test_a_bare_end_is_compared_with_the_apis_own_clock() -> None:
    tokens = Tokens(jwt({"exp": NOW - 120 + 900}))

    assert find_lifetime(tokens, [], NOW, api_now=NOW - 120) == 900
    assert find_lifetime(Tokens(), [cookie("session", tokens.access or "")], NOW, api_now=NOW - 120) == 900


@pytest.mark.parametrize(
    ("cookies", "lifetime"),
    [
        ([], None),
        ([cookie("session")], None),
        ([cookie("session", lasts=3600), cookie("app_refresh", lasts=60)], 3600),
        ([cookie("session", lasts=3600), cookie("csrftoken", lasts=60), cookie("XSRF-TOKEN", lasts=60)], 3600),
        ([cookie("session", lasts=3600), cookie("other", lasts=7200)], 3600),
        ([cookie("session", lasts=-3600)], None),
        ([cookie("session", lasts=0)], None),
        ([cookie("session", jwt({"exp": NOW + 900}))], 900),
        ([cookie("session", jwt({"exp": NOW + 900, "iat": NOW}), lasts=3600)], 900),
        ([cookie("session", jwt({"exp": NOW + 900, "iat": NOW}))], 900),
    ],
)
def test_access_by_cookie_lasts_as_long_as_the_cookie_or_the_token_in_it(
    cookies: list[Cookie], lifetime: float | None
) -> None:
    assert find_lifetime(Tokens(), cookies, NOW) == lifetime
    assert find_lifetime(Tokens("opaque"), cookies, NOW) == lifetime


def test_what_is_told_of_the_token_counts_more_than_a_cookie() -> None:
    assert find_lifetime(Tokens("opaque", lifetime=900), [cookie("visits", lasts=10)], NOW) == 900


@given(st.floats(min_value=0.001, max_value=10 * 365 * 86400))
def test_a_renewal_falls_into_the_last_third_of_a_life(lifetime: float) -> None:
    renew_at, spent_at = plan(lifetime, NOW)

    assert NOW < renew_at <= spent_at <= NOW + lifetime
    assert spent_at - renew_at <= min(lifetime * 0.3, 3600)
    assert renew_at - NOW >= lifetime * 0.6 or lifetime < 0.01


@pytest.mark.parametrize(("lifetime", "relied_on"), [(10, 9), (50, 45), (900, 895)])
def test_access_counts_as_spent_a_tenth_of_its_life_or_five_seconds_before_its_end(
    lifetime: float, relied_on: float
) -> None:
    assert plan(lifetime, NOW).spent_at == NOW + relied_on


def test_sessions_of_one_second_come_due_at_different_ones() -> None:
    seconds = [0] * 1000
    for _ in range(10_000):
        seconds[int(plan(900, NOW).renew_at - NOW)] += 1

    assert sum(1 for count in seconds if count) >= 260
    assert max(seconds) < 90


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: f"a.{urlsafe_b64encode(raw).decode()}.b"))
def test_no_token_is_too_odd_to_be_looked_at(token: str) -> None:
    lifetime = find_lifetime(Tokens(token), [cookie("session", token)], NOW)

    assert lifetime is None or lifetime > 0
