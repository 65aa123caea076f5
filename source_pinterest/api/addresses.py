"""Where does an address lead? Read as the HTTP library reads it, since others differ over what stands where."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Self
from urllib.parse import quote

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

_VISIBLE = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without spaces and backslashes: some libraries read those as something else."""
_LEADS_INSIDE = tuple(map(ip_network, ("fec0::/10", "64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""Site-local addresses, and those that stand for an IPv4 address: by NAT64, and as IPv4-compatible ones."""


@dataclass(frozen=True)
class Address:
    """Where a call goes.

    Attributes:
        scheme: https or http, in small letters.
        host: a name or an IP address, without brackets.
        has_query: whether a question mark follows.
    """

    scheme: str
    host: str
    has_query: bool = False

    @classmethod
    def of(cls, url: str) -> Self:
        """Read an address of the web.

        Raises:
            ValueError: it is none, or it holds a user's name, a fragment, an escaped character in its host, or a
                character that addresses don't have.
        """
        if not _VISIBLE.fullmatch(url):
            raise ValueError("An address holds letters, digits and punctuation.")
        try:
            parts = parse_url(url)
        except LocationParseError as error:
            raise ValueError("It can't be read.") from error
        if parts.scheme not in ("https", "http") or not parts.host:
            raise ValueError("An address begins with https:// and a host.")
        if "%" in re.split("[/?#]", url.partition("://")[2])[0]:
            raise ValueError("The host of an address is not escaped.")
        if parts.auth is not None or parts.fragment is not None:
            raise ValueError("An address names no user, and no place in a document.")
        return cls(parts.scheme, parts.host.strip("[]").rstrip("."), parts.query is not None)

    @property
    def is_local(self) -> bool:
        """Whether this machine itself is meant."""
        found = _ip_of(self.host)
        return found.is_loopback if found else self.host == "localhost"

    @property
    def is_public(self) -> bool:
        """Whether it leads into the internet, as far as the address says; names are not looked up."""
        found = _ip_of(self.host)
        if found is None:
            return self.host != "localhost" and not self.host.endswith(".localhost")
        return found.is_global and not found.is_multicast and not any(found in network for network in _LEADS_INSIDE)


def path_of(template: str, ids: Mapping[str, Any]) -> str:
    """A path with ids in it, each of them one piece of the path whatever it holds; dots alone would lead upwards."""
    return template.format(**{name: _piece(str(value)) for name, value in ids.items()})


def _piece(value: str) -> str:
    return quote(value if value.strip(".") else value.replace(".", "%2E"), safe="")


def _ip_of(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a host stands for, in any of the forms that a system takes for one; None for a name."""
    try:
        found = ip_address(host)
    except ValueError:
        try:
            found = ip_address(socket.inet_aton(host))
        except OSError:
            return None
    return getattr(found, "ipv4_mapped", None) or found
