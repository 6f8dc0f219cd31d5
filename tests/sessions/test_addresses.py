"""Which of those who come are counted as one."""

from typing import Any

import pytest

from webapp.sessions.addresses import address_key, network_key


def sent(address: str) -> dict[str, Any]:
    return {"type": "http", "client": (address, 1)}


@pytest.mark.parametrize(
    ("one", "other", "same", "same_network"),
    [
        ("192.0.2.1", "192.0.2.2", False, False),
        ("192.0.2.1", "::ffff:192.0.2.1", True, True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False, False),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True, True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False, True),
        ("2001:db8:0:ffff::1", "2001:db8:1::1", False, False),
        ("fe80::1%eth0", "fe80::2%eth1", True, True),
        ("", "unix:", True, True),
        ("unknown", "192.0.2.1", False, False),
        ("999.1.1.1", "x" * 1000, True, True),
    ],
)
def test_which_addresses_are_one(one: str, other: str, same: bool, same_network: bool) -> None:
    assert (address_key(sent(one)) == address_key(sent(other))) is same
    assert (network_key(sent(one)) == network_key(sent(other))) is same_network


def test_who_comes_from_nowhere_is_one_too() -> None:
    assert address_key({"type": "http", "client": None}) == address_key(sent("unknown")) == ""
