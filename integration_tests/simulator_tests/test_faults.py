"""What a scripted fault answers where the fault table cannot show it, and how the simulator starts."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from integration_tests.simulator import Fault, FaultKind
from integration_tests.simulator_tests.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.worlds import simulated

PINS = "boards/list_pins"
sim = simulated(lambda: World(boards=3, pins_per_board=60), profile="ample")


@pytest.fixture
def api(sim: Simulator) -> Iterator[Client]:
    with Client(sim) as client:
        yield client


def test_a_throttled_response_has_one_hint_of_how_long_to_wait(sim: Simulator, api: Client) -> None:
    for hint, told in [
        ("reset", {"x-ratelimit-reset": "64800"}),
        ("retry_after", {"Retry-After": "64800"}),
        ("none", {}),
    ]:
        sim.add_fault(Fault("rate_limited", hint=hint, seconds=64_800))
        headers = api.call("boards/list").headers
        assert {name: headers[name] for name in ("x-ratelimit-reset", "Retry-After") if name in headers} == told, hint

    sim.add_faults([Fault("retry_after_400", seconds=5), Fault("last_90_days_400")])
    assert "Retry after 5 seconds" in api.call("boards/list").json()["message"]
    assert "last 90 days" in api.call("boards/list").json()["message"]


def test_rows_can_be_of_another_day_id_or_account(sim: Simulator, api: Client) -> None:
    def asked() -> list[dict[str, str]]:
        rows: list[dict[str, str]] = api.call("campaigns/analytics", columns="CAMPAIGN_ID,AD_ACCOUNT_ID").json()
        return rows

    proper = asked()
    changed = {
        FaultKind.ROWS_WITH_TIMES: [{**row, "DATE": f"{row['DATE']}T08:00:00"} for row in proper],
        FaultKind.ROWS_OF_ANOTHER_DAY: [
            one for row in proper for one in ({**row, "DATE": f"2016{row['DATE'][4:]}"}, row)
        ],
        FaultKind.ROWS_OF_ANOTHER_ID: [one for row in proper for one in ({**row, "CAMPAIGN_ID": "1"}, row)],
        FaultKind.ROWS_OF_ANOTHER_ACCOUNT: [{**row, "AD_ACCOUNT_ID": "1"} for row in proper],
    }
    assert proper
    for kind, rows in changed.items():
        sim.add_fault(Fault(kind, on="campaigns/analytics"))
        assert asked() == rows, kind


def test_an_empty_page_may_have_a_bookmark_that_goes_on(sim: Simulator, api: Client) -> None:
    path = legal_calls(sim.world)[PINS].path
    whole = api.pages(path)
    sim.add_fault(Fault("empty_page_with_bookmark", on=PINS, after=1, times=2))

    assert api.pages(path) == [whole[0], [], [], *whole[1:]]


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
