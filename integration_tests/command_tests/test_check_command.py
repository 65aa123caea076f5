"""`check` tells the truth about a token, accounts and a config, as the platform hears it."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import Status, Type

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.commands import run_here
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_main, run_sync
from source_pinterest.cli.authorize import scopes
from source_pinterest.streams import STREAMS

MOST_CALLS = 3 + len([stream for stream in STREAMS if stream.access])
"""A token, one call for each thing that may be rejected, and no more, however large the world."""


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


def check(sim: Simulator, config: dict[str, Any], config_file: Path) -> tuple[bool, str]:
    """Whether `check` succeeded, and its message."""
    config_file.write_text(json.dumps(config), encoding="utf-8")
    return _verdict(run_here(sim, "check", "--config", str(config_file)))


def check_with_main(sim: Simulator, config: dict[str, Any], config_file: Path) -> tuple[bool, str]:
    """The same in a process, which ends well and says nothing beside, whatever comes of it."""
    config_file.write_text(json.dumps(config), encoding="utf-8")
    output = run_main(sim, "check", "--config", str(config_file))
    assert (output.exit_code, output.stderr) == (0, "")
    return _verdict(output)


def _verdict(output: Output) -> tuple[bool, str]:
    assert "Traceback" not in output.text()
    [status] = [message.connectionStatus for message in output.messages if message.type is Type.CONNECTION_STATUS]
    return status.status is Status.SUCCEEDED, status.message or ""


def test_check_passes_in_few_requests_in_a_large_world(config_file: Path) -> None:
    world = World(boards=900, ad_accounts=600)
    with Simulator(world) as sim:
        assert check_with_main(sim, sim.config(), config_file) == (True, "")
        assert len(sim.log) <= MOST_CALLS
        assert check(sim, sim.access_token_config(), config_file) == (True, "")
        assert check(sim, sim.config(account_ids=[world.account_id(0), world.account_id(1)]), config_file)[0]


BOARDS, ACCOUNTS, ACCOUNT = "boards/list", "ad_accounts/list", "ad_accounts/get"


@pytest.mark.parametrize(
    ("kind", "operations", "works", "said"),
    [
        *(("503", [probe], True, "HTTP 503") for probe in (BOARDS, ACCOUNTS)),
        *(("account_rejected_400", [probe], True, "HTTP 400") for probe in (BOARDS, ACCOUNTS)),
        *(("forbidden", [probe], True, "HTTP 403") for probe in (BOARDS, ACCOUNTS)),
        *(("gone", [probe], True, "HTTP 404") for probe in (BOARDS, ACCOUNTS)),
        *(("rate_limited", [probe], True, "until") for probe in (BOARDS, ACCOUNTS)),
        ("503", [BOARDS, ACCOUNTS], False, "HTTP 503"),
        ("rate_limited", [BOARDS, ACCOUNTS], True, "org_read requests"),
        *(
            (kind, [ACCOUNT], False, "")
            for kind in ("forbidden", "account_rejected_400", "missing_scope", "restricted")
        ),
        *((kind, [ACCOUNT], True, said) for kind, said in (("503", "HTTP 503"), ("rate_limited", "until"))),
    ],
)
def test_check_fails_only_if_nothing_or_a_named_account_cannot_be_read_and_warns_of_the_rest(
    config_file: Path, kind: str, operations: list[str], said: str, *, works: bool
) -> None:
    world = World(boards=1, ad_accounts=2)
    faults = [Fault(kind, on=operation, times=None, seconds=4_000) for operation in operations]
    with Simulator(world, faults=faults) as sim:
        named = {"account_ids": [world.account_id(0)]} if ACCOUNT in operations else {}
        config = sim.config(**named, max_retries=0, request_timeout_seconds=1)
        passed, message = check(sim, config, config_file)
    assert passed is works
    assert message
    assert said in message


def test_a_network_without_a_connection_is_one_sentence(config_file: Path) -> None:
    with Simulator() as sim:
        config = sim.access_token_config(max_retries=0, max_wait_minutes=0)
    passed, said = check(sim, config, config_file)
    assert not passed
    assert said.count("could not be reached") == 1


def test_check_names_each_permission_that_the_token_lacks(config_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    granted = ("ads:read", "boards:read", "pins:read", "user_accounts:read")
    with Simulator(World(boards=1), scopes=granted) as sim, caplog.at_level(logging.INFO):
        assert check(sim, sim.config(), config_file) == (True, "")
    missing = set(scopes().split(",")).difference(granted)
    assert [scope for scope in missing if f"permission {scope}," not in caplog.text] == []


def test_check_with_app_credentials_names_the_streams_they_can_not_read(
    config_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    report = {"name": "roas", "level": "CAMPAIGN", "granularity": "WEEK", "columns": ["SPEND_IN_DOLLAR", "NEW_ONE"]}
    with Simulator() as sim, caplog.at_level(logging.INFO):
        assert check(sim, sim.app_config(custom_reports=[report]), config_file) == (True, "")
        assert not [entry for entry in sim.log if entry.status in {401, 403}]
    [told] = [message for message in caplog.messages if message.startswith("App Credentials")]
    for stream in ("keyword_report", "catalogs", "order_lines", "user_account_analytics", "custom_roas"):
        assert f" {stream}" in told
    assert " campaigns" not in told


@pytest.mark.parametrize(
    ("misspelled", "value", "option"),
    [
        ("ad_account_ids", ["549755885175"], "account_ids"),
        ("startdate", "2026-01-01", "start_date"),
        ("analytics_colums", ["SPEND_IN_DOLLAR"], "analytics_columns"),
    ],
)
def test_an_unknown_option_fails_check_and_read_before_the_first_request(
    misspelled: str, value: object, option: str, config_file: Path
) -> None:
    message = f"{misspelled} is not an option. Did you mean {option}?"
    with Simulator(World(boards=1)) as sim:
        config = sim.config(**{misspelled: value})
        assert check(sim, config, config_file) == (False, message)
        output = run_sync(sim, ["boards"], config=config)
        assert (output.exit_code, [error.message for error in output.errors]) == (1, [message])
        assert sim.log == []


def test_check_names_each_account_that_can_not_be_read_and_those_that_can(config_file: Path) -> None:
    world = World(ad_accounts=2)
    unreadable = [world.foreign_account_id, "549755999999"]
    with Simulator(world) as sim:
        passed, said = check(sim, sim.config(account_ids=[world.account_id(1), *unreadable]), config_file)
        assert len(sim.log) <= MOST_CALLS + len(unreadable) + 1
    assert not passed
    unread, _, readable = said.partition(" This user may read ")
    known = [world.account_id(0), world.account_id(1)]
    assert [account in unread for account in (*unreadable, known[1])] == [True, True, False]
    assert [account in readable for account in (*unreadable, *known)] == [False, False, True, True]


def test_credentials_that_do_not_work_have_the_remedy_of_their_method(config_file: Path) -> None:
    revoked = [Fault(FaultKind.TOKEN_REVOKED, on="oauth/token", status=400)]
    with Simulator(scopes=("catalogs:read",)) as sim:
        of_user, of_app, token = sim.config(), sim.app_config(), sim.access_token_config()
        for config, faults, remedy in (
            (with_credentials(of_user, client_secret="false-and-wrong"), [], "Pinterest rejects the Client ID or the"),
            (with_credentials(of_app, client_secret="false-and-wrong"), [], "switch on two-factor sign-in"),
            (with_credentials(token, access_token="false-expired"), [], "sandbox, which is another host. Enter a new"),
            (of_app, [], "ads:read. Choose OAuth2.0 as Authorization Method, and grant it, or leave"),
            (token, [], "ads:read. Enter a token that has it, or leave"),
            (of_user, revoked, "Pinterest rejects the refresh token: it has expired, was revoked or was replaced"),
        ):
            for fault in faults:
                sim.add_fault(fault)
            passed, said = check(sim, config, config_file)
            assert not passed
            assert remedy in said
            assert "click" not in said or config["credentials"]["auth_method"] != "client_credentials", said


def with_credentials(config: dict[str, Any], **changes: str) -> dict[str, Any]:
    return {"credentials": {**config["credentials"], **changes}}


def test_check_accepts_what_read_accepts(config_file: Path) -> None:
    report = {
        "name": "roas",
        "level": "campaign",
        "granularity": "week",
        "columns": ["SPEND_IN_DOLLAR"] * 2,
        "attribution_types": ["individual"],
        "campaign_statuses": ["running"],
        "start_date": "",
    }
    options = {
        "status": ["active"],
        "trend_regions": ["gb+ie"],
        "conversion_report_time": "time_of_conversion",
        "analytics_columns": ["", "spend_in_dollar", "SPEND_IN_DOLLAR"],
        "custom_reports": [report],
    }
    with Simulator(World(ad_accounts=1)) as sim:
        account = sim.world.account_id(0)
        config = sim.config(**options, account_ids=[account, account], exclude_account_ids=["1", 1])
        assert check(sim, config, config_file) == (True, "")
        assert run_sync(sim, ["campaigns", "custom_roas"], config=config).errors == []


def test_a_bad_value_is_one_sentence_that_names_the_option(config_file: Path) -> None:
    with Simulator() as sim:
        passed, said = check_with_main(sim, sim.config(start_date="first of May"), config_file)
        assert sim.log == []
    assert not passed
    assert said.startswith("Start Date")
    assert said.endswith(".")


def test_all_ad_accounts_excluded_fail_the_check_and_are_warned_of_by_a_read(config_file: Path) -> None:
    with Simulator(World(boards=1, ad_accounts=2)) as sim:
        config = sim.config(exclude_account_ids=[sim.world.account_id(number) for number in range(2)])
        is_fine, message = check(sim, config, config_file)
        output = run_sync(sim, ["campaigns"], config=config)

    assert not is_fine
    assert str(message).startswith("Excluded Ad Account IDs: all ad accounts are excluded.")
    assert output.exit_code == 0
    assert "Excluded Ad Account IDs has all 2 ad accounts, so nothing of them is read." in " ".join(output.warnings())


def test_an_empty_catalog_is_warned_of() -> None:
    with Simulator(World(boards=0)) as sim:
        assert run_sync(sim, []).warnings() == ["The catalog selects no stream, so nothing is read."]


def test_the_last_error_has_each_sentence_once_with_its_streams() -> None:
    with Simulator(World(boards=1)) as sim:
        config = sim.config()
        config["credentials"]["refresh_token"] = "pinr.false-and-expired"
        expired = run_sync(sim, ["boards", "ad_accounts", "campaigns"], config=config).errors[-1].message
        mistyped = run_sync(sim, ["boards", "campaings"]).text()

    assert expired.startswith("Pinterest rejects the refresh token")
    assert expired.count("Pinterest rejects") == 1
    assert set(expired.rpartition("Not read to their end: ")[2].rstrip(".").split(", ")) == {
        "boards",
        "ad_accounts",
        "campaigns",
    }
    assert "campaings is not a stream of this connector, so nothing is read for it. Did you mean campaigns?" in mistyped
