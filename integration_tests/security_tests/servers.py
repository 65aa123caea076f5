"""Servers that are not Pinterest: one quotes whatever it was sent, one gives every call the same answer."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, quote_plus

AWKWARD_SECRET = "false/client+secret=\"'&%41\\\\"
CLIENT_SECRET_OF_OLD = "false-client-secret-of-old"
Seen = list[dict[str, str]]
FRESH, ROTATED = "false-fresh-access-token", "false-rotated-refresh-token"


@contextmanager
def echoing(status: int) -> Iterator[tuple[str, list[str]]]:
    """Issues a token, and quotes what it was sent in the message of its errors, also URL-encoded and as JSON."""
    echoed: list[str] = []
    basic: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(status, {"code": 1, "message": self._echo()})

        def do_POST(self) -> None:
            basic.append(self.headers["Authorization"].removeprefix("Basic "))
            self._answer(200, {"access_token": FRESH, "refresh_token": ROTATED, "expires_in": 3600})

        def _echo(self) -> str:
            known = [self.headers["Authorization"].removeprefix("Bearer "), AWKWARD_SECRET, ROTATED, *basic]
            forms = [form for secret in known for form in (secret, quote(secret), quote_plus(secret))]
            echoed.append(f"AS IT IS {' '.join(forms)}, {json.dumps(known)}")
            return echoed[-1]

        def _answer(self, code: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as url:
        yield url, echoed


@contextmanager
def answering(
    status: int, tls: ssl.SSLContext | None = None, **headers: str
) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that gives every call the same answer; its API address, and the headers of the calls that came."""
    seen: Seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(dict(self.headers))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler, tls) as url:
        yield url, seen


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server on this machine; its API address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}/v5"
    finally:
        server.shutdown()
        server.server_close()
