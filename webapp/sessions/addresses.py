"""By what those who come from one place are counted together, where some of them may be attackers."""

from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

PER_HOST, PER_NETWORK = 8, 6
"""Bytes of an IPv6 address: whoever has one has the 2^64 beside it, and sites get 65,536 of such (RFC 6177)."""


def address_key(scope: Scope) -> str:
    """Of IPv4 the address, of IPv6 its /64; whatever isn't an address is one place: anybody could make more of it."""
    return _key(scope, PER_HOST)


def network_key(scope: Scope) -> str:
    """As `address_key`, but for IPv6 the /48: all that one site has."""
    return _key(scope, PER_NETWORK)


def _key(scope: Scope, size: int) -> str:
    client = scope.get("client")
    try:
        address = ip_address(client[0] if client else "")
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else address.packed[:size].hex()
    return str(address)
