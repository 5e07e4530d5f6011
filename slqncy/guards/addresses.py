"""Which IP addresses are on the public internet, however they are spelled.

Sources: the IANA registries of special-purpose addresses, RFC 4291 (IPv6), RFC 6052 (NAT64), inet_aton(3).
"""

from __future__ import annotations

import socket
import unicodedata
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import unquote

_SPECIAL = tuple(
    map(
        ip_network,
        (
            "168.63.129.16/32",  # Azure answers its virtual machines there
            "192.0.0.0/24",  # protocol assignments
            "192.88.99.0/24",  # relays of 6to4
            "224.0.0.0/4",  # multicast
            "2001::/23",  # protocol assignments, Teredo among them
            "3fff::/20",  # documentation
        ),
    )
)
"""Addresses that `is_global` lets pass, in some Python or other, and that no site is served at."""
_GLOBAL_UNICAST = ip_network("2000::/3")
"""IPv6 has no other public addresses."""
_NAT64 = ip_network("64:ff9b::/96")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
"""The full stops that IDNA takes for a dot."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the public internet; one that has an IPv4 address in it is what that is."""
    if isinstance(address, IPv6Address):
        if inner := _inner(address):
            return is_public(inner)
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not any(address in network for network in _SPECIAL)


def spelled(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host of a URL spells in any way a program may read; None for a name.

    IPv4 has shorter, octal, hexadecimal and whole-number forms; either may be escaped, in brackets, in full-width or
    circled digits, with a dot behind, or with a zone.
    """
    plain = unicodedata.normalize("NFKC", unquote(host).translate(_DOTS)).strip("[]").removesuffix(".")
    with suppress(ValueError):
        return ip_address(plain)
    with suppress(OSError, ValueError):
        # It passes over what stands behind a space.
        return IPv4Address(socket.inet_aton(plain)) if plain.split() == [plain] else None
    return None


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
