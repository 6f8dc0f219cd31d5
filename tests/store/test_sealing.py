import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.store import Foreign, Sealer, Unsealable

KEY, OTHER = "a key that is long enough to seal by", "another key that is long enough to seal by"


@given(st.binary(), st.binary())
def test_what_is_sealed_under_a_name_opens_under_that_name_alone(name: bytes, content: bytes) -> None:
    sealed = Sealer([KEY]).seal(name, content)

    assert Sealer([KEY]).open(name, sealed) == content
    with pytest.raises(Unsealable):
        Sealer([KEY]).open(name + b"x", sealed)


def test_the_newest_key_seals_and_all_open() -> None:
    old = Sealer([KEY]).seal(b"name", b"content")
    new = Sealer([OTHER, KEY]).seal(b"name", b"content")

    assert Sealer([OTHER, KEY]).open(b"name", old) == b"content"
    assert Sealer([OTHER]).open(b"name", new) == b"content"
    with pytest.raises(Foreign, match="a key that isn't among"):
        Sealer([OTHER]).open(b"name", old)


def test_what_a_newer_version_has_sealed_is_for_others_and_not_damaged() -> None:
    sealed = Sealer([KEY]).seal(b"name", b"content")

    with pytest.raises(Foreign, match="newer version"):
        Sealer([KEY]).open(b"name", bytes([sealed[0] + 1]) + sealed[1:])


def test_what_is_damaged_or_was_sealed_under_another_name_is_not_for_others() -> None:
    sealed = Sealer([KEY]).seal(b"name", b"content")

    for name, content in ((b"another", sealed), (b"name", sealed[:-1] + bytes([sealed[-1] ^ 1])), (b"name", b"")):
        with pytest.raises(Unsealable) as refused:
            Sealer([KEY]).open(name, content)
        assert not isinstance(refused.value, Foreign)


def test_no_two_seals_are_alike() -> None:
    sealer = Sealer([KEY])

    assert len({sealer.seal(b"name", b"content") for _ in range(1000)}) == 1000


def test_no_change_of_a_single_bit_goes_unnoticed() -> None:
    sealer = Sealer([KEY])
    content = secrets.token_bytes(40)
    sealed = sealer.seal(b"name", content)

    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unsealable):
            sealer.open(b"name", bytes(changed))


@pytest.mark.parametrize("sealed", [b"", b"\x02", b"\x02" + b"0" * 16, b"\x02" + b"0" * 31, b"\x01" + b"0" * 60])
def test_what_is_too_short_or_of_another_version_is_not_opened(sealed: bytes) -> None:
    with pytest.raises(Unsealable):
        Sealer([KEY]).open(b"name", sealed)
