"""The simulator stops whatever its connections do, notes what happened, and runs as a process of its own."""

import gc
import json
import signal
import socket
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from integration_tests.simulator import Fault
from integration_tests.simulator.__main__ import parse
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

ROOT = Path(__file__).parents[2]
SIZES = ("--boards", "2", "--pins-per-board", "3,4", "--ad-accounts", "1", "--campaigns", "60", "--profile", "trial")
STOPPING_SECONDS = 20


@pytest.mark.parametrize("fault", [Fault("never_answers"), Fault("slow", seconds=600)], ids=lambda fault: fault.kind)
def test_a_call_without_an_answer_does_not_hold_the_stop_up(fault: Fault) -> None:
    """A simulator that does not stop raises an error."""
    with Simulator(faults=[fault]) as sim, Client(sim) as api:
        address = urlsplit(sim.origin)
        with socket.create_connection((str(address.hostname), int(address.port or 0))) as waiting:
            waiting.sendall(b"GET /v5/boards HTTP/1.1\r\nHost: x\r\n\r\n")
            while not sim.calls("boards/list"):
                api.get("/user_account")
            sim.__exit__(None, None, None)


def call_until_refused(port: int) -> None:
    with suppress(OSError):
        while True:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"GET /v5/boards HTTP/1.1\r\nHost: x\r\n\r\n")
                connection.recv(1)


def test_connections_that_are_made_while_it_stops_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is left open makes itself heard when it is collected."""
    left_open: list[Any] = []
    gc.collect()
    monkeypatch.setattr(sys, "unraisablehook", left_open.append)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        for _ in range(5):
            with Simulator() as sim:
                callers = [Thread(target=call_until_refused, args=(urlsplit(sim.origin).port,)) for _ in range(4)]
                for caller in callers:
                    caller.start()
            for caller in callers:
                caller.join()
        gc.collect()

    assert left_open == []


def test_a_defect_of_the_simulator_fails_the_test_that_meets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(_world: World) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(World, "account_indexes", defect)
    with pytest.raises(RuntimeError, match="broken"), Simulator() as sim, Client(sim) as api:
        assert api.get("/ad_accounts").status_code == 500


def test_the_log_of_each_simulator_holds_what_a_test_wants_to_know() -> None:
    with Simulator() as sim, Simulator() as other, Client(sim) as api:
        answer = api.call("campaigns/analytics")
        [entry] = sim.log

    assert other.log == []
    assert (entry.operation_id, entry.method, entry.status) == ("campaigns/analytics", "GET", 200)
    assert entry.category == "ads_analytics"
    assert entry.path_parameters == {"ad_account_id": sim.world.account_id(0)}
    assert entry.path == f"/v5/ad_accounts/{sim.world.account_id(0)}/campaigns/analytics"
    assert entry.values("columns") == ["SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"]
    assert len(entry.values("campaign_ids")) == 3
    assert entry.headers["user-agent"].startswith("python-requests")
    assert entry.body_bytes == len(answer.content)


def test_the_command_serves_its_world_shows_its_log_and_ends_well_on_sigterm() -> None:
    command = [sys.executable, "-m", "integration_tests.simulator", *SIZES]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process, requests.Session() as http:
        assert process.stdout is not None
        app = json.loads(process.stdout.readline())
        form = {"grant_type": "refresh_token", "refresh_token": app["refresh_token"]}
        auth = (app["client_id"], app["client_secret"])
        token = http.post(f"{app['url']}/oauth/token", data=form, auth=auth, timeout=10).json()["access_token"]
        log = app["url"].replace("/v5", "/_simulator/log")
        http.delete(log, timeout=10)
        answer = http.get(f"{app['url']}/boards", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        entries = http.get(log, timeout=10).json()
        process.send_signal(signal.SIGTERM)

        assert process.wait(STOPPING_SECONDS) == 0
    assert [board["pin_count"] for board in answer.json()["items"]] == [3, 4]
    assert answer.headers["x-ratelimit-limit"].startswith("1000, ")
    assert [(entry["operation_id"], entry["status"]) for entry in entries] == [("boards/list", 200)]


def test_the_command_explains_its_options_and_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "--port N port on 127.0.0.1 (default: a free one)" in told
    assert "--active-percent N share of days on which a campaign has numbers (default: 80)" in told
    assert (
        "more than enough, of Standard access, of Trial access, or of the documents of 2022 (default: standard)" in told
    )

    with Simulator() as sim:
        command = [sys.executable, "-m", "integration_tests.simulator", "--port", str(urlsplit(sim.url).port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The port can't be used (Address already in use). Choose another with --port.\n"
