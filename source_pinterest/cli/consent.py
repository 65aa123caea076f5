"""How does the answer of Pinterest's consent page reach this machine? The browser brings it to a loopback address."""

import errno
import html
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread, Timer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from source_pinterest.config.options import refusal
from source_pinterest.masking import SECRETS

_REQUEST_SECONDS = 5.0
"""For a browser to say what it wants."""
_GLANCE_SECONDS = 0.1
_REASON_CHARACTERS = 200
_PAGE = "<!doctype html><meta charset=utf-8><title>source-pinterest</title><p>{}</p>"


class ConsentListener:
    """Waits on this machine for the browser that Pinterest sends back, on both addresses of `localhost`.

    Args:
        port: the port of the redirect URI in the app's settings; 0 takes a free one.

    Attributes:
        server_port: on which it listens.

    Raises:
        AirbyteTracedException: the port can't be used on either address, for example because another program listens
            on it, to which a browser might bring the code.
    """

    def __init__(self, port: int) -> None:
        self.state = secrets.token_urlsafe(32)
        self._answer: Mapping[str, str] = {}
        self._is_answered = Event()
        self._servers: list[_Server] = []
        self.server_port = port
        for server, address in ((_Server, "127.0.0.1"), (_Server6, "::1")):
            try:
                self._servers.append(server((address, self.server_port), self))
            except OSError as error:
                if self._servers and error.errno != errno.EADDRINUSE:
                    break  # this machine has no IPv6
                for opened in self._servers:
                    opened.server_close()
                raise refusal(
                    f"Port {self.server_port} of this machine can't be used on {address} ({error.strerror}). Choose "
                    "another with --port, and add its redirect URI to the app at "
                    "https://developers.pinterest.com/apps/.",
                ) from error
            self.server_port = self._servers[0].server_port

    def __enter__(self) -> Self:
        for server in self._servers:
            Thread(target=server.serve_forever, kwargs={"poll_interval": _GLANCE_SECONDS}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def redirect_uri(self) -> str:
        """The redirect URI that the app's settings must list, character for character."""
        return f"http://localhost:{self.server_port}/"

    def consent_url(self, page: str, client_id: str, scopes: str) -> str:
        """The address of the page on which the user agrees.

        Args:
            page: the consent page without a query.
            client_id: the app's id.
            scopes: the permissions, separated by commas.

        https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/
        """
        query = {
            "client_id": client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": scopes,
            "state": self.state,
        }
        return f"{page}?{urlencode(query)}"

    def wait_for_code(self, seconds: float) -> str:
        """The code to exchange for tokens, once the user has agreed.

        Raises:
            AirbyteTracedException: nobody agreed in time, or the user declined.
        """
        if not self._is_answered.wait(seconds):
            raise refusal(
                f"Nobody agreed within {seconds / 60:g} minutes. Run the command again, and check that the app "
                f"lists the redirect URI {self.redirect_uri}",
            )
        if "code" not in self._answer:
            reason = "".join(filter(str.isprintable, self._answer.get("error", "no reason")))
            raise refusal(
                f"Pinterest granted no access ({reason[:_REASON_CHARACTERS]}). Run the command again and agree."
            )
        SECRETS.keep(self._answer["code"])
        return self._answer["code"]

    def is_awaited(self, arrived: Mapping[str, str]) -> bool:
        """Whether it answers the question that was asked on the consent page."""
        return secrets.compare_digest(arrived.get("state", "").encode(), self.state.encode())

    def take(self, answer: Mapping[str, str]) -> None:
        """End the wait with this answer; the first one counts."""
        if not self._is_answered.is_set():
            self._answer = answer
            self._is_answered.set()


class _Server(ThreadingHTTPServer):
    """A thread for each connection, so that one that is slow or breaks holds up no other."""

    allow_reuse_port = False

    def __init__(self, address: tuple[str, int], listener: ConsentListener) -> None:
        self.listener = listener
        super().__init__(address, _Answer)

    def handle_error(self, *_: Any) -> None:
        """Say nothing of a connection that broke."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Answer(BaseHTTPRequestHandler):
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._deadline = Timer(_REQUEST_SECONDS, self._hang_up)
        self._deadline.daemon = True
        self._deadline.start()

    def finish(self) -> None:
        self._deadline.cancel()
        super().finish()

    def do_GET(self) -> None:
        arrived = dict(parse_qsl(urlsplit(self.path).query))
        is_awaited = self.server.listener.is_awaited(arrived)
        sentence = "This is not the answer that the command waits for."
        if is_awaited:
            sentence = "Done. You can close this window." if "code" in arrived else "Pinterest granted no access."
        page = _PAGE.format(html.escape(sentence)).encode()
        self.send_response(200 if is_awaited else 400)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        with suppress(OSError):  # the browser has gone; its answer has come
            self.wfile.write(page)
        if is_awaited:
            self.server.listener.take(arrived)

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """Log nothing: the request line contains the code."""
