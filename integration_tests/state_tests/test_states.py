"""Does a sync go on from any state, of whatever age and however strange?"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integration_tests.simulator import Fault, Kind
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.catalogs import ADS_ANALYTICS, BOARDED, CURSOR_FIELDS, ENTITIES, ORGANIC, catalog_of
from integration_tests.support.commands import run_here
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import read_arguments, run_sync

FOLDER = Path(__file__).parents[1]
DAY_STREAMS = (*ADS_ANALYTICS, "user_account_analytics")
OPERATIONS = {
    "ad_account_analytics": "ad_account/analytics",
    "campaign_analytics": "campaigns/analytics",
    "ad_group_analytics": "ad_groups/analytics",
    "ad_analytics": "ads/analytics",
    "user_account_analytics": "user_account/analytics",
}
HISTORY_DAYS = 89
REPORT_DAYS = 913
FINAL_DAYS = 2
"""So old is the last day that counts as final, which a cursor does not pass where the lookback is short."""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=0, campaigns=8, ad_groups=6, ads=5, active_percent=25)) as simulator:
        yield simulator


def ago(sim: Simulator, days: int) -> date:
    return sim.world.today - timedelta(days=days)


def day(sim: Simulator, days: int) -> str:
    return ago(sim, days).isoformat()


def windows(sim: Simulator, stream: str, account: str | None = None) -> list[tuple[str, str]]:
    """The windows that were asked for, sorted; each call counts."""
    return sorted(
        (entry.values("start_date")[0], entry.values("end_date")[0])
        for entry in sim.calls(OPERATIONS[stream])
        if account is None or entry.path_parameters["ad_account_id"] == account
    )


def failed_windows(sim: Simulator) -> list[tuple[str, str]]:
    """The windows of the calls that a fault has hit; which worker comes first is open."""
    return [(entry.values("start_date")[0], entry.values("end_date")[0]) for entry in sim.log if entry.fault]


def account_level(values: Mapping[str, Any], cursor_field: str = "DATE") -> dict[str, Any]:
    """A state as the official connector's 2.x keeps it for each account."""
    return {
        "use_global_cursor": False,
        "states": [
            {"partition": {"id": account, "parent_slice": {}}, "cursor": {cursor_field: value}}
            for account, value in values.items()
        ],
        "lookback_window": 12,
        "parent_state": {},
    }


def entity_level(account: str, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The entries of one account as 2.x keeps them for each entity."""
    partition = {"id": account, "parent_slice": {}}
    return [
        {"partition": {"id": entity, "parent_slice": partition}, "cursor": {"DATE": value}}
        for entity, value in values.items()
    ]


def own(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A state as this connector keeps it."""
    return {
        "states": [
            {"partition": {"ad_account_id": account}, "cursor": dict(cursor)} for account, cursor in values.items()
        ]
    }


def cursors(output: Output, stream: str) -> dict[str, dict[str, Any]]:
    return {item["partition"]["ad_account_id"]: item["cursor"] for item in output.states[stream].get("states", ())}


# -- the shapes of older connectors


@pytest.mark.parametrize("stream", ADS_ANALYTICS)
def test_a_flat_day(sim: Simulator, stream: str) -> None:
    config = sim.config(lookback_days=3)
    output = run_sync(sim, [stream], config=config, state={stream: {"DATE": day(sim, 10)}})
    assert_succeeded(output, [stream])
    assert_exact(output, sim, [stream], start=ago(sim, 13))
    assert windows(sim, stream) == [(day(sim, 13), day(sim, 0))] * sim.world.ad_accounts
    assert set(output.states[stream]) == {"states", "asked"}
    assert {cursor["DATE"] for cursor in cursors(output, stream).values()} == {day(sim, 0)}


def test_a_flat_day_holds_for_the_accounts_of_the_first_sync_only(sim: Simulator) -> None:
    stream, config = "ad_account_analytics", sim.config(lookback_days=0)
    first = run_sync(sim, [stream], config=config, state={stream: {"DATE": day(sim, 1)}})
    sim.world.ad_accounts += 1
    sim.log.clear()
    run_sync(sim, [stream], config=config, state=first.states)
    new = sim.world.account_id(sim.world.ad_accounts - 1)
    assert windows(sim, stream, new) == [(day(sim, HISTORY_DAYS), day(sim, 0))]


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
    assert windows(sim, stream, failing) == [(day(sim, 5), day(sim, 0))]


def test_a_flat_edit_time(sim: Simulator) -> None:
    records = sorted(record["updated_time"] for record in sim.expected("campaigns").values())
    floor = records[len(records) // 2]
    for value in (floor, str(floor)):
        output = run_sync(sim, ["campaigns"], state={"campaigns": {"updated_time": value}})
        expected = {k: r for k, r in sim.expected("campaigns").items() if r["updated_time"] >= floor}
        assert 0 < len(expected) < len(records)
        assert_same("campaigns", output.records["campaigns"], expected)
        assert set(output.states["campaigns"]) == {"states"}


def test_a_flat_edit_time_holds_for_the_accounts_of_the_first_sync_only(sim: Simulator) -> None:
    first = run_sync(sim, ENTITIES, state={name: {"updated_time": int(sim.world.now.timestamp())} for name in ENTITIES})
    assert not any(first.records[name] for name in ENTITIES)
    sim.world.ad_accounts += 1
    second = run_sync(sim, ENTITIES, state=first.states)
    new = sim.world.account_id(sim.world.ad_accounts - 1)
    for name in ENTITIES:
        expected = {key: record for key, record in sim.expected(name).items() if record["ad_account_id"] == new}
        assert_same(name, [record for record in second.records[name] if record["ad_account_id"] == new], expected)


def test_a_flat_edit_time_survives_a_sync_that_fails_for_one_account(sim: Simulator) -> None:
    failing, floor = sim.world.account_id(1), int(sim.world.now.timestamp())
    sim.add_fault(Fault("500", on="ads/list", account=failing, times=None))
    first = run_sync(sim, ["ads"], config=sim.config(max_retries=0), state={"ads": {"updated_time": floor}})
    assert_failed(first, "ads", "transient_error")
    sim.clear_faults()
    edited = sim.world.entity_id(Kind.ADS, 1, 0)
    sim.world.edit(failing, Kind.ADS, edited, floor + 1)
    second = run_sync(sim, ["ads"], state=first.states)
    assert_succeeded(second, ["ads"])
    assert [record["id"] for record in second.records["ads"] if record["ad_account_id"] == failing] == [edited]


@pytest.mark.parametrize("stream", ADS_ANALYTICS)
def test_the_account_level_of_2x(sim: Simulator, stream: str) -> None:
    one, other = (sim.world.account_id(index) for index in range(2))
    state = {stream: account_level({one: day(sim, 4), other: day(sim, 9)})}
    output = run_sync(sim, [stream], config=sim.config(lookback_days=1), state=state)
    assert_succeeded(output, [stream])
    assert windows(sim, stream, one) == [(day(sim, 5), day(sim, 0))]
    assert windows(sim, stream, other) == [(day(sim, 10), day(sim, 0))]
    assert set(cursors(output, stream)) == {one, other}


def test_an_account_that_2x_did_not_know_is_read_from_the_start(sim: Simulator) -> None:
    stream, (one, other) = "campaign_analytics", (sim.world.account_id(index) for index in range(2))
    state = {stream: account_level({one: day(sim, 4)})}
    run_sync(sim, [stream], config=sim.config(lookback_days=0), state=state)
    assert windows(sim, stream, other) == [(day(sim, HISTORY_DAYS), day(sim, 0))]


def test_the_entity_level_of_2x_folds_into_its_account_by_the_minimum(sim: Simulator) -> None:
    stream, (one, other) = "ad_analytics", (sim.world.account_id(index) for index in range(2))
    entries = [
        *entity_level(one, {"687201361754": day(sim, 3), "687201361755": day(sim, 8), "687201361756": day(sim, 5)}),
        *entity_level(other, {"687201361757": day(sim, 2)}),
    ]
    output = run_sync(sim, [stream], config=sim.config(lookback_days=0), state={stream: {"states": entries}})
    assert windows(sim, stream, one) == [(day(sim, 8), day(sim, 0))]
    assert windows(sim, stream, other) == [(day(sim, 2), day(sim, 0))]
    assert set(cursors(output, stream)) == {one, other}


def test_the_global_cursor_of_2x(sim: Simulator) -> None:
    stream = "campaign_analytics"
    state = {"use_global_cursor": True, "state": {"DATE": day(sim, 6)}, "lookback_window": 1, "parent_state": {}}
    output = run_sync(sim, [stream], config=sim.config(lookback_days=0), state={stream: state})
    assert windows(sim, stream) == [(day(sim, 6), day(sim, 0))] * sim.world.ad_accounts
    assert len(cursors(output, stream)) == sim.world.ad_accounts


def test_a_global_cursor_that_2x_does_not_use_counts_for_nothing(sim: Simulator) -> None:
    stream, one, other = "campaign_analytics", sim.world.account_id(0), sim.world.account_id(1)
    state = {**account_level({one: day(sim, 3)}), "state": {"DATE": day(sim, 3)}}
    run_sync(sim, [stream], config=sim.config(lookback_days=0), state={stream: state})
    assert windows(sim, stream, other) == [(day(sim, HISTORY_DAYS), day(sim, 0))]


def test_edit_times_of_2x_are_strings(sim: Simulator) -> None:
    one, other = (sim.world.account_id(index) for index in range(2))
    held = sim.expected("ads")
    floors = {
        account: sorted(r["updated_time"] for r in held.values() if r["ad_account_id"] == account)[2]
        for account in (one, other)
    }
    state = {"ads": account_level({account: str(value) for account, value in floors.items()}, "updated_time")}
    output = run_sync(sim, ["ads"], state=state)
    expected = {key: r for key, r in held.items() if r["updated_time"] >= floors[r["ad_account_id"]]}
    assert 0 < len(expected) < len(held)
    assert_same("ads", output.records["ads"], expected)
    assert {type(cursor["updated_time"]) for cursor in cursors(output, "ads").values()} == {int}


def test_the_users_own_flat_day(sim: Simulator) -> None:
    stream = "user_account_analytics"
    output = run_sync(sim, [stream], config=sim.config(lookback_days=0), state={stream: {"date": day(sim, 7)}})
    assert_exact(output, sim, [stream], start=ago(sim, 7))
    assert output.states[stream] == {"date": day(sim, 2), "settled": day(sim, 2), "read": day(sim, 0)}


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
    assert_exact(output, sim, ["campaign_analytics"], start=ago(sim, 1))


def test_the_sample_state() -> None:
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


def state_file(name: str) -> dict[str, Any]:
    entries = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return {entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"] for entry in entries}


# -- states that cannot be


def test_a_cursor_in_the_future_emits_nothing_and_does_not_fail(sim: Simulator) -> None:
    state = state_file("abnormal_state.json")
    assert set(state) == set(CURSOR_FIELDS) - set(BOARDED)
    output = run_sync(sim, CURSOR_FIELDS, state=state)
    assert_succeeded(output, CURSOR_FIELDS)
    assert not any(output.records[stream] for stream in CURSOR_FIELDS)


def test_a_cursor_in_the_future_is_brought_back_so_that_later_syncs_read(sim: Simulator) -> None:
    first = run_sync(sim, CURSOR_FIELDS, state=state_file("abnormal_state.json"))
    latest = int(sim.world.now.timestamp())
    sim.world.edit(sim.world.account_id(0), "campaigns", next(iter(sim.expected("campaigns")))[0], latest)
    second = run_sync(sim, CURSOR_FIELDS, state=first.states)
    assert_succeeded(second, CURSOR_FIELDS)
    assert len(second.records["campaigns"]) == 1
    for stream in DAY_STREAMS:
        assert second.records[stream], stream


@pytest.mark.parametrize(
    "sentinel",
    [
        {"__ab_no_cursor_state_message": True},
        {"__ab_full_refresh_sync_complete": True},
        {"__ab_full_refresh_state_message": True},
        {},
    ],
    ids=str,
)
def test_the_frameworks_sentinels_mean_nothing(sim: Simulator, sentinel: dict[str, Any]) -> None:
    streams = tuple(dict.fromkeys((*CURSOR_FIELDS, *ORGANIC, "ad_accounts")))
    output = run_sync(sim, streams, state=dict.fromkeys(streams, sentinel))
    assert_succeeded(output, streams)
    assert_exact(output, sim, streams)


@pytest.mark.parametrize(
    "entry",
    [
        {"partition": {}, "cursor": {"DATE": "2026-01-01"}},
        {"partition": {"ad_account_id": "549755012345"}, "cursor": {}},
        {"partition": None, "cursor": None},
        {},
    ],
    ids=str,
)
def test_an_entry_that_says_nothing_is_passed_over(sim: Simulator, entry: dict[str, Any]) -> None:
    output = run_sync(sim, ADS_ANALYTICS, state={stream: {"states": [entry]} for stream in ADS_ANALYTICS})
    assert_succeeded(output, ADS_ANALYTICS)
    assert_exact(output, sim, ADS_ANALYTICS)


BROKEN = [
    {"states": [{"partition": {"ad_account_id": "1"}, "cursor": {"DATE": "soon", "updated_time": "soon", "date": 7}}]},
    {"DATE": 7, "date": 7, "updated_time": [], "boards": 3, "reading": ["none"]},
    {"date": "2026-01-01", "DATE": "2026-01-01", "updated_time": "x", "reading": [{"after": {}}]},
    {"states": [{"partition": {"ad_account_id": "1"}, "cursor": {"DATE": "2026-01-01"}}], "asked": "something else"},
]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_broken_state_of_a_stream_that_is_not_selected_costs_nothing(sim: Simulator, broken: dict[str, Any]) -> None:
    streams = ("boards", "ad_accounts")
    output = run_sync(sim, streams, state=dict.fromkeys(CURSOR_FIELDS, broken))

    assert_succeeded(output, streams)
    assert_exact(output, sim, streams)
    assert set(output.states) == set(streams)
    assert not output.warnings()


def test_a_broken_state_costs_its_own_stream_alone(sim: Simulator) -> None:
    broken: dict[str, dict[str, Any]] = {
        "campaigns": {"updated_time": "soon"},
        "ad_account_analytics": own({sim.world.account_id(0): {"DATE": "soon"}}),
        "user_account_analytics": {"date": 7},
        "pin_analytics": {"reading": ["none"]},
    }
    others = ("campaign_analytics", "ad_groups", "pins")
    output = run_sync(sim, (*broken, *others), state=broken)

    for stream in broken:
        assert_failed(output, stream, "config_error", f"{stream}: the saved state can't be read")
        assert not output.records[stream]
        assert stream not in output.states, "it stays as it is"
    assert [output.status(stream) for stream in others] == ["COMPLETE"] * len(others)
    assert_exact(output, sim, others)


# -- what the days' state is for


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
def test_missing_windows_and_an_earlier_start_are_read_exactly_once(sim: Simulator, destination: str) -> None:
    stream, account = "campaign_analytics", sim.world.account_id(0)
    config = sim.config(account_ids=[account], start_date=day(sim, 80))
    if destination == "append_dedup":
        config["lookback_days"] = 0
    last = FINAL_DAYS if destination == "append" else 0
    final = FINAL_DAYS if destination == "append" else 1
    missing = [[day(sim, 50), day(sim, 45)], [day(sim, 30), day(sim, 30)]]
    read = day(sim, last + 1)
    state = own(
        {
            account: {
                "DATE": read,
                "from": day(sim, 60),
                "missing": missing,
                "settled": day(sim, max(last + 1, FINAL_DAYS)),
            }
        }
    )

    first = run_sync(sim, [stream], config=config, state={stream: state}, destination=destination)

    assert_succeeded(first, [stream])
    tail = (day(sim, last) if destination == "append" else day(sim, last + 1), day(sim, last))
    asked = [*map(tuple, missing), (day(sim, 80), day(sim, 61)), tail]
    assert windows(sim, stream) == sorted(asked)
    wanted = {
        key: record
        for key, record in sim.expected(stream).items()
        if record["AD_ACCOUNT_ID"] == account and any(start <= key[1] <= end for start, end in asked)
    }
    assert_same(stream, first.records[stream], wanted)
    settled = {"settled": day(sim, FINAL_DAYS)}
    assert cursors(first, stream) == {account: {"DATE": day(sim, final), "from": day(sim, 80), **settled}}
    sim.log.clear()
    run_sync(sim, [stream], config=config, state=first.states, destination=destination)
    assert windows(sim, stream) == ([] if destination == "append" else [tail])


def test_a_missing_window_within_the_lookback_is_not_read_twice(sim: Simulator) -> None:
    stream, account = "ad_account_analytics", sim.world.account_id(0)
    state = own({account: {"DATE": day(sim, 1), "from": day(sim, 60), "missing": [[day(sim, 20), day(sim, 12)]]}})
    output = run_sync(
        sim,
        [stream],
        config=sim.config(account_ids=[account], start_date=day(sim, 60), lookback_days=14),
        state={stream: state},
    )
    assert windows(sim, stream) == [(day(sim, 20), day(sim, 16)), (day(sim, 15), day(sim, 0))]
    cursor = {"DATE": day(sim, 0), "from": day(sim, 60), "settled": day(sim, FINAL_DAYS)}
    assert cursors(output, stream) == {account: cursor}


@pytest.mark.parametrize("after", [0, 1])
def test_a_window_that_fails_is_kept_as_missing_and_read_with_the_next_sync(after: int) -> None:
    """227 campaigns times 88 days take two calls of 44 days each, the fewest there are."""
    with Simulator(World(boards=0, ad_accounts=1, campaigns=227, active_percent=5)) as sim:
        stream, account = "campaign_analytics", sim.world.account_id(0)
        config = sim.config(max_retries=0, num_workers=1, lookback_days=0)
        state = own({account: {"DATE": day(sim, 87), "from": day(sim, 89)}})
        sim.add_fault(Fault("500", on="campaigns/analytics", after=after))

        first = run_sync(sim, [stream], config=config, state={stream: state})

        asked = [(day(sim, 87), day(sim, 44)), (day(sim, 43), day(sim, 0))]
        assert windows(sim, stream) == asked
        [failed] = failed_windows(sim)
        is_newer = failed == asked[1]
        assert_failed(first, stream, "transient_error")
        final = {"DATE": day(sim, FINAL_DAYS), "from": day(sim, 89), "settled": day(sim, FINAL_DAYS)}
        older_is_owed = {**final, "missing": [list(asked[0])]}
        newer_is_owed = {"DATE": asked[0][1], "from": day(sim, 89), "settled": asked[0][1]}
        assert cursors(first, stream)[account] == (newer_is_owed if is_newer else older_is_owed)
        sim.log.clear()
        second = run_sync(sim, [stream], config=config, state=first.states)
        assert_succeeded(second, [stream])
        again = [(day(sim, 44), day(sim, 0))] if is_newer else [asked[0], (day(sim, FINAL_DAYS), day(sim, 0))]
        assert sorted(set(windows(sim, stream))) == again
        held = {key_of(stream, record): record for output in (first, second) for record in output.records[stream]}
        assert_same(stream, held.values(), sim.expected(stream, start=ago(sim, 87)))
        assert cursors(second, stream)[account] == final


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_an_owed_window_that_fails_again_stays_owed(sim: Simulator, failing: int) -> None:
    stream, account = "ad_account_analytics", sim.world.account_id(0)
    config = sim.config(account_ids=[account], start_date=day(sim, 80), max_retries=0, lookback_days=0, num_workers=1)
    state = own({account: {"DATE": day(sim, 1), "from": day(sim, 60), "missing": [[day(sim, 50), day(sim, 45)]]}})
    owed = [(day(sim, 50), day(sim, 45)), (day(sim, 80), day(sim, 61)), (day(sim, 1), day(sim, 0))]
    sim.add_fault(Fault("500", on="ad_account/analytics", after=failing))

    first = run_sync(sim, [stream], config=config, state={stream: state})

    assert windows(sim, stream) == sorted(owed)
    [failed] = failed_windows(sim)
    assert_failed(first, stream, "transient_error")
    sim.log.clear()
    second = run_sync(sim, [stream], config=config, state=first.states)
    assert windows(sim, stream) == sorted({failed, owed[2]})
    held = {key_of(stream, record): record for output in (first, second) for record in output.records[stream]}
    wanted = {
        key: record
        for key, record in sim.expected(stream).items()
        if key[0] == account and any(start <= key[1] <= end for start, end in owed)
    }
    assert_same(stream, held.values(), wanted)
    settled = {"settled": day(sim, FINAL_DAYS)}
    assert cursors(second, stream) == {account: {"DATE": day(sim, 1), "from": day(sim, 80), **settled}}


@pytest.mark.parametrize("shape", ["flat", "account"])
def test_a_gap_that_is_out_of_reach_is_noted_and_told(sim: Simulator, shape: str) -> None:
    stream, account = "ad_account_analytics", sim.world.account_id(0)
    config = sim.config(account_ids=[account])
    state = (
        {"DATE": day(sim, 1_000)}
        if shape == "flat"
        else own({account: {"DATE": day(sim, 1_000), "from": day(sim, 1_100)}})
    )
    output = run_sync(sim, [stream], config=config, state={stream: state})
    assert_succeeded(output, [stream])
    assert windows(sim, stream) == [(day(sim, HISTORY_DAYS), day(sim, 0))]
    assert cursors(output, stream)[account]["missing"] == [[day(sim, 999), day(sim, REPORT_DAYS + 1)]]
    [warning] = output.warnings()
    assert all(text in warning for text in (stream, account, day(sim, 999), day(sim, REPORT_DAYS + 1)))
    again = run_sync(sim, [stream], config=config, state=output.states)
    assert cursors(again, stream)[account]["missing"] == [[day(sim, 999), day(sim, REPORT_DAYS + 1)]]


def test_missing_windows_that_were_edited_by_hand_are_each_read_once(sim: Simulator) -> None:
    """They overlap, repeat, and lie before the first day and after the last."""
    stream, account = "ad_account_analytics", sim.world.account_id(0)
    ages = [(60, 55), (57, 50), (57, 50), (85, 79), (3, 0)]
    missing = [[day(sim, first), day(sim, last)] for first, last in ages]
    cursor = {"DATE": day(sim, 2), "from": day(sim, 80), "settled": day(sim, 2), "missing": missing}
    config = sim.config(account_ids=[account], start_date=day(sim, 80), lookback_days=0)
    output = run_sync(sim, [stream], config=config, state={stream: own({account: cursor})})

    assert_succeeded(output, [stream])
    asked = [(day(sim, 80), day(sim, 79)), (day(sim, 60), day(sim, 50)), (day(sim, 3), day(sim, 3))]
    assert windows(sim, stream) == [*asked, (day(sim, 2), day(sim, 0))]
    assert set(Counter(key_of(stream, record) for record in output.records[stream]).values()) == {1}
    assert "missing" not in cursors(output, stream)[account]


def test_a_missing_window_that_is_partly_out_of_reach(sim: Simulator) -> None:
    stream, account = "ad_account_analytics", sim.world.account_id(0)
    cursor = {"DATE": day(sim, 1), "from": day(sim, 950), "missing": [[day(sim, 920), day(sim, 905)]]}
    config = sim.config(account_ids=[account], lookback_days=0)
    output = run_sync(sim, [stream], config=config, state={stream: own({account: cursor})})
    [report] = [entry.body or {} for entry in sim.calls("analytics/create_report")]
    assert (report["start_date"], report["end_date"]) == (day(sim, REPORT_DAYS), day(sim, 905))
    assert windows(sim, stream) == [(day(sim, 1), day(sim, 0))]
    assert cursors(output, stream)[account] == {
        "DATE": day(sim, 1),
        "from": day(sim, 950),
        "missing": [[day(sim, 920), day(sim, REPORT_DAYS + 1)]],
        "settled": day(sim, FINAL_DAYS),
    }
    assert len(output.warnings()) == 1


def test_the_account_that_lags_most_is_read_first() -> None:
    """Under a small daily quota each account gets its turn. Two workers may swap neighbours."""
    with Simulator(World(boards=0, ad_accounts=6)) as sim:
        stream, accounts = "ad_account_analytics", [sim.world.account_id(index) for index in range(6)]
        state = own({account: {"DATE": day(sim, index + 1)} for index, account in enumerate(accounts[:5])})
        run_sync(sim, [stream], config=sim.config(num_workers=1), state={stream: state})
        order = [entry.path_parameters["ad_account_id"] for entry in sim.calls(OPERATIONS[stream])]
        assert accounts[5] in order[:3]
        assert accounts[0] in order[3:]


def test_an_account_that_vanished_keeps_its_entry(sim: Simulator) -> None:
    streams = ("campaigns", "campaign_analytics")
    first = run_sync(sim, streams)
    gone = sim.world.account_id(1)
    sim.world.vanish(gone)
    second = run_sync(sim, streams, state=first.states)
    for stream in streams:
        assert_failed(second, stream, "config_error", gone)
        assert cursors(second, stream)[gone] == cursors(first, stream)[gone]


def test_every_state_can_be_gone_on_from() -> None:
    """A sync that stops after any of its states loses nothing."""
    with Simulator(
        World(boards=0, campaigns=3, ad_groups=3, ads=3, first_day=datetime.now(UTC).date() - timedelta(days=40))
    ) as sim:
        streams = (*ENTITIES, *ADS_ANALYTICS)
        whole = run_sync(sim, streams)
        before: dict[str, list[Record]] = {stream: [] for stream in streams}
        resumed = 0
        for message in whole.messages:
            if message.record:
                before[message.record.stream].append(message.record.data)
            elif message.state:
                stream = message.state.stream.stream_descriptor.name
                state = dict(vars(message.state.stream.stream_state))
                rest = run_sync(sim, [stream], state={stream: state})
                both = {key_of(stream, record): record for record in (*before[stream], *rest.records[stream])}
                assert_same(stream, both.values(), sim.expected(stream))
                resumed += 1
        assert resumed >= len(streams)
