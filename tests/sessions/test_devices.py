"""The cookie of browsers that an account has been signed in with."""

import re

import pytest
from itsdangerous import TimestampSigner

from webapp.sessions.devices import SECONDS, Devices

KEY = "k" * 32


def devices(*keys: str) -> Devices:
    return Devices(keys or (KEY,), name="device")


def sent(cookie: str) -> list[tuple[bytes, bytes]]:
    return [(b"accept", b"*/*"), (b"cookie", f"a=1; {cookie.partition(';')[0]}".encode())]


def test_over_https_the_accounts_of_before_are_kept_as_well() -> None:
    first = devices().write([], "ada", secure=True, path="/login")
    second = devices().write(sent(first), "bob", secure=True, path="/login")

    assert devices().find(sent(second), "ada", secure=True) is not None
    assert devices().find(sent(second), "bob", secure=True) is not None
    assert devices().find(sent(second), "ada", secure=False) is None


def test_a_browser_s_number_is_128_random_bits_and_its_accounts_are_hashes() -> None:
    written = devices().write([], "somebody", secure=False, path="/login")

    assert re.match(r"device=[0-9a-f]{32}-[0-9a-f]{16}\.", written)
    assert "somebody" not in written.partition(";")[0]


def test_a_browser_is_known_for_half_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    written, now = devices().write([], "ada", secure=False, path="/login"), TimestampSigner.get_timestamp
    assert f"; Max-Age={SECONDS};" in written
    assert devices().find(sent(written), "ada", secure=False) is not None

    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: now(signer) + SECONDS + 1)

    assert devices().find(sent(written), "ada", secure=False) is None


@pytest.mark.parametrize("forged", ["device=", "device", "device=a-b.c.d", "device=é€.x.y"])
def test_what_was_not_signed_here_knows_nobody(forged: str) -> None:
    headers = [(b"cookie", forged.encode())]

    assert devices().find(headers, "ada", secure=False) is None
    written = devices().write(headers, "ada", secure=False, path="/").partition(";")[0]
    assert re.fullmatch(r"device=[0-9a-f]{32}-[0-9a-f]{16}\.[\w-]+\.[\w-]+", written)


def test_another_spelling_of_the_same_signature_is_none() -> None:
    # The last of 43 base64 characters has two spare bits: four characters mean the same.
    written = devices().write([], "ada", secure=False, path="/login").partition(";")[0]
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    known = [each for each in last if devices().find(sent(written[:-1] + each), "ada", secure=False) is not None]

    assert known == [written[-1]]


def test_a_browser_that_is_known_for_a_name_is_not_known_for_it_in_capitals() -> None:
    written = devices().write([], "victim", secure=False, path="/login")

    assert devices().find(sent(written), "victim", secure=False) is not None
    assert devices().find(sent(written), "VICTIM", secure=False) is None


def test_the_hash_of_an_account_is_what_it_was_before() -> None:
    """An upgrade makes no browser unknown: the way of hashing is as fixed as the key."""
    assert devices().tag("ada") == "0488253ed9c82211"


def test_whatever_was_typed_for_a_name_has_a_hash() -> None:
    assert len({devices().tag(name) for name in ("", "\ud800", "\udfff", "ž", "a\0b")}) == 5
