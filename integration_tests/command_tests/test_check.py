"""`check` names what the token may not read, accounts that are missing, and what is wrong in the config."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Status, Type

from integration_tests.simulator import ALL_SCOPES, Fault, FaultKind
from integration_tests.support.commands import run_here
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_main, run_sync
from source_pinterest.streams import STREAMS

ORGANIC = ("boards:read", "pins:read", "user_accounts:read")
ADS = ("ads:read",)
MOST_CALLS = 6 + len([stream for stream in STREAMS if stream.access])
"""A token, one call for each thing that may be refused, and no more, however large the world."""


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


def check(sim: Simulator, config: dict[str, Any], config_file: Path) -> tuple[bool, str, Output]:
    """Whether `check` succeeded, its message, and all it said."""
    config_file.write_text(json.dumps(config), encoding="utf-8")
    output = run_here(sim, "check", "--config", str(config_file))
    assert "Traceback" not in output.text()
    return *_verdict(output), output


def check_with_main(sim: Simulator, config: dict[str, Any], config_file: Path) -> tuple[bool, str]:
    """The same in a process, which ends well and says nothing beside, whatever comes of it."""
    config_file.write_text(json.dumps(config), encoding="utf-8")
    output = run_main(sim, "check", "--config", str(config_file))
    assert (output.exit_code, output.stderr) == (0, "")
    assert "Traceback" not in output.text()
    return _verdict(output)


def _verdict(output: Output) -> tuple[bool, str]:
    [status] = [message.connectionStatus for message in output.messages if message.type is Type.CONNECTION_STATUS]
    return status.status is Status.SUCCEEDED, status.message or ""


def test_it_passes_in_few_calls_however_large_the_world(config_file: Path) -> None:
    with Simulator(World(boards=900, ad_accounts=600)) as sim:
        assert check(sim, sim.config(), config_file)[:2] == (True, "")
        assert len(sim.log) <= MOST_CALLS


def test_it_passes_with_a_plain_access_token(config_file: Path) -> None:
    with Simulator() as sim:
        assert check(sim, sim.access_token_config(), config_file)[:2] == (True, "")


def test_it_passes_with_app_credentials_and_names_the_streams_they_cannot_read(
    config_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    report = {"name": "roas", "level": "CAMPAIGN", "granularity": "WEEK", "columns": ["SPEND_IN_DOLLAR", "NEW_ONE"]}
    with Simulator() as sim, caplog.at_level(logging.INFO):
        passed, said, _ = check(sim, sim.app_config(custom_reports=[report]), config_file)
        assert (passed, said) == (True, "")
        assert not [entry for entry in sim.log if entry.status in {401, 403}]
    [told] = [message for message in caplog.messages if message.startswith("App Credentials")]
    for stream in ("keyword_report", "catalogs", "order_lines", "user_account_analytics", "custom_roas"):
        assert f" {stream}" in told
    assert " campaigns" not in told


@pytest.mark.parametrize(("granted", "missing"), [(ORGANIC, ADS), (ADS, ORGANIC)])
def test_it_passes_with_one_half_of_the_scopes_and_names_the_other(
    granted: tuple[str, ...], missing: tuple[str, ...], config_file: Path
) -> None:
    with Simulator(scopes=granted) as sim:
        passed, said, _ = check(sim, sim.config(), config_file)
        assert passed
        for scope in missing:
            assert scope in said
        for scope in granted:
            assert f"lacks the permission {scope}" not in said


@pytest.mark.parametrize("missing", [*ORGANIC, *ADS])
def test_each_missing_scope_is_named(missing: str, config_file: Path) -> None:
    with Simulator(scopes=tuple(scope for scope in ALL_SCOPES if scope != missing)) as sim:
        passed, said, _ = check(sim, sim.config(), config_file)
        assert passed
        assert missing in said
        assert "Authenticate again" in said


@pytest.mark.parametrize(
    ("missing", "lost"),
    [
        ("boards:read_secret", "so secret boards are not read."),
        ("pins:read_secret", "so pins on secret boards are not read."),
    ],
)
def test_a_permission_without_which_no_stream_fails_is_named_in_the_log(
    missing: str, lost: str, config_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Simulator(scopes=tuple(scope for scope in ALL_SCOPES if scope != missing)) as sim:
        with caplog.at_level(logging.INFO):
            assert check(sim, sim.config(), config_file)[:2] == (True, "")
        told = [message for message in caplog.messages if "lacks the permission" in message]
        assert told == [f"The token lacks the permission {missing}, {lost}"]


def test_it_fails_with_no_scope_that_helps(config_file: Path) -> None:
    with Simulator(scopes=("catalogs:read",)) as sim:
        passed, said, _ = check(sim, sim.config(), config_file)
        assert not passed
        for scope in (*ORGANIC, *ADS):
            assert scope in said


def test_it_fails_for_an_app_that_is_not_approved(config_file: Path) -> None:
    with Simulator(approved=False) as sim:
        passed, said, _ = check(sim, sim.config(), config_file)
        assert not passed
        assert said.startswith("Pinterest has not approved your app yet (Trial access). Its page under My apps shows")


def test_a_key_that_is_no_option_is_warned_of_in_check_and_read(
    config_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    warning = "excluded_account_ids is not an option. Did you mean exclude_account_ids?"
    with Simulator(World(boards=1)) as sim:
        config = sim.config(excluded_account_ids=["549755885175"])
        assert check(sim, config, config_file)[0]
        assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [warning]
        assert run_sync(sim, ["boards"], config=config).warnings() == [warning]
        assert "549755885175" not in caplog.text


def test_it_fails_for_custom_reports_of_one_table(config_file: Path) -> None:
    reports = [
        {"name": name, "level": "CAMPAIGN", "granularity": "WEEK", "columns": ["SPEND_IN_DOLLAR"]}
        for name in ("weekly campaigns", "weekly_campaigns")
    ]
    with Simulator() as sim:
        passed, said, _ = check(sim, sim.config(custom_reports=reports), config_file)
        assert not passed
        assert "'weekly campaigns' and 'weekly_campaigns' would both become the table custom_weekly_campaigns" in said
        assert not sim.log


@pytest.mark.parametrize("foreign", [1, 2])
def test_it_names_each_account_that_cannot_be_read(foreign: int, config_file: Path) -> None:
    world = World(ad_accounts=2)
    unreadable = [world.foreign_account_id, "549755999999"][:foreign]
    with Simulator(world) as sim:
        config = sim.config(account_ids=[world.account_id(1), *unreadable])
        passed, said, _ = check(sim, config, config_file)
        assert not passed
        for account in unreadable:
            assert account in said
        assert world.account_id(1) not in said
        assert len(sim.log) <= MOST_CALLS + foreign


def test_it_fails_on_a_wrong_organic_account(config_file: Path) -> None:
    with Simulator() as sim:
        passed, said, _ = check(sim, sim.config(account_id=sim.world.foreign_account_id), config_file)
        assert not passed
        assert "not permitted" in said
        assert "request id" in said


def test_it_passes_with_the_accounts_that_can_be_read(config_file: Path) -> None:
    with Simulator() as sim:
        config = sim.config(account_ids=[sim.world.account_id(0), sim.world.account_id(1)])
        assert check(sim, config, config_file)[:2] == (True, "")


@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, FaultKind.GONE])
@pytest.mark.parametrize(("refusing", "calls"), [(1, 4), (9, 3)])
def test_it_passes_though_accounts_refuse_the_reports_that_it_tries_out(
    refusing: int, calls: int, kind: FaultKind, config_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world, create = World(ad_accounts=9), "analytics/create_report"
    accounts = [world.account_id(index) for index in range(refusing)]
    with Simulator(world, faults=[Fault(kind, on=create, account=account, times=None) for account in accounts]) as sim:
        weekly = {"level": "CAMPAIGN", "columns": ["SPEND_IN_DOLLAR"], "granularity": "WEEK", "click_window_days": 7}
        reports = [{"name": f"Number {number}", **weekly} for number in range(3)]
        assert check(sim, sim.config(custom_reports=reports), config_file)[:2] == (True, "")
        assert len(sim.calls(create)) == calls
        assert re.findall(r"Ad account (\d+) can't be read", caplog.text) == accounts[:3]


@pytest.mark.parametrize("on", ["boards/list", "user_account/analytics", "ad_accounts/list"])
def test_an_exhausted_quota_says_until_when_instead_of_waiting(on: str, config_file: Path) -> None:
    with Simulator(faults=[Fault(FaultKind.RATE_LIMITED, on=on, times=None, seconds=31)]) as sim:
        passed, said, _ = check(sim, sim.config(max_wait_minutes=60), config_file)
        assert not passed
        assert re.search(r"until \d{4}-\d\d-\d\d \d\d:\d\d UTC", said), said
        assert len(sim.calls(on)) == 1


@pytest.mark.parametrize("status", [400, 401])
def test_a_revoked_permission_asks_to_authenticate_again(status: int, config_file: Path) -> None:
    with Simulator(faults=[Fault(FaultKind.TOKEN_REVOKED, on="oauth/token", times=None, status=status)]) as sim:
        passed, said, _ = check(sim, sim.config(), config_file)
        assert not passed
        assert "Authenticate again" in said
        assert len(sim.log) == 1


def test_an_expired_access_token_asks_for_another(config_file: Path) -> None:
    with Simulator() as sim:
        config = {"credentials": {"auth_method": "access_token", "access_token": "false-expired-token"}}
        passed, said, _ = check(sim, config, config_file)
        assert not passed
        assert "does not accept the access token" in said


def test_a_pinterest_that_is_down_is_not_asked_for_ever(config_file: Path) -> None:
    with Simulator(faults=[Fault(FaultKind.UNAVAILABLE, times=None)]) as sim:
        passed, said, _ = check(sim, sim.config(max_retries=20), config_file)
        assert not passed
        assert "boards" in said
        assert len(sim.calls("boards/list")) == 3


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"start_date": "first of May"}, "Start Date"),
        ({"start_date": "2999-01-01"}, "Start Date"),
        ({"start_date": "2026-02-30"}, "Start Date"),
        ({"status": ["RUNNING"]}, "Status"),
        ({"status": "ACTIVE"}, "Status"),
        ({"account_id": "my account"}, "Ad Account ID"),
        ({"account_ids": ["549755012345", "x"]}, "Ad Account IDs"),
        ({"account_ids": ["549755012345"], "exclude_account_ids": ["549755012345"]}, "Excluded Ad Account IDs"),
        ({"analytics_columns": ["SPEND IN EURO"]}, "Analytics Columns"),
        ({"lookback_days": -1}, "Lookback Window"),
        ({"max_wait_minutes": 100_000}, "Longest Wait"),
        ({"num_workers": 0}, "Concurrent Workers"),
        ({"num_threads": "many"}, "Concurrent Threads"),
        ({"request_timeout_seconds": 0}, "Request Timeout"),
        ({"max_retries": 0.5}, "Retries"),
        ({"attribution_window": "45/45/1"}, "Attribution Window"),
        ({"conversion_report_time": "WHENEVER"}, "Conversion Report Time"),
        ({"credentials": {"auth_method": "oauth2.0", "client_id": "1234567"}}, "Client Secret"),
        ({"credentials": {}}, "Authorization Method"),
        ({"credentials": {"auth_method": "password"}}, "Authorization Method"),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_the_option(
    options: dict[str, Any], named: str, config_file: Path
) -> None:
    with Simulator() as sim:
        passed, said, output = check(sim, sim.config(**options), config_file)
        assert not passed
        assert named in said
        assert said.endswith(".")
        assert output.errors == []
        assert sim.log == []


def test_a_bad_value_ends_the_process_without_a_traceback(config_file: Path) -> None:
    with Simulator() as sim:
        passed, said = check_with_main(sim, sim.config(start_date="first of May"), config_file)
        assert not passed
        assert "Start Date" in said


def test_a_process_that_passes_says_nothing_beside(config_file: Path) -> None:
    with Simulator() as sim:
        assert check_with_main(sim, sim.config(), config_file) == (True, "")
