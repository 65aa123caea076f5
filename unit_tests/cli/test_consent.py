"""The listener takes the redirect of its own consent page, whatever else connects to it."""

import socket
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
import requests
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli.authorize import ConsentListener
from source_pinterest.masking import SECRETS

BROWSER = ThreadPoolExecutor(1)


def connected(listener: ConsentListener) -> socket.socket:
    return socket.create_connection(("127.0.0.1", listener.server_port), timeout=30)


def answer(listener: ConsentListener, **fields: str) -> "Future[requests.Response]":
    """The page that a browser sees which brings these fields, and the right state with them."""
    query = urlencode({"state": listener.state, **fields})
    return BROWSER.submit(requests.get, f"http://127.0.0.1:{listener.server_port}/?{query}", timeout=10)


def test_a_redirect_is_read_while_other_connections_hang() -> None:
    with ConsentListener(0) as listener, ExitStack() as idle:
        for beginning in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"):
            idle.enter_context(connected(listener)).sendall(beginning)
        shown = answer(listener, code="false-code-that-is-worth-a-token")
        assert listener.wait_for_code(30) == "false-code-that-is-worth-a-token"
    assert "Return to the terminal" in shown.result().text
    assert SECRETS.mask("It was false-code-that-is-worth-a-token.") == "It was ****."


@pytest.mark.parametrize("fields", [{"code": "false-code-of-a-stranger"}, {"error": "access_denied"}])
@pytest.mark.parametrize("state", ["another", ""])
def test_a_redirect_with_another_state_is_rejected(state: str, fields: dict[str, str]) -> None:
    with ConsentListener(0) as listener:
        rejected = answer(listener, state=state, **fields)
        answer(listener, code="false-code")
        assert listener.wait_for_code(30) == "false-code"
    assert rejected.result(10).status_code == 400


def test_a_port_that_another_program_has_is_rejected() -> None:
    """A browser may go to that program, which would get the code."""
    with socket.socket() as neighbour:
        neighbour.bind(("127.0.0.1", 0))
        neighbour.listen()
        port = neighbour.getsockname()[1]
        words = rf"Port {port} of this machine can't be used \(Address already in use\).*--port"
        with pytest.raises(AirbyteTracedException, match=words):
            ConsentListener(port)


def test_consent_has_a_time_limit() -> None:
    with ConsentListener(0) as listener, pytest.raises(Exception, match="Access was not granted within 0 minutes"):
        listener.wait_for_code(0.0)


def test_an_error_message_is_short() -> None:
    with ConsentListener(0) as listener:
        answer(listener, error="denied\x1b[2J\x07\r\n" + "x" * 5_000)
        with pytest.raises(AirbyteTracedException, match=r"granted no access \(denied") as rejected:
            listener.wait_for_code(30)
    assert len(str(rejected.value.message)) < 400
