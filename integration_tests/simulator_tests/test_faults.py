"""What a scripted fault answers where the fault table cannot show it, and how the simulator starts."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from integration_tests.simulator_tests.api_client import Client
from integration_tests.support.pinterest import Simulator, World

ROOT = Path(__file__).parents[2]
SIZES = ("--boards", "2", "--pins-per-board", "3,4", "--profile", "trial")
STOPPING_SECONDS = 20


def test_a_defect_of_the_simulator_fails_the_test_that_meets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(_world: World) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(World, "account_indexes", defect)
    with pytest.raises(RuntimeError, match="broken"), Simulator() as sim, Client(sim) as api:
        assert api.get("/ad_accounts").status_code == 500


def test_the_command_serves_its_world_and_ends_well_on_sigterm() -> None:
    command = [sys.executable, "-m", "integration_tests.simulator", *SIZES]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        app = json.loads(process.stdout.readline())
        form = {"grant_type": "refresh_token", "refresh_token": app["refresh_token"]}
        auth = (app["client_id"], app["client_secret"])
        token = requests.post(f"{app['url']}/oauth/token", data=form, auth=auth, timeout=10).json()["access_token"]
        answer = requests.get(f"{app['url']}/boards", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        process.send_signal(signal.SIGTERM)

        assert process.wait(STOPPING_SECONDS) == 0
    assert [board["pin_count"] for board in answer.json()["items"]] == [3, 4]
    assert answer.headers["x-ratelimit-limit"].startswith("1000, ")


def test_the_command_says_that_a_port_is_taken() -> None:
    with Simulator() as sim:
        command = [sys.executable, "-m", "integration_tests.simulator", "--port", str(urlsplit(sim.url).port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The port can't be used (Address already in use). Choose another with --port.\n"
