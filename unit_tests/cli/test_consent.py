"""The listener takes the redirect of its own consent page, whatever else connects to it."""

import errno
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli import authorize
from source_pinterest.cli.authorize import ConsentListener
from source_pinterest.masking import SECRETS

HAS_IPV6 = Path("/proc/net/if_inet6").exists()
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
def test_a_redirect_with_another_state_is_refused(state: str, fields: dict[str, str]) -> None:
    with ConsentListener(0) as listener:
        assert answer(listener, state=state, **fields).result(10).status_code == 400
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


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, "127.0.0.1"),
        pytest.param(socket.AF_INET6, "::1", marks=pytest.mark.skipif(not HAS_IPV6, reason="this machine has no ::1")),
    ],
)
def test_a_port_that_another_program_has_on_localhost_is_refused(family: socket.AddressFamily, address: str) -> None:
    """A browser may go to that program, which would get the code."""
    with socket.socket(family) as neighbour:
        neighbour.bind((address, 0))
        neighbour.listen()
        port = neighbour.getsockname()[1]
        words = rf"Port {port} of this machine can't be used on {address} \(Address already in use\).*--port"
        with pytest.raises(AirbyteTracedException, match=words), ConsentListener(port):
            pytest.fail("it listens")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            assert address == "127.0.0.1", "nothing of ours listens any more"


@pytest.mark.skipif(not HAS_IPV6, reason="this machine has no ::1")
def test_localhost_is_ours_by_either_address() -> None:
    with ConsentListener(0) as listener:
        query = urlencode({"state": listener.state, "code": "false-code"})
        BROWSER.submit(requests.get, f"http://[::1]:{listener.server_port}/?{query}", timeout=10)
        assert listener.wait_for_code(30) == "false-code"


def test_consent_has_a_time_limit() -> None:
    with ConsentListener(0) as listener, pytest.raises(Exception, match="Access was not granted within 0 minutes"):
        listener.wait_for_code(0.0)


def test_an_error_message_is_short_and_printable() -> None:
    with ConsentListener(0) as listener:
        answer(listener, error="denied\x1b[2J\x07\r\n" + "x" * 5_000)
        with pytest.raises(AirbyteTracedException, match=r"granted no access \(denied\[2Jx") as refused:
            listener.wait_for_code(30)
    assert len(str(refused.value.message)) < 400
    assert str(refused.value.message).isprintable()
