"""A sync continues from every shape that a state of an older connector has."""

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration_tests.simulator import Fault
from integration_tests.state_tests.second_syncs import REPORT_DAYS, cursors, day, state_file, windows
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded
from integration_tests.support.catalogs import ADS_ANALYTICS, catalog_of
from integration_tests.support.commands import run_here
from integration_tests.support.days import ago
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.sync_sequences import SyncSequence
from integration_tests.support.syncs import read_arguments, run_sync
from integration_tests.support.worlds import simulated

sim = simulated(lambda: World(boards=0, campaigns=8, ad_groups=6, ads=5, active_percent=25))


def test_a_flat_day_cursor_is_read_for_each_account(sim: Simulator) -> None:
    config, state = sim.config(lookback_days=3), {stream: {"DATE": day(sim, 10)} for stream in ADS_ANALYTICS}
    output = run_sync(sim, ADS_ANALYTICS, config=config, state=state)
    assert_succeeded(output, ADS_ANALYTICS)
    assert_exact(output, sim, ADS_ANALYTICS, start=ago(sim, 13))
    for stream in ADS_ANALYTICS:
        assert windows(sim, stream) == [(day(sim, 13), day(sim, 0))] * sim.world.ad_accounts
        assert set(output.states[stream]) == {"states", "asked", "form"}
        assert {cursor["DATE"] for cursor in cursors(output, stream).values()} == {day(sim, 0)}


def test_a_flat_day_survives_a_sync_that_fails_for_one_account(sim: Simulator) -> None:
    stream, config = "campaign_analytics", sim.config(lookback_days=0, max_retries=0)
    failing = sim.world.account_id(1)
    sim.add_fault(Fault("500", on="campaigns/analytics", account=failing, times=None))
    first = run_sync(sim, [stream], config=config, state={stream: {"DATE": day(sim, 5)}})
    assert_failed(first, stream, "transient_error")
    sim.clear_faults()
    sim.log.clear()
    second = run_sync(sim, [stream], config=config, state=first.states)
    assert_succeeded(second, [stream])
    assert windows(sim, stream, failing) == [(day(sim, 7), day(sim, 0))], "two days may have been young"


def test_a_flat_edit_time_is_read_for_each_account(sim: Simulator) -> None:
    records = sorted(record["updated_time"] for record in sim.expected("campaigns").values())
    floor = records[len(records) // 2]
    for value in (floor, str(floor)):
        output = run_sync(sim, ["campaigns"], state={"campaigns": {"updated_time": value}})
        expected = {k: r for k, r in sim.expected("campaigns").items() if r["updated_time"] >= floor}
        assert 0 < len(expected) < len(records)
        assert_same("campaigns", output.records["campaigns"], expected)
        assert set(output.states["campaigns"]) == {"states"}
        [warning] = output.warnings()
        assert "skips entities that are archived or not edited since the start date" in warning
        assert run_sync(sim, ["campaigns"], state=output.states).warnings() == [], "it is said once"


def test_a_flat_edit_time_survives_a_sync_that_fails_for_one_account(sim: Simulator) -> None:
    failing, floor = sim.world.account_id(1), int(sim.world.now.timestamp())
    sim.add_fault(Fault("500", on="campaigns/list", account=failing, times=None))
    state = {"campaigns": {"updated_time": floor}}
    output = run_sync(sim, ["campaigns"], config=sim.config(max_retries=0), state=state)
    assert_failed(output, "campaigns", "transient_error")
    assert cursors(output, "campaigns")[failing]["updated_time"] == floor


def test_the_flat_day_of_a_profile_is_read(sim: Simulator) -> None:
    stream = "user_account_analytics"
    output = run_sync(sim, [stream], config=sim.config(lookback_days=0), state={stream: {"date": day(sim, 7)}})
    assert_exact(output, sim, [stream], start=ago(sim, 14))
    assert output.states[stream] == {"date": day(sim, 0), "form": {"rows": "replaced", "granularity": "DAY"}}


def test_the_state_file_of_old_is_a_mapping(sim: Simulator, tmp_path: Path) -> None:
    streams = ("campaigns", "campaign_analytics")
    arguments = read_arguments(tmp_path, catalog_of(streams), sim.config(lookback_days=0), {})
    content = {
        "campaigns": {"updated_time": int(sim.world.now.timestamp())},
        "campaign_analytics": {"DATE": day(sim, 1)},
    }
    (tmp_path / "state.json").write_text(json.dumps(content), encoding="utf-8")
    output = run_here(sim, *arguments)
    assert_succeeded(output, streams)
    assert not output.records["campaigns"]
    assert_exact(output, sim, ["campaign_analytics"], start=ago(sim, 3))


def test_the_sample_state_is_read() -> None:
    """It is of long ago, so that everything within reach is read again."""
    with Simulator(World(boards=0, campaigns=2, ad_groups=2, ads=2, active_percent=15)) as sim:
        text = json.dumps(state_file("sample_state.json"))
        known = sorted(set(re.findall(r"5497\d{8}", text)))
        for index, account in enumerate(known):
            text = text.replace(account, sim.world.account_id(index))
        assert 0 < len(known) <= sim.world.ad_accounts
        state = json.loads(text)
        output = run_sync(sim, state, config=sim.config(start_date=None), state=state)
        assert_succeeded(output, state)
        assert_exact(output, sim, [name for name in state if name in ADS_ANALYTICS], start=ago(sim, REPORT_DAYS))
        assert_exact(output, sim, [name for name in state if name == "user_account_analytics"])
        assert all(output.records[stream] for stream in state)


OFFICIAL = json.loads((Path(__file__).parent / "older_states.json").read_text(encoding="utf-8"))
"""The forms of state of the official connector, each written on this day, with all days until then in the table."""
WRITTEN_ON = "2026-12-01"
UPGRADED = ("campaign_analytics", "custom_campaigns", "user_account_analytics")
STATUSES = [
    "RUNNING",
    "PAUSED",
    "NOT_STARTED",
    "COMPLETED",
    "ADVERTISER_DISABLED",
    "ARCHIVED",
    "DRAFT",
    "DELETED_DRAFT",
]
REPORT = {
    "name": "campaigns",
    "level": "CAMPAIGN",
    "granularity": "DAY",
    "columns": ["SPEND_IN_DOLLAR"],
    "campaign_statuses": STATUSES,
}


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
@pytest.mark.parametrize("form", OFFICIAL)
def test_an_official_state_is_read_where_rows_are_replaced_and_rejected_where_they_are_appended(
    form: str, destination: str
) -> None:
    world = World(boards=0, ad_accounts=2, campaigns=2, active_percent=100)
    written, start = world.today, world.today - timedelta(days=40)
    state = json.loads(json.dumps(OFFICIAL[form]).replace(WRITTEN_ON, str(written)))
    for index, account in enumerate(("549755012345", "549756440147")):
        state = json.loads(json.dumps(state).replace(account, world.account_id(index)))
    arrived = set[tuple[str, str, str]]().union(*(_keys(stream, world, start, written) for stream in UPGRADED))
    sequence = SyncSequence(world, UPGRADED, destination, {"start_date": str(start), "custom_reports": [REPORT]})
    sequence.state = state
    for later in (1, 9, 30):
        output = sequence.read(later)
        for stream in UPGRADED if destination == "append" else ():
            assert_failed(
                output,
                stream,
                "config_error",
                f"{stream}: the saved state is of the official connector, which emits days before they are final. The "
                "destination appends, so their rows would appear twice in the table. Clear the stream's data, or "
                "choose Incremental | Append + Deduped.",
            )
            assert not output.records[stream]
            assert stream not in output.states
        arrived.update(_key(stream, row) for stream in UPGRADED for row in output.records[stream])
        if destination == "append_dedup":
            assert_succeeded(output, UPGRADED)
            assert all(not _keys(stream, world, start, world.today) - arrived for stream in UPGRADED)


def _keys(stream: str, world: World, start: date, end: date) -> set[tuple[str, str, str]]:
    of = "campaign_analytics" if stream.startswith("custom") else stream
    return {_key(stream, row) for row in world.expected(of, start=start, end=end).values()}


def _key(stream: str, row: Mapping[str, Any]) -> tuple[str, str, str]:
    return stream, str(row.get("CAMPAIGN_ID") or ""), str(row.get("DATE") or row.get("date"))
