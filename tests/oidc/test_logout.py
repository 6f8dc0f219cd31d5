"""Logout tokens: each wrong one, and none of them twice."""

import base64
import json
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.client.support import Clock
from tests.oidc.issuer import CLIENT_ID, ISSUER, LOGOUT, Issuer, new_key, provider, read
from webapp.oidc import Identity, LogoutRefused, SignInFailed, end_session_url
from webapp.oidc.logout import MOST_REFUSED, LogoutTokens
from webapp.oidc.metadata import read_metadata

NOW = int(time.time())

WRONG: dict[str, dict[str, Any]] = {
    "issuer": {"iss": "https://evil.test"},
    "no issuer": {"iss": ...},
    "audience": {"aud": "another"},
    "no audience": {"aud": ...},
    "expired": {"exp": NOW - 3600},
    "no end": {"exp": ...},
    "end that is no time": {"exp": "soon"},
    "issued in the future": {"iat": NOW + 3600},
    "issued long ago": {"iat": NOW - 3600},
    "no beginning": {"iat": ...},
    "a nonce": {"nonce": "n"},
    "a nonce that is null": {"nonce": None},
    "no events": {"events": ...},
    "events that are a list": {"events": [LOGOUT]},
    "another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "an event that is no object": {"events": {LOGOUT: True}},
    "nobody": {"sub": ...},
    "a subject that is empty": {"sub": ""},
    "a subject that is no text": {"sub": 7},
    "a session that is no text": {"sub": ..., "sid": ["s-1"]},
    "no name": {"jti": ...},
    "a name that is no text": {"jti": 1},
}
TYPES = {"none": None, "JWT": "JWT", "at+jwt": "at+jwt", "logout": "logout", "a list": ["logout+jwt"]}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
async def test_a_token_that_says_anything_wrong_ends_nothing(changes: dict[str, Any]) -> None:
    issuer = Issuer()

    with pytest.raises(LogoutRefused):
        await read(LogoutTokens(), provider(issuer), issuer.logout_token(**changes), "id.test")


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
async def test_a_token_of_another_type_ends_nothing(kind: Any) -> None:
    issuer = Issuer()
    token = issuer.sign(jwt_claims(issuer), {"alg": "ES256", "kid": "k1", **({"typ": kind} if kind else {})})

    with pytest.raises(LogoutRefused):
        await read(LogoutTokens(), provider(issuer), token, "id.test")


def jwt_claims(issuer: Issuer) -> dict[str, Any]:
    payload = issuer.logout_token().split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


async def test_a_token_that_the_provider_did_not_sign_ends_nothing(figure: Callable[[str], None]) -> None:
    issuer = Issuer()
    at, tokens, good = provider(issuer), LogoutTokens(), issuer.logout_token()
    head, body, signature = good.split(".")
    header = {"alg": "none", "typ": "logout+jwt", "kid": "k1"}
    none = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    secret = OctKey.import_key(json.dumps(issuer.key.as_dict(private=False)))
    forged = [
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        jwt.encode({**header, "alg": "HS256"}, jwt_claims(issuer), secret),
        jwt.encode({**header, "alg": "ES256"}, jwt_claims(issuer), new_key("k1"), algorithms=["ES256"]),
        f"{head}.{issuer.logout_token(sub='root').split('.')[1]}.{signature}",
        *(good[:at_] + ("A" if good[at_] != "A" else "B") + good[at_ + 1 :] for at_ in range(0, len(good), 17)),
    ]
    accepted = 0
    for number, token in enumerate(forged):
        try:
            await read(tokens, at, token, f"sender {number}")
        except LogoutRefused:
            continue
        accepted += token.split(".")[:2] != good.split(".")[:2]

    assert accepted == 0
    figure(f"{accepted} of {len(forged) + len(WRONG) + len(TYPES)} wrong logout tokens accepted")


async def test_a_right_token_says_whose_session_is_over_and_only_once() -> None:
    issuer, tokens = Issuer(), LogoutTokens()
    at, token = provider(issuer), issuer.logout_token(sid="s-1")

    assert await read(tokens, at, token, "id.test") == Identity(ISSUER, "ada", "s-1")
    with pytest.raises(LogoutRefused, match="before"):
        await read(tokens, at, token, "id.test")
    with pytest.raises(LogoutRefused, match="before"):
        await read(tokens, at, issuer.logout_token(jti=jwt_id(token)), "id.test")
    alone = await read(tokens, at, issuer.logout_token(sub=..., sid="s-1"), "id.test")
    assert alone == Identity(ISSUER, "", "s-1")
    assert await read(tokens, at, issuer.logout_token(aud=[CLIENT_ID, "other"]), "x") == Identity(ISSUER, "ada")


def jwt_id(token: str) -> str:
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return str(payload["jti"])


async def test_a_token_is_remembered_for_as_long_as_it_could_be_used() -> None:
    issuer, clock = Issuer(), Clock(time.time())
    tokens, at = LogoutTokens(clock), provider(issuer)
    token = issuer.logout_token(exp=int(clock.now) + 100_000)
    await read(tokens, at, token, "id.test")

    for _ in range(30):
        clock.advance(29)
        with pytest.raises(LogoutRefused):
            await read(tokens, at, token, f"{clock.now}")


async def test_whoever_sends_too_many_wrong_ones_is_not_listened_to_for_a_while() -> None:
    issuer, clock = Issuer(), Clock(time.time())
    tokens, at = LogoutTokens(clock), provider(issuer)
    for _ in range(MOST_REFUSED):
        with pytest.raises(LogoutRefused) as refused:
            await read(tokens, at, "x.y.z", "203.0.113.7")
        assert not refused.value.is_too_much

    with pytest.raises(LogoutRefused) as refused:
        await read(tokens, at, issuer.logout_token(), "203.0.113.7")
    assert refused.value.is_too_much
    assert (await read(tokens, at, issuer.logout_token(), "203.0.113.8")).subject == "ada"
    clock.advance(MOST_REFUSED)
    assert (await read(tokens, at, issuer.logout_token(), "203.0.113.7")).subject == "ada"


async def test_without_the_providers_keys_nothing_is_said_against_a_token() -> None:
    issuer = Issuer()
    issuer.about["jwks_uri"] = f"{ISSUER}/nowhere"

    with pytest.raises(SignInFailed):
        await read(LogoutTokens(), provider(issuer), issuer.logout_token(), "id.test")


CLAIMS = st.dictionaries(
    st.sampled_from(["iss", "aud", "iat", "exp", "nbf", "jti", "events", "sub", "sid", "nonce", "azp", "at_hash"]),
    st.recursive(
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from([ISSUER, CLIENT_ID])
        ),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
        max_leaves=5,
    ),
)
ISSUING = Issuer()


@given(
    changes=CLAIMS,
    header=st.dictionaries(st.sampled_from(["typ", "kid", "crit", "b64", "x"]), st.text() | st.integers()),
)
async def test_no_signed_token_does_anything_but_be_taken_or_refused(
    changes: dict[str, Any], header: dict[str, Any]
) -> None:
    ISSUING.header = {}
    token = ISSUING.logout_token(**changes)
    try:
        whose = await read(LogoutTokens(), provider(ISSUING), token, "id.test")
    except (LogoutRefused, SignInFailed):
        return
    assert whose.issuer == ISSUER
    assert whose.subject or whose.sid


@given(
    token=st.one_of(
        st.text(),
        st.lists(st.binary(max_size=40), min_size=1, max_size=4).map(
            lambda parts: ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        ),
    )
)
async def test_no_text_does_anything_but_be_refused(token: str) -> None:
    with pytest.raises((LogoutRefused, SignInFailed)):
        await read(LogoutTokens(), provider(ISSUING), token, "id.test")


@pytest.mark.nightly
async def test_of_a_million_changed_tokens_none_is_taken(figure: Callable[[str], None]) -> None:
    random, tokens, at = Random(1), LogoutTokens(), provider(ISSUING)
    good = ISSUING.logout_token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="
    accepted = 0
    for number in range(1_000_000):
        changed = list(good)
        for _ in range(random.randint(1, 4)):
            place = random.randrange(len(changed))
            change = random.choice(("", random.choice(alphabet), changed[place] + random.choice(alphabet)))
            changed[place] = change
        token = "".join(changed)
        try:
            await read(tokens, at, token, str(number))
        except LogoutRefused:
            continue
        # The last characters may hold bits that no byte is made of.
        accepted += _meaning(token) != _meaning(good)
    assert accepted == 0
    figure(f"{accepted} of 1,000,000 changed logout tokens accepted, 0 uncaught errors")


def _meaning(token: str) -> list[bytes]:
    return [base64.urlsafe_b64decode(part + "==") for part in token.split(".")]


def test_a_hint_that_there_is_not_is_left_out() -> None:
    metadata = read_metadata(Issuer().metadata(), f"{ISSUER}/.well-known/openid-configuration")

    url = end_session_url(metadata, "", CLIENT_ID, "https://app.test/")

    assert url == f"{ISSUER}/end?tenant=1&client_id=web&post_logout_redirect_uri=https%3A%2F%2Fapp.test%2F"


def test_the_provider_is_told_who_signs_out_and_where_to_lead_back() -> None:
    metadata = read_metadata(Issuer().metadata(), f"{ISSUER}/.well-known/openid-configuration")

    url = end_session_url(metadata, "a.b.c", CLIENT_ID, "https://app.test/-/oidc/signed-out")

    assert url == (
        f"{ISSUER}/end?tenant=1&id_token_hint=a.b.c&client_id=web"
        "&post_logout_redirect_uri=https%3A%2F%2Fapp.test%2F-%2Foidc%2Fsigned-out"
    )
