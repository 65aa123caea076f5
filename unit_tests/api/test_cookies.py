"""Is a cookie that a server sends left behind?"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from source_pinterest.api.quota import Budget
from source_pinterest.api.session import (
    PinterestSession,
)


class Baking(BaseHTTPRequestHandler):
    """Gives a cookie with each answer, and says which it was given."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Set-Cookie", "session=false-cookie; Path=/")
        self.end_headers()
        self.wfile.write(self.headers.get("Cookie", "none").encode())

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def bakery(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = HTTPServer(("127.0.0.1", 0), Baking)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_no_cookie_is_kept(bakery: str) -> None:
    session = PinterestSession(Budget(900), "source-pinterest/test", 120, connections=4)

    assert [session.get(bakery).content for _ in range(2)] == [b"none", b"none"]
