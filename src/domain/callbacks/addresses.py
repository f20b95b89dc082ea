"""Where callbacks may go: to the open internet, and to hosts that whoever keeps Aether has named.

A name is resolved once for each try, and every address that it has must be open; the connection
goes to one of those that were checked, so that a name cannot point elsewhere in between.
"""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from aether.domain.errors import Invalid

LABEL_MOST = 63
"""How long a part of a host's name may be, in characters."""
URL_MOST = 2_000
PORTS = frozenset({80, 443, 8080, 8443})
"""The ports of hosts that are not named."""

_OPEN = IPv6Network("2000::/3")
_CLOSED_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
"""What of the open addresses is not: those that carry another one within, and those of examples."""
_CLOSED_4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
"""What protocols keep for themselves, an old relay, and what one cloud answers its machines with."""


class UrlInvalid(Invalid):
    """Nothing can be told at this address."""

    code = "CALLBACK_URL_INVALID"

    def __init__(self, why: str) -> None:
        super().__init__(f"The callback's address {why}.", field="callback_url")


class AddressRefused(Invalid):
    """The host is not on the open internet, and nobody named it."""

    code = "CALLBACK_ADDRESS_REFUSED"

    def __init__(self) -> None:
        super().__init__("The callback's host is not on the open internet.", field="callback_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What whoever keeps Aether allows.

    Attributes:
        hosts: Hosts that may be told wherever they are, in lower case, as `host` or `host:port`.
        http: Whether it may be done without TLS.
    """

    hosts: frozenset[str] = frozenset()
    http: bool = False

    def named(self, host: str, port: int) -> bool:
        """Whether *host* is named, for this *port* or for all."""
        return host in self.hosts or f"{host}:{port}" in self.hosts

    def check(self, host: str, port: int, addresses: Collection[str]) -> None:
        """Refuse a *host* one of whose *addresses* is not open, unless it is named.

        Raises:
            AddressRefused: It may not be told.
        """
        if not addresses or not (self.named(host, port) or all(map(is_open, addresses))):
            raise AddressRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a message goes.

    Attributes:
        host: In lower case and ASCII, without brackets.
        path: With the query, if there is one.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as it is told to itself."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == {"https": 443, "http": 80}[self.scheme]
        return host if usual else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.authority}{self.path}"


def target(url: str, *, rules: Rules) -> Target:
    """Where *url* leads, if messages may go there as far as it alone tells.

    Raises:
        UrlInvalid: They may not.
    """
    if len(url) > URL_MOST or not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>^`{|}'):
        raise UrlInvalid(f"must be a URL of at most {URL_MOST} ASCII characters")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise UrlInvalid("is no URL") from None
    if parts.scheme not in ({"https", "http"} if rules.http else {"https"}):
        raise UrlInvalid("must begin with https://")
    if not host or "%" in host or "@" in parts.netloc or parts.fragment:
        raise UrlInvalid("must name a host, and neither a person nor a fragment")
    if any(not 0 < len(label) <= LABEL_MOST for label in host.split(".")) and ":" not in host:
        raise UrlInvalid("must name a host")
    found = Target(
        scheme=parts.scheme,
        host=host,
        port={"https": 443, "http": 80}[parts.scheme] if port is None else port,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
    if found.port not in PORTS and not rules.named(host, found.port):
        raise UrlInvalid(f"can have the ports {', '.join(map(str, sorted(PORTS)))}")
    return found


def is_open(address: str) -> bool:
    """Whether *address* is one of the open internet."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return _open_4(found) if isinstance(found, IPv4Address) else _open_6(found)


def _open_4(address: IPv4Address) -> bool:
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not any(address in closed for closed in _CLOSED_4)


def _open_6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _OPEN:
        return False
    return address.is_global and not any(address in closed for closed in _CLOSED_6)
