"""Which URLs may be asked, and which network addresses may be connected to.

A URL is read once, here, strictly; what is asked is built from the parts that were checked, so
that no second reader can understand it otherwise.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from broadsheet.errors import ConfigError, ForbiddenAddressError

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST = 8_000
REDIRECTS = {301, 302, 303, 307, 308}

DENIED_V4 = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
# `ipaddress.is_global` is no such filter: it lets multicast, NAT64 and 6to4 pass on some versions.
GLOBAL_V6 = IPv6Network("2000::/3")  # all else is local, reserved, multicast or a translation
TRANSLATED_V6 = IPv6Network("64:ff9b::/96")  # NAT64: the last four bytes are an IPv4 address
DENIED_V6 = [
    IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")  # Teredo, 6to4, ...
]

# Ports of other protocols, which could be spoken to by accident: what browsers refuse.
FORBIDDEN_PORTS = frozenset(
    [0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
     102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
     465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
     993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666,
     6667, 6668, 6669, 6679, 6697, 10080, 11211]
)  # fmt: skip

_NEVER = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff]")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,62})"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


class Address(NamedTuple):
    """A URL that may be asked, in parts: the host in ASCII and lower case, without brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: to whom a key may be sent."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host and port as the `Host` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole, in canonical form and without a fragment."""
        return f"{self.scheme}://{self.authority}{self.target}"


PrivateHosts = frozenset[tuple[str, int]]


def read_private_hosts(text: str) -> PrivateHosts:
    """The (host, port) pairs of "NAME:PORT [::1]:PORT". Raises ConfigError."""
    try:
        pairs = [urlsplit(f"//{word}") for word in text.replace(",", " ").split()]
        return frozenset((_read_host(pair.hostname or ""), int(pair.port or "")) for pair in pairs)
    except ValueError as exc:
        raise ConfigError(
            f"The setting private_hosts is {text!r}, but should be hosts with ports, such as "
            "example.lan:8080 10.0.0.7:80."
        ) from exc


def within(private: PrivateHosts, host: str) -> PrivateHosts:
    """Those of one host."""
    return frozenset(pair for pair in private if pair[0] == host)


def shown(url: str) -> str:
    """A URL for people: without query and user name, which may hold somebody's key."""
    place = re.split(r"[?#]", url[:LONGEST], maxsplit=1)[0]
    return ascii(re.sub(r"(//)[^/@]*@", r"\1", place)[:100])


def read_address(url: str, private: PrivateHosts = frozenset()) -> Address:
    """Read a URL. Raises ForbiddenAddressError unless it is a plain address of the web.

    Whether its host's addresses are public is not known yet: `is_public` judges those.
    """
    if len(url) > LONGEST:
        raise ForbiddenAddressError(f"The address that begins with {shown(url)} is too long.")
    if _NEVER.search(url):
        raise ForbiddenAddressError(f"{shown(url)} has characters that no address has.")
    try:
        parts = urlsplit(url)
        if parts.scheme not in DEFAULT_PORTS:
            raise ForbiddenAddressError(f"{shown(url)} is not an http or https address.")
        if "@" in parts.netloc:
            raise ForbiddenAddressError(f"{shown(url)} carries a user name, which is not allowed.")
        port = DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
        host = _read_host(parts.hostname or "")
        if ("[" in parts.netloc) != (":" in host):
            raise ValueError("brackets belong to addresses of version 6")
    except ValueError as exc:  # what urlsplit says about brackets and ports, and the name's codec
        raise ForbiddenAddressError(f"{shown(url)} is not an address of the web.") from exc
    if port in FORBIDDEN_PORTS and (host, port) not in private:
        raise ForbiddenAddressError(f"{shown(url)} names a port that is not used for the web.")
    return Address(parts.scheme, host, port, _target(parts.path, parts.query))


def follow(base: Address, location: str, private: PrivateHosts = frozenset()) -> Address:
    """Where a redirect leads. Raises ForbiddenAddressError; never from https to http.

    What is allowed of private hosts is so within one host only: whoever is redirected to another
    is a stranger there.
    """
    try:
        target = urljoin(base.url, location)
    except ValueError as exc:
        raise ForbiddenAddressError(f"{base.host} redirects to {shown(location)}.") from exc
    address = read_address(target, within(private, base.host))
    if base.scheme == "https" and address.scheme == "http":
        raise ForbiddenAddressError(f"{base.host} redirects from https to http, which is not safe.")
    return address


def is_public(text: str) -> bool:
    """Whether a resolved address, as numbers, belongs to the public internet."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in DENIED_V4)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return is_public(str(address.ipv4_mapped))
    if address in TRANSLATED_V6:
        return is_public(str(IPv4Address(int(address) & 0xFFFF_FFFF)))
    return address in GLOBAL_V6 and not any(address in network for network in DENIED_V6)


def _read_host(host: str) -> str:
    """A host in canonical form; raises ValueError.

    Numbers in odd spellings stay as they are: the resolver's reading of them is what counts.
    """
    if ":" in host:
        if "%" in host:
            raise ValueError(f"{host} names an interface")
        return str(IPv6Address(host))
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    host = host.lower().removesuffix(".")
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise ValueError(f"{host} is not a host name")
    return host


def _target(path: str, query: str) -> str:
    """Path and query in ASCII; what is encoded already stays as it is."""
    safe = "!$%&'()*+,-./:;=?@_~[]|"
    return quote(path or "/", safe=safe) + ("?" + quote(query, safe=safe) if query else "")
