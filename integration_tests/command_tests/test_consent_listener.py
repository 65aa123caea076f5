"""The listener hears the redirect on localhost, whatever else connects."""

import socket
import struct
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integration_tests.command_tests.consent import SECRET, agree, helping
from integration_tests.support.pinterest import Simulator
from source_pinterest.cli import authorize
from source_pinterest.cli.authorize import ConsentListener

HAS_IPV6 = Path("/proc/net/if_inet6").exists()


def test_connections_that_say_nothing_or_drip_hold_up_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    with Simulator() as sim, helping(sim, "--client-id", "1234567", "--config", str(path)) as helper:
        url = helper.consent_url()
        port = urlsplit(parse_qs(urlsplit(url).query)["redirect_uri"][0]).port
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
        idle[0].sendall(b"GET / HT")
        idle[1].sendall(b"\x16\x03\x01")
        idle[2].sendall(b"GET /?state= HTTP/1.1\r\n")
        idle[2].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        idle[2].close()
        assert agree(url).status_code == 200
        assert helper.end() == 0, helper.said
        for connection in idle[:2]:
            connection.close()
    assert path.exists()
    assert "Traceback" not in helper.said


@pytest.mark.skipif(not HAS_IPV6, reason="this machine has no ::1")
def test_localhost_is_ours_by_either_address(tmp_path: Path) -> None:
    path = str(tmp_path / "config.json")
    with Simulator() as sim, helping(sim, "--client-id", "1234567", "--config", path) as helper:
        response = requests.post(helper.consent_url(), allow_redirects=False, timeout=10)
        answer = response.headers["Location"].replace("localhost", "[::1]")
        assert agree(answer).status_code == 200
        assert helper.end() == 0, helper.said


@pytest.fixture
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(authorize.SECRET_VARIABLE, SECRET)


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, "127.0.0.1"),
        pytest.param(socket.AF_INET6, "::1", marks=pytest.mark.skipif(not HAS_IPV6, reason="this machine has no ::1")),
    ],
)
@pytest.mark.usefixtures("_secret")
def test_a_port_that_another_program_has_on_localhost_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], family: socket.AddressFamily, address: str
) -> None:
    """A browser may go to that program, which would get the code."""
    with socket.socket(family) as neighbour:
        neighbour.bind((address, 0))
        neighbour.listen()
        port = neighbour.getsockname()[1]
        path = str(tmp_path / "config.json")
        assert authorize.main(["--client-id", "1234567", "--config", path, "--port", str(port), "--no-browser"]) == 1
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            assert address == "127.0.0.1", "nothing of ours listens any more"
    said = capsys.readouterr()
    assert f"Port {port} of this machine can't be used on {address} (Address already in use)" in said.err
    assert "--port" in said.err
    assert said.out == ""


def test_consent_has_a_time_limit() -> None:
    with ConsentListener(0) as listener, pytest.raises(Exception, match="Access was not granted within 0 minutes"):
        listener.wait_for_code(0.0)
