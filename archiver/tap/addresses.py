"""Which addresses and ports are public: our own table, because every library's differs.

Python 3.11's `ipaddress` calls NAT64 and 6to4 forms of 127.0.0.1, multicast and site-local
addresses global. Here the rule is the other way round: an IPv6 address is public only
inside the one block that is given out as global unicast, and no address is public that
one of IANA's special-purpose registries lists, whatever the registry says of its reach.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

__all__ = ["PORT_MAX", "Address", "address_in", "is_loopback_name", "is_public", "is_web_port"]

Address = IPv4Address | IPv6Address
PORT_MAX = 65_535

# https://www.iana.org/assignments/iana-ipv4-special-registry, read 2026-11, and
# https://www.iana.org/assignments/ipv4-address-space for 224/4 and 240/4.
_SPECIAL_V4 = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # shared by carriers (RFC 6598); a cloud's metadata lives here too
    "127.0.0.0/8",  # loopback
    "169.254.0.0/16",  # link local, and most clouds' metadata
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments, the two anycast ones among them
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # automatic multicast tunnelling
    "192.88.99.0/24",  # 6to4 relays, retired
    "192.168.0.0/16",  # private
    "192.175.48.0/24",  # AS112
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and broadcast
    # Not IANA's: the address at which every virtual machine of one large cloud finds its host.
    "168.63.129.16/32",
)
# https://www.iana.org/assignments/ipv6-address-space: all that is given out as global unicast.
_GLOBAL_V6 = "2000::/3"
# https://www.iana.org/assignments/iana-ipv6-special-registry, read 2026-11. What lies outside
# 2000::/3 is refused anyway (::/128, ::1, 64:ff9b::/96, 64:ff9b:1::/48, 100::/64, 5f00::/16,
# fc00::/7, fe80::/10, fec0::/10, ff00::/8); these lie inside it.
_SPECIAL_V6 = (
    "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID …
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4: holds any IPv4 address
    "2620:4f:8000::/48",  # AS112
    "3fff::/20",  # documentation
)
_NETWORKS_V4 = tuple(ip_network(text) for text in _SPECIAL_V4)
_NETWORKS_V6 = tuple(ip_network(text) for text in _SPECIAL_V6)
_UNICAST_V6 = ip_network(_GLOBAL_V6)

# https://fetch.spec.whatwg.org/#port-blocking: ports at which a browser never speaks HTTP …
_BAD = (
    "0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 "
    "119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 "
    "636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 "
    "6697 10080"
)
_BAD_PORTS = frozenset(map(int, _BAD.split()))
# … and what answers to text lines or HTTP without being a web site: Docker, databases, caches.
_SERVICE_PORTS = frozenset({445, 1433, 1521, 2375, 2376, 2379, 3306, 3389, 5432, 5900, 6379, 9200, 9300, 11211, 27017})


@lru_cache(maxsize=4096)
def is_public(address: Address) -> bool:
    """Whether an address may be a stranger's web site. An IPv4-mapped one is judged by its inner."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NETWORKS_V4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    return address in _UNICAST_V6 and not any(address in network for network in _NETWORKS_V6)


def is_web_port(port: int) -> bool:
    """Whether a web site may be there: any port but those at which something else listens."""
    return 0 < port <= PORT_MAX and port not in _BAD_PORTS and port not in _SERVICE_PORTS


def is_loopback_name(host: str) -> bool:
    """Whether a (lower-case) name means this machine wherever it is looked up (RFC 6761 §6.3)."""
    return host == "localhost" or host.endswith((".localhost", ".localdomain")) or host == "localdomain"


@lru_cache(maxsize=4096)
def address_in(host: str) -> Address | None:
    """The address that a host is a spelling of, or None if it is a name.

    IPv4 in all spellings that the C library and browsers take: `127.1`, `2130706433`,
    `0x7f000001`, `0177.0.0.1` (WHATWG URL §3.5). ValueError if it can be neither.
    """
    if host.startswith("[") or ":" in host:
        return ip_address(host.strip("[]"))
    parts = host.removesuffix(".").split(".")
    if not re.fullmatch(r"\d+|0[xX][0-9a-fA-F]*", parts[-1]):
        return None
    numbers = [_number(part) for part in parts]
    *octets, rest = numbers
    # The last number stands for all the octets that are left.
    if len(octets) > 3 or max(octets, default=0) > 0xFF or rest >> (8 * (4 - len(octets))):  # noqa: PLR2004  # 4 octets
        raise ValueError(f"not an IPv4 address: {host!r}")
    return IPv4Address(rest + sum(octet << (24 - 8 * place) for place, octet in enumerate(octets)))


def _number(part: str) -> int:
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") else int(part)
