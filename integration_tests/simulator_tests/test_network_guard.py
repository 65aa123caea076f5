"""Nothing that a test does, or that a process it starts does, leaves this machine or the day on which tests play."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pendulum
import pytest
import requests

from integration_tests.network_guard.clock import DAY
from integration_tests.support.processes import clean_environment, run_to_its_end

OUTSIDE = "203.0.113.7"  # an address reserved for documentation: nobody answers there
REJECTION = "Tests may talk to this machine only"


@pytest.mark.parametrize("url", [f"http://{OUTSIDE}/", "https://api.pinterest.com/v5/boards"], ids=["address", "name"])
def test_a_test_cannot_leave_the_machine(url: str) -> None:
    with pytest.raises(RuntimeError, match=REJECTION):
        requests.get(url, timeout=1)


def test_this_process_plays_on_the_test_day() -> None:
    assert {str(datetime.now(UTC).date()), str(pendulum.now("UTC").date())} == {os.environ[DAY]}


def test_a_new_child_process_has_the_same_clock_and_cannot_leave_the_machine() -> None:
    script = f"""if True:
        import socket
        from datetime import UTC, datetime
        print(datetime.now(UTC).isoformat(), flush=True)
        socket.create_connection(({OUTSIDE!r}, 443), timeout=1)"""
    child = subprocess.run(
        [sys.executable, "-c", script], env=clean_environment(""), capture_output=True, text=True, check=False
    )
    assert_now(child.stdout)
    assert child.returncode != 0
    assert REJECTION in child.stderr


def test_a_copied_child_process_has_the_same_clock() -> None:
    assert_now(run_to_its_end([], clean_environment(""), print_now).stdout.decode())


def print_now() -> None:
    print(datetime.now(UTC).isoformat())  # noqa: T201 - the test reads it


def assert_now(said: str) -> None:
    difference = datetime.now(UTC) - datetime.fromisoformat(said.strip())
    assert timedelta(0) <= difference < timedelta(minutes=1)
