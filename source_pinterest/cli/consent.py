"""How does the answer of Pinterest's consent page reach this machine? The browser brings it to a loopback address."""

import html
import secrets
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from source_pinterest.config.options import refusal

_GLANCE_SECONDS = 0.5
_PAGE = "<!doctype html><meta charset=utf-8><title>source-pinterest</title><p>{}</p>"


class ConsentListener(HTTPServer):
    """Waits on this machine for the browser that Pinterest sends back.

    Args:
        port: the port of the redirect URI in the app's settings; 0 takes a free one.

    Raises:
        AirbyteTracedException: the port can't be used, for example because another program listens on it.
    """

    def __init__(self, port: int) -> None:
        self.state = secrets.token_urlsafe(32)
        self.answer: dict[str, str] | None = None
        self.timeout = _GLANCE_SECONDS
        try:
            super().__init__(("127.0.0.1", port), _Answer)
        except OSError as error:
            raise refusal(
                f"Port {port} of this machine can't be used ({error.strerror}). Choose another with --port, and "
                "add its redirect URI to the app at https://developers.pinterest.com/apps/.",
            ) from error

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
        deadline = time.monotonic() + seconds
        while self.answer is None:
            if time.monotonic() >= deadline:
                raise refusal(
                    f"Nobody agreed within {seconds / 60:g} minutes. Run the command again, and check that the app "
                    f"lists the redirect URI {self.redirect_uri}",
                )
            self.handle_request()
        if "code" not in self.answer:
            raise refusal(
                f"Pinterest granted no access ({self.answer.get('error', 'no reason')}). "
                "Run the command again and agree.",
            )
        return self.answer["code"]

    def take(self, arrived: dict[str, str]) -> str | None:
        """What the browser shows; None for a request that does not answer the question asked on the consent page."""
        if not secrets.compare_digest(arrived.get("state", "").encode(), self.state.encode()):
            return None
        self.answer = arrived
        return "Done. You can close this window." if "code" in arrived else "Pinterest granted no access."


class _Answer(BaseHTTPRequestHandler):
    server: ConsentListener
    timeout = _GLANCE_SECONDS

    def do_GET(self) -> None:
        sentence = self.server.take(dict(parse_qsl(urlsplit(self.path).query)))
        page = _PAGE.format(html.escape(sentence or "This is not the answer that the command waits for.")).encode()
        self.send_response(200 if sentence else 400)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: Any) -> None:
        """Log nothing: the request line contains the code."""
