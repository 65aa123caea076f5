"""A defect of the simulator fails its test, and the simulator runs as a process of its own."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from integration_tests.simulator_tests.api_client import Client
from integration_tests.support.pinterest import Simulator, World

ROOT = Path(__file__).parents[2]


def test_a_defect_of_the_simulator_fails_the_test_that_meets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(_world: World) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(World, "account_indexes", defect)
    with pytest.raises(RuntimeError, match="broken"), Simulator() as sim, Client(sim) as api:
        assert api.get("/ad_accounts").status_code == 500


def test_the_command_says_that_a_port_is_taken() -> None:
    with Simulator() as sim:
        command = [sys.executable, "-m", "integration_tests.simulator", "--port", str(urlsplit(sim.url).port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The port can't be used (Address already in use). Choose another with --port.\n"
