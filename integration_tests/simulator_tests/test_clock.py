"""The day on which tests play is that of every process they start."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pendulum

from integration_tests.network_guard.clock import DAY
from integration_tests.support.processes import clean_environment, run_to_its_end

PRINT_NOW = "from datetime import UTC, datetime; print(datetime.now(UTC).isoformat())"


def print_now() -> None:
    print(datetime.now(UTC).isoformat())  # noqa: T201 - the test reads it


def test_this_process_plays_on_the_test_day() -> None:
    assert {str(datetime.now(UTC).date()), str(pendulum.now("UTC").date())} == {os.environ[DAY]}


def test_a_new_child_process_has_the_same_clock() -> None:
    child = subprocess.run(
        [sys.executable, "-c", PRINT_NOW], env=clean_environment(""), capture_output=True, text=True, check=True
    )
    assert_now(child.stdout)


def test_a_copied_child_process_has_the_same_clock() -> None:
    assert_now(run_to_its_end([], clean_environment(""), print_now).stdout.decode())


def assert_now(said: str) -> None:
    difference = datetime.now(UTC) - datetime.fromisoformat(said.strip())
    assert timedelta(0) <= difference < timedelta(minutes=1)
