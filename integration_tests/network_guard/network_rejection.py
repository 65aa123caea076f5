"""What the guard rejects: every connection and name look-up that leaves this machine.

It is an audit hook of the interpreter, so it sees what any library does, and nothing can go round it by patching.
"""

import sys
from ipaddress import ip_address
from typing import Any

LOOPBACK_NAMES = frozenset({"", "localhost", "ip6-localhost"})
CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
LOOKING_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})


class NetworkForbiddenError(RuntimeError):
    """A test tried to leave this machine. Not an OSError, so that no retry takes it for a passing fault."""


def is_loopback(host: str | bytes | None) -> bool:
    """Whether a host, by name or by address, is this machine itself."""
    name = host.decode() if isinstance(host, bytes) else host or ""
    if name in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def reject_other_hosts(event: str, arguments: tuple[Any, ...]) -> None:
    """Sees each connection and look-up before it is made; a socket that is a file has no host."""
    if event in CONNECTING:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in LOOKING_UP:
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        raise NetworkForbiddenError(f"Tests may talk to this machine only, not to {host!r} ({event}).")


sys.addaudithook(reject_other_hosts)
