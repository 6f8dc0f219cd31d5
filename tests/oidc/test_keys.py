"""The keys a provider signs with, which change."""

import asyncio
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from tests.client.support import Clock
from tests.oidc.issuer import Issuer, new_key, provider, read
from webapp.errors import Unavailable
from webapp.oidc import LogoutRefused, SignInFailed, begin, finish
from webapp.oidc.jose import read_keys
from webapp.oidc.keys import KEPT_SECONDS, PAUSE_SECONDS, KeyCache
from webapp.oidc.logout import LogoutTokens
from webapp.oidc.provider import Provider


class Keys:
    """A JWK Set that is counted when it's fetched."""

    def __init__(self, *names: str) -> None:
        self.data: Any = {"keys": [new_key(name).as_dict(private=False) for name in names]}
        self.fetched = 0
        self.down = False

    async def __call__(self) -> Any:
        self.fetched += 1
        await asyncio.sleep(0)
        if self.down:
            raise Unavailable
        return self.data


async def test_keys_are_fetched_once_for_all_who_need_them() -> None:
    keys = Keys("a", "b")
    cache = KeyCache(keys, Clock())

    found = await asyncio.gather(*(cache.for_key("a") for _ in range(50)))

    assert keys.fetched == 1
    assert [key.kid for key in found[0]] == ["a", "b"]


async def test_an_unknown_name_is_looked_for_once_however_many_are_made_up() -> None:
    keys, clock = Keys("a"), Clock()
    cache = KeyCache(keys, clock)
    await cache.for_key("a")
    clock.advance(PAUSE_SECONDS)
    keys.data = Keys("a", "new").data

    found = await asyncio.gather(*(cache.for_key(name) for name in ("new", *map(str, range(100)))))

    assert keys.fetched == 2
    assert "new" in [key.kid for key in found[0]]
    clock.advance(PAUSE_SECONDS)
    await cache.for_key("made up")
    assert keys.fetched == 3


async def test_a_withdrawn_key_is_forgotten_within_an_hour_and_kept_while_nothing_can_be_had() -> None:
    keys, clock = Keys("old"), Clock()
    cache = KeyCache(keys, clock)
    await cache.for_key("old")
    clock.advance(KEPT_SECONDS)
    keys.down = True
    assert [key.kid for key in await cache.for_key("old")] == ["old"]
    clock.advance(PAUSE_SECONDS)
    keys.down, keys.data = False, Keys("new").data

    assert [key.kid for key in await cache.for_key("old")] == ["new"]


async def test_without_any_keys_nobody_is_believed_and_the_next_try_comes_soon() -> None:
    keys, clock = Keys("a"), Clock()
    keys.down = True
    cache = KeyCache(keys, clock)
    for _ in range(3):
        with pytest.raises(SignInFailed):
            await cache.for_key("a")
    assert keys.fetched == 1
    keys.down = False
    clock.advance(5)
    assert len(await cache.for_key("a")) == 1


NAMELESS: dict[str, Any] = {"kid": ...}


async def sign_in(issuer: Issuer, at: Provider) -> str:
    """Whom a new sign-in turns out to be."""
    begun, url = await begin(at, redirect_uri="https://app.test/-/oidc/callback", where="/")
    issuer.note(url)
    signed = await finish(at, begun, {"code": "c-1"})
    assert signed.identity is not None
    return signed.identity.subject


def looks(issuer: Issuer) -> int:
    """How often the keys were asked for."""
    return [each.url.path for each in issuer.asked].count("/jwks")


@pytest.mark.parametrize("header", [NAMELESS, {}], ids=["no name", "the same name"])
async def test_a_key_that_takes_the_place_of_another_is_found_without_a_new_name(header: dict[str, Any]) -> None:
    issuer, clock = Issuer(), Clock()
    issuer.header = header
    at, tokens = provider(issuer, clock=clock), LogoutTokens()
    for _ in range(2):  # the second time, it's a logout token that first shows the change
        assert await sign_in(issuer, at) == "ada"
        clock.advance(PAUSE_SECONDS)
        issuer.key = new_key("k1")
        issuer.keys = [issuer.key]
        assert (await read(tokens, at, issuer.logout_token(), "id.test")).subject == "ada"
        clock.advance(PAUSE_SECONDS)
        issuer.key = new_key("k1")
        issuer.keys = [issuer.key]

    assert looks(issuer) == 4


@pytest.mark.parametrize("header", [NAMELESS, {}], ids=["no name", "the same name"])
async def test_forged_tokens_have_the_keys_fetched_no_more_often_than_unknown_names_do(header: dict[str, Any]) -> None:
    issuer, clock = Issuer(), Clock()
    issuer.header = header
    at, tokens = provider(issuer, clock=clock), LogoutTokens()
    await sign_in(issuer, at)
    good, issuer.key = issuer.key, new_key("k1")
    forged = [issuer.logout_token() for _ in range(50)]

    for expected in (1, 2, 3):
        answers = await asyncio.gather(
            *(read(tokens, at, each, f"{number}") for number, each in enumerate(forged)), return_exceptions=True
        )
        assert {type(each) for each in answers} == {LogoutRefused}
        assert looks(issuer) == expected
        clock.advance(PAUSE_SECONDS)
    issuer.key = good
    assert await sign_in(issuer, at) == "ada"
    assert looks(issuer) == 3


def test_only_keys_that_the_provider_alone_can_sign_with_are_read() -> None:
    good = new_key("good").as_dict(private=False)
    small = RSAKey.generate_key(2048, {"kid": "small"}).as_dict(private=False)
    listed = [
        OctKey.generate_key(256, {"kid": "shared"}).as_dict(),
        {**small, "n": str(small["n"])[:171]},
        {**good, "kid": "encrypts", "use": "enc"},
        {**good, "kid": "broken", "x": "!"},
        {**good, "kid": "curve", "crv": "P-1"},
        {"kty": "EC"},
        {"kty": "ML-DSA", "kid": "later"},
        7,
        good,
    ]

    assert [key.kid for key in read_keys({"keys": listed})] == ["good"]
    for nonsense in list[Any]((None, [], {"keys": {}}, "x")):
        with pytest.raises(ValueError, match="list"):
            read_keys(nonsense)
