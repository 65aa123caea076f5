"""A look of `make live` ends in a report where the account, the network or Pinterest stops it."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import requests_mock

from integration_tests.command_tests.looks_said import FIRST_LEVELS, NAMES, SPLITS, state_of
from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.simulator.access.no_access import NoAccess
from integration_tests.support.looks import assert_modest, looked_at, small_account
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import clean_environment, run_to_its_end
from integration_tests.support.truth import OWN_REPORT_KEYS, REPORT_KEYS
from integration_tests.tools.live.calls import Calls
from integration_tests.tools.live.questions import ANSWERED, NOT_REACHED, NOT_SEEN
from integration_tests.tools.live.quota_headers import RECORDED
from integration_tests.tools.live.reports import FIRST_PAUSE_SECONDS, PATIENCE_SECONDS
from integration_tests.tools.live.run import look_at, written
from source_pinterest.api import BASE_URL_VARIABLE, Api
from source_pinterest.config import Config
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE

NO_TOKEN = "Pinterest can't be reached for a token: check the network, and try again later."


def test_a_stream_that_is_refused_is_told(tmp_path: Path) -> None:
    refused = {"campaigns/list": NoAccess.RESTRICTED}
    with Simulator(small_account(), no_access=refused) as sim:
        report = looked_at(sim, tmp_path)
    assert report["streams"]["campaigns"]["call"] == "HTTP 401, code 3"
    assert report["streams"]["boards"]["call"] == "taken"
    assert state_of(report, "commas") == (NOT_SEEN, "The account has no campaigns.")


def test_an_account_without_ads_has_organic_answers(tmp_path: Path) -> None:
    with Simulator(small_account(ad_accounts=0)) as sim:
        report = looked_at(sim, tmp_path)
    assert state_of(report, "report_grain") == (NOT_SEEN, "The account has no ad_accounts.")
    assert report["questions"]["profile_lag"]["state"] == ANSWERED
    assert report["streams"]["user_account_analytics_by_source"]["call"] == "taken"
    assert report["not_reached"] == []


def test_a_quota_that_is_used_up_leaves_what_was_seen(tmp_path: Path) -> None:
    with Simulator(small_account(), profile="trial", daily_share=0.02) as sim:
        report = looked_at(sim, tmp_path)
    assert report["stopped_because"] == "Pinterest allows no more calls for now"
    assert report["questions"]["throttled_call"]["seen"]["code"] == 8
    assert report["questions"]["rate_limit_headers"]["seen"]["forms"] == {RECORDED: report["calls"]["made"]}
    assert state_of(report, "profile_lag") == (NOT_REACHED, "Pinterest allows no more calls for now.")
    assert "pins" in report["not_reached"]
    assert report["streams"]["campaigns"]["records"] == 2


def test_reports_that_take_their_time_are_waited_for(tmp_path: Path) -> None:
    with Simulator(small_account(), report_seconds=100) as sim:
        report = looked_at(sim, tmp_path)
    assert {told["ended"] for told in report["reports"].values()} == {"FINISHED"}
    assert set(report["not_reached"]) <= {*SPLITS, *(REPORT_KEYS.keys() - FIRST_LEVELS)}


def test_whoever_interrupts_has_what_was_seen(tmp_path: Path) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with Simulator(small_account(), report_seconds=100) as sim:
        report = looked_at(sim, tmp_path, sleep=interrupted)
    assert report["stopped_because"] == "Interrupted"
    assert report["streams"]["pins"]["call"] == "taken"


def test_reports_that_never_come_are_told(tmp_path: Path) -> None:
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        sim.advance(seconds)

    with Simulator(small_account(), report_seconds=100_000) as sim:
        report = looked_at(sim, tmp_path, sleep=wait)
    assert 600 < sum(seconds for seconds in waited if seconds >= FIRST_PAUSE_SECONDS) <= PATIENCE_SECONDS
    assert {*report["streams"]} >= NAMES - {*REPORT_KEYS, *OWN_REPORT_KEYS, *SPLITS}
    assert "FINISHED" not in {told["ended"] for told in report["reports"].values()}
    assert state_of(report, "report_grain") == (NOT_REACHED, "The report was not ready in time.")


def test_what_passes_is_asked_once_more(tmp_path: Path) -> None:
    faults = [
        Fault(FaultKind.TRANSIENT_400, on="campaigns/list"),
        Fault(FaultKind.UNAVAILABLE, on="pins/list"),
        Fault(FaultKind.TOKEN_EXPIRED, on="ads/list"),
    ]
    with Simulator(small_account(), faults=faults) as sim:
        streams = looked_at(sim, tmp_path)["streams"]
    assert {streams[name]["call"] for name in ("campaigns", "pins", "ads")} == {"taken"}


def test_a_body_that_is_no_json_is_told(tmp_path: Path) -> None:
    with Simulator(small_account(), faults=[Fault(FaultKind.MALFORMED_JSON, on="boards/list", times=None)]) as sim:
        report = looked_at(sim, tmp_path)
    assert report["streams"]["boards"]["call"] == "HTTP 200, not JSON"
    assert report["streams"]["pins"]["call"] == "taken"


def test_a_call_that_nobody_answers_costs_itself(tmp_path: Path) -> None:
    faults = [Fault(FaultKind.RESET_BEFORE_BODY, on="boards/list", times=None)]
    with Simulator(small_account(), faults=faults) as sim:
        streams = looked_at(sim, tmp_path)["streams"]
    assert streams["boards"]["call"] == "no answer"
    assert streams["pins"]["call"] == "taken"


def test_an_answer_in_a_shape_that_nobody_foresaw_costs_itself(tmp_path: Path) -> None:
    def alter(_entry: Any, answer: Any) -> Any:
        return {"all": {"daily_metrics": [{**day, "date": "soon"} for day in answer["all"]["daily_metrics"]]}}

    with Simulator(small_account()) as sim:
        sim.alter("user_account/analytics", alter)
        sim.alter("boards/list", lambda _entry, _page: {"boards": []})
        report = looked_at(sim, tmp_path)
    shape = {name for name, told in report["streams"].items() if "answer" in told}
    assert shape == {"user_account_analytics", "boards"}
    assert report["streams"]["pins"]["call"] == "taken"


@pytest.fixture
def report_path(tmp_path: Path) -> Path:
    return tmp_path / "live-report.json"


def test_the_command_prints_what_it_writes(tmp_path: Path, report_path: Path) -> None:
    """In tables that fit into a terminal; a rotated token is in the config file by then."""
    path = tmp_path / "config.json"
    with Simulator(small_account(), profile="ample", refresh_rotation=Rotation.REVOKE, report_seconds=0) as sim:
        path.write_text(json.dumps(sim.config()), encoding="utf-8")
        done = run_to_its_end(
            ["-m", "integration_tests.tools.live", str(path), str(report_path)], clean_environment(sim.url)
        )
        assert_modest(sim)
        assert json.loads(path.read_text(encoding="utf-8")) == sim.config()
    assert (done.returncode, done.stderr) == (0, b"")
    shown_text = done.stdout.decode()
    lines = shown_text.splitlines()
    assert max(map(len, lines)) <= 100
    assert "attach it to an issue" in shown_text
    questions = json.loads(report_path.read_text(encoding="utf-8"))["questions"]
    shown = [line for line in lines if line.startswith("│")]
    assert {name for name in questions if not any(line.startswith(f"│ {name} ") for line in shown)} == set()


@pytest.mark.parametrize("rotation", [Rotation.REVOKE, Rotation.NONE])
def test_a_token_that_still_works_does_not_keep_it_from_seeing_a_rotation(
    rotation: Rotation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `authorize` writes holds one, and the report is not to say of it what nobody has tried."""
    path = tmp_path / "config.json"
    monkeypatch.setenv(SAVE_TOKENS_VARIABLE, "1")
    with Simulator(small_account(), profile="ample", refresh_rotation=rotation, report_seconds=0) as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        config = sim.config()
        config["credentials"] |= {"access_token": sim.access_token(), "token_expiry_date": "2999-01-01T00:00:00Z"}
        path.write_text(json.dumps(config), encoding="utf-8")
        answer = look_at(path, sim.advance)["questions"]["token_rotation"]["seen"]
        assert answer == {"another_refresh_token_came": rotation is Rotation.REVOKE}
        saved = json.loads(path.read_text(encoding="utf-8"))["credentials"]
        assert saved["refresh_token"] == sim.config()["credentials"]["refresh_token"]


def ends_with(path: Path, report_path: Path) -> str:
    """The sentence with which the command ends, and the exit code 1."""
    with pytest.raises(SystemExit) as ended:
        written(path, report_path, lambda _: None)
    assert not report_path.exists()
    return str(ended.value.code)


def test_without_a_config_it_says_what_it_needs(tmp_path: Path, report_path: Path) -> None:
    path = tmp_path / "config.json"
    assert (
        ends_with(path, report_path)
        == f"make live needs {path}: a connector config with credentials of a Pinterest account."
    )


def test_a_token_that_is_refused_is_told(tmp_path: Path, report_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.json"
    sentence = (
        f"Pinterest does not take the token in {path}: get another one with python -m source_pinterest.authorize, "
        "and put it there."
    )
    with Simulator(small_account()) as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        path.write_text(json.dumps({"credentials": {"auth_method": "access_token", "access_token": "false"}}))
        assert ends_with(path, report_path) == sentence
        config = sim.config()
        config["credentials"]["refresh_token"] = "false"
        path.write_text(json.dumps(config), encoding="utf-8")
        assert ends_with(path, report_path) == sentence


def test_a_token_costs_a_call_at_most_twice(tmp_path: Path, report_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.json"
    for kind in (FaultKind.RATE_LIMITED, FaultKind.UNAVAILABLE):
        with Simulator(small_account(), faults=[Fault(kind, on="oauth/token", times=None)]) as sim:
            monkeypatch.setenv("PINTEREST_API_URL", sim.url)
            path.write_text(json.dumps(sim.config()), encoding="utf-8")
            assert ends_with(path, report_path) == NO_TOKEN
            assert len(sim.log) == 1


@pytest.mark.parametrize(
    ("how", "sentence"),
    [("refresh_token", NO_TOKEN), ("access_token", "Pinterest can't be reached: check the network.")],
)
def test_without_a_network_it_says_so(
    how: str, sentence: str, tmp_path: Path, report_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.json"
    with Simulator(small_account()) as sim:
        config = sim.config() if how == "refresh_token" else sim.access_token_config()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PINTEREST_API_URL", f"http://127.0.0.1:{unused.getsockname()[1]}/v5")
        path.write_text(json.dumps(config), encoding="utf-8")
        assert ends_with(path, report_path) == sentence


@pytest.mark.parametrize(
    ("url", "found"),
    [("https://files.example/report", [b"[]"]), ("https://127.0.0.1/report", None), ("http://files.example/", None)],
)
def test_links_to_reports_are_checked_as_in_a_sync(
    url: str, found: list[bytes] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(BASE_URL_VARIABLE, raising=False)
    token = {"auth_method": "access_token", "access_token": "false-access-token"}
    api = Api.connect(Config.from_mapping({"credentials": token}), lambda _: None, lambda: None)
    with requests_mock.Mocker() as mock:
        mock.get(requests_mock.ANY, text="[]")
        assert Calls(api, lambda _: None).file(url, list) == found
    assert mock.called is bool(found)
