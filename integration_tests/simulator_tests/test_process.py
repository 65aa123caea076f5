"""The simulator stops whatever its connections do, and another process can drive it."""

import gc
import json
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from integration_tests.simulator import Fault
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

ROOT = Path(__file__).parents[2]
STARTING_SECONDS = 20


def session() -> requests.Session:
    one = requests.Session()
    one.trust_env = False
    return one


# -- in a thread


@pytest.mark.parametrize("fault", [Fault("never_answers"), Fault("slow", seconds=600)], ids=lambda fault: fault.kind)
def test_a_call_without_an_answer_does_not_hold_the_stop_up(fault: Fault) -> None:
    """A simulator that does not stop raises an error."""
    with Simulator(faults=[fault]) as sim, Client(sim) as api:
        address = urlsplit(sim.origin)
        assert address.hostname
        assert address.port
        with socket.create_connection((address.hostname, address.port)) as waiting:
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
        for _ in range(10):
            with Simulator() as sim:
                callers = [Thread(target=call_until_refused, args=(urlsplit(sim.origin).port,)) for _ in range(4)]
                for caller in callers:
                    caller.start()
            for caller in callers:
                caller.join()
        gc.collect()

    assert left_open == []


def test_simulators_do_not_disturb_each_other() -> None:
    with Simulator(World(boards=1)) as one, Simulator(World(boards=2)) as other:
        with Client(one) as first, Client(other) as second:
            assert [len(api.get("/boards").json()["items"]) for api in (first, second)] == [1, 2]
        assert len(one.calls("boards/list")) == len(other.calls("boards/list")) == 1
        assert one.url != other.url


def test_a_defect_of_the_simulator_fails_the_test_that_meets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(_world: World) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(World, "account_indexes", defect)
    with pytest.raises(RuntimeError, match="broken"), Simulator() as sim, Client(sim) as api:
        assert api.get("/ad_accounts").status_code == 500


def test_the_log_holds_what_a_test_wants_to_know() -> None:
    with Simulator() as sim, Client(sim) as api:
        answer = api.call("campaigns/analytics")
        entry = sim.calls("campaigns/analytics")[0]

    assert (entry.method, entry.status, entry.category) == ("GET", 200, "ads_analytics")
    assert entry.path_parameters == {"ad_account_id": sim.world.account_id(0)}
    assert entry.path == f"/v5/ad_accounts/{sim.world.account_id(0)}/campaigns/analytics"
    assert entry.values("columns") == ["SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"]
    assert len(entry.values("campaign_ids")) == 3
    assert entry.headers["user-agent"].startswith("python-requests")
    assert entry.body_bytes == len(answer.content)


# -- as a process of its own


class Process:
    """A simulator started from the command line."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "integration_tests.simulator", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.credentials = json.loads(self.process.stdout.readline())
        self.url = str(self.credentials.pop("url"))
        self.control_url = self.url.removesuffix("/v5") + "/_simulator"
        self.http = session()

    def control(self, method: str, name: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{self.control_url}/{name}", json=body, timeout=10)
        assert answer.status_code == 200
        return answer.json()

    def stop(self) -> int:
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout is not None
        with self.process.stdout:
            return self.process.wait(STARTING_SECONDS)


SIZES = ("--boards", "2", "--pins-per-board", "3,4", "--ad-accounts", "1", "--campaigns", "60", "--profile", "trial")


def started(*options: str) -> Iterator[Process]:
    one = Process(*SIZES, *options)
    yield one
    assert one.stop() == 0


def token_of(process: Process) -> str:
    """An access token by way of the credentials that the process showed."""
    form = {"grant_type": "refresh_token", "refresh_token": process.credentials["refresh_token"]}
    auth = (process.credentials["client_id"], process.credentials["client_secret"])
    return str(process.http.post(f"{process.url}/oauth/token", data=form, auth=auth, timeout=10).json()["access_token"])


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    yield from started()


@pytest.fixture(scope="module")
def token(process: Process) -> str:
    return token_of(process)


def get(process: Process, token: str, path: str) -> requests.Response:
    return process.http.get(process.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=10)


@pytest.fixture
def faulty_process(tmp_path: Path) -> Iterator[Process]:
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps([{"kind": "503", "on": "boards/list", "after": 1}]), encoding="utf-8")
    yield from started("--faults", str(faults))


def test_the_command_line_sets_world_behaviour_and_faults(faulty_process: Process) -> None:
    token = token_of(faulty_process)
    answers = [get(faulty_process, token, "/boards") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 503, 200]
    assert len(answers[0].json()["items"]) == 2
    assert answers[0].headers["x-ratelimit-limit"].startswith("1000, ")


def test_another_process_reads_and_resets_the_log(process: Process, token: str) -> None:
    process.control("DELETE", "log")
    get(process, token, "/ad_accounts")
    entries = process.control("GET", "log")

    assert [(entry["operation_id"], entry["status"]) for entry in entries] == [("ad_accounts/list", 200)]


def test_another_process_scripts_faults(process: Process, token: str) -> None:
    process.control("POST", "faults", [{"kind": "500", "on": "ad_accounts/list", "times": None}])
    assert get(process, token, "/ad_accounts").status_code == 500

    process.control("DELETE", "faults")
    assert get(process, token, "/ad_accounts").status_code == 200


def test_another_process_moves_the_clock_of_the_quotas(process: Process, token: str) -> None:
    for _ in range(2):
        before = int(get(process, token, "/ad_accounts").headers["x-ratelimit-remaining"])
    process.control("POST", "advance", {"seconds": 86_400})
    after = int(get(process, token, "/ad_accounts").headers["x-ratelimit-remaining"])

    assert before < after == 999


def test_another_process_edits_and_restates(process: Process, token: str) -> None:
    account = get(process, token, "/ad_accounts").json()["items"][0]["id"]
    campaign = get(process, token, f"/ad_accounts/{account}/campaigns").json()["items"][0]["id"]
    process.control("POST", "edit", {"account": account, "kind": "campaigns", "entity_id": campaign, "at": 7})
    process.control("POST", "restate", {"days_back": 3})

    assert get(process, token, f"/ad_accounts/{account}/campaigns").json()["items"][0]["updated_time"] == 7
