"""Requests without a pause between two tries, and with bodies that arrive as the test wants."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from source_pinterest.api import Api
from source_pinterest.api.retries import BackoffDelays
from source_pinterest.config import Config
from unit_tests.configs import TODAY, signed_in_with

PLAIN = signed_in_with(auth_method="access_token", access_token="false-access-token")


def connected(**options: Any) -> Api:
    """A connection with an access token, which waits for no outage unless the options say so."""
    config = Config.from_mapping({**PLAIN, "max_wait_minutes": 0, **options}, TODAY)
    return Api.connect(config, lambda _: None, pauses=BackoffDelays(first_seconds=0))


class Wire:
    """A body that arrives piece by piece, after which the connection may break."""

    def __init__(self, *pieces: bytes, breaks_off: bool = False) -> None:
        self.left = list(pieces)
        self.closed = False
        self._breaks_off = breaks_off

    def read(self, amount: int | None = None) -> bytes:
        return self.read1(amount)

    def read1(self, amount: int | None = None) -> bytes:
        del amount
        if self.left:
            return self.left.pop(0)
        if self._breaks_off:
            raise http.client.IncompleteRead(b"")
        return b""

    def close(self) -> None:
        self.closed = True


def response(wire: Wire, headers: Mapping[str, str] | None = None, status: int = 200) -> requests.Response:
    """An answer whose body arrives over the wire."""
    found = requests.Response()
    found.status_code = status
    found.headers = CaseInsensitiveDict(headers or {})
    found.raw = urllib3.HTTPResponse(
        body=wire,  # type: ignore[arg-type]
        headers=headers,
        status=status,
        preload_content=False,
        decode_content=False,
    )
    return found


def pieces_of(content: bytes, size: int) -> list[bytes]:
    """A body as it arrives, so many bytes at once."""
    return [content[start : start + size] for start in range(0, len(content), size)]


@contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on this machine whose responses are any bytes; its URL.

    Args:
        serve: writes to a connection after the head of a request has come; the connection is closed behind it.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections: list[socket.socket] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connections.append(listener.accept()[0])
                    threading.Thread(target=answer, args=(connections[-1],), daemon=True).start()

        def answer(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(64 * 1024) or b"\r\n\r\n"
                serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v5"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for connection in connections:
                connection.close()
