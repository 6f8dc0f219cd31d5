"""The keys a provider signs with, which change."""

import asyncio
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from tests.client.support import Clock
from tests.oidc.issuer import new_key
from webapp.errors import Unavailable
from webapp.oidc import SignInFailed
from webapp.oidc.jose import read_keys
from webapp.oidc.keys import KEPT_SECONDS, PAUSE_SECONDS, KeyCache


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
