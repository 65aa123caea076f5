"""The guard itself: nothing that a test does, or that a process it starts does, leaves this machine."""

import socket
import subprocess
import sys

import pytest
import requests

OUTSIDE = "203.0.113.7"  # an address reserved for documentation: nobody answers there
REFUSAL = "Tests may talk to this machine only"


@pytest.mark.parametrize("url", [f"http://{OUTSIDE}/", "https://api.pinterest.com/v5/boards"], ids=["address", "name"])
def test_a_test_cannot_leave_the_machine(url: str) -> None:
    with pytest.raises(RuntimeError, match=REFUSAL):
        requests.get(url, timeout=1)


def test_a_child_process_cannot_leave_the_machine() -> None:
    script = f"import socket; socket.create_connection(({OUTSIDE!r}, 443), timeout=1)"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert child.returncode != 0
    assert REFUSAL in child.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_stays_reachable(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection((host, server.getsockname()[1])):
        pass
