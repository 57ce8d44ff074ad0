"""Addresses of callers."""

from ipaddress import IPv6Address, ip_address, ip_network


def origin_of(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the /64 of an IPv6 one, whose owner has all of it."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
