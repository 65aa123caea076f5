"""The listener takes the redirect of its own consent page, whatever else connects to it."""

import errno
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
import requests
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli import authorize
from source_pinterest.cli.authorize import ConsentListener
from source_pinterest.masking import SECRETS

BROWSER = ThreadPoolExecutor(1)


def connected(listener: ConsentListener) -> socket.socket:
    return socket.create_connection(("127.0.0.1", listener.server_port), timeout=30)


def answer(listener: ConsentListener, **fields: str) -> "Future[requests.Response]":
    """The page that a browser sees which brings these fields, and the right state with them."""
    query = urlencode({"state": listener.state, **fields})
    return BROWSER.submit(requests.get, f"http://127.0.0.1:{listener.server_port}/?{query}", timeout=10)


@pytest.fixture(autouse=True)
def _ends_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorize, "_SHUTDOWN_POLL_SECONDS", 0.01)


def test_a_redirect_passes_connections_that_nobody_hangs_up_on() -> None:
    with ConsentListener(0) as listener, ExitStack() as idle:
        for beginning in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"):
            idle.enter_context(connected(listener)).sendall(beginning)
        shown = answer(listener, code="false-code-that-is-worth-a-token")
        assert listener.wait_for_code(30) == "false-code-that-is-worth-a-token"
    assert "Return to the terminal" in shown.result().text
    assert SECRETS.mask("It was false-code-that-is-worth-a-token.") == "It was ****."


@pytest.mark.parametrize("state", ["another", ""])
def test_a_redirect_with_another_state_is_refused(state: str) -> None:
    with ConsentListener(0) as listener:
        assert answer(listener, code="false-code-of-a-stranger", state=state).result(10).status_code == 400
        answer(listener, code="false-code")
        assert listener.wait_for_code(30) == "false-code"


def test_the_first_redirect_counts() -> None:
    with ConsentListener(0) as listener:
        for code in ("false-code-1", "false-code-2"):
            listener.take({"code": code})
        assert listener.wait_for_code(0) == "false-code-1"


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT])
def test_a_machine_without_ipv6_listens_on_its_other_address(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "this machine has no such address")

    monkeypatch.setattr(authorize, "_Server6", refuse)
    with ConsentListener(0) as listener:
        shown = answer(listener, code="false-code")
        listener.wait_for_code(30)
    assert shown.result().status_code == 200


def test_an_error_that_quotes_a_secret_is_shown_without_it() -> None:
    SECRETS.keep("false-secret-of-the-app")
    with ConsentListener(0) as listener:
        answer(listener, error="wrong secret false-secret-of-the-app")
        with pytest.raises(AirbyteTracedException, match=r"granted no access \(wrong secret \*\*\*\*\)"):
            listener.wait_for_code(30)
