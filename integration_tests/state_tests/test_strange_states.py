"""States of the future or of long ago, those that say nothing, and broken ones."""

from typing import Any
from unittest import mock

import pytest

from integration_tests.state_tests.second_syncs import HISTORY_DAYS, REPORT_DAYS, cursors, day, own, state_file, windows
from integration_tests.support import syncs
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.catalogs import BOARDED, CURSOR_FIELDS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync, state_list
from integration_tests.support.worlds import simulated

sim = simulated(lambda: World(boards=0, campaigns=8, ad_groups=6, ads=5, active_percent=25))


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
def test_nothing_is_read_of_a_state_in_the_future_and_a_warning_says_how_to_start_again(
    sim: Simulator, destination: str
) -> None:
    state = state_file("abnormal_state.json")
    assert set(state) == set(CURSOR_FIELDS) - set(BOARDED) - {"ad_pins"}, "which no connector had before"
    state["ad_pins"] = own({sim.world.account_id(0): {"ad_created_time": 9628867244}})
    config = sim.config(account_ids=[sim.world.account_id(0)])
    output = run_sync(sim, state, state=state, config=config, destination=destination)
    assert_succeeded(output, state)
    assert not any(output.records[stream] for stream in state)
    for stream in state:
        [warning] = [text for text in output.warnings() if text.startswith(stream + ":") and "in the future" in text]
        assert sim.world.account_id(0) in warning or "date" in state[stream] or "updated_time" in state[stream]
        assert "nothing is read. Clear the stream's data to start again." in warning
        assert "3021-06-09" in str(output.states[stream]) or "9628867244" in str(output.states[stream])


def test_only_the_account_whose_state_lies_in_the_future_is_not_read(sim: Simulator) -> None:
    streams = {"campaign_analytics": "DATE", "campaigns": "updated_time", "ad_pins": "ad_created_time"}
    first = run_sync(sim, streams)
    odd, other = sim.world.account_id(0), sim.world.account_id(1)
    for stream, field in streams.items():
        value = "3021-06-09" if field == "DATE" else int(sim.world.now.timestamp()) + 86_400 * 400
        cursors(first, stream)[odd][field] = value
    sim.world.edit(odd, "campaigns", min(sim.expected("campaigns"))[0], int(sim.world.now.timestamp()))
    second = run_sync(sim, streams, state=first.states)
    assert_succeeded(second, streams)
    for stream, field in streams.items():
        named = f"{stream}: the saved state of ad account {odd} is in the future"
        assert [text.startswith(named) for text in second.warnings() if text.startswith(stream)] == [True]
        assert cursors(second, stream)[odd][field] == cursors(first, stream)[odd][field]
        assert odd not in {row.get("AD_ACCOUNT_ID") or row["ad_account_id"] for row in second.records[stream]}
    assert other in {row["AD_ACCOUNT_ID"] for row in second.records["campaign_analytics"]}


def test_days_that_pinterest_no_longer_has_stay_missing_with_a_warning(sim: Simulator) -> None:
    stream, account = "ad_account_analytics", sim.world.account_id(0)
    config = sim.config(account_ids=[account])
    state = own({account: {"DATE": day(sim, 1_000), "from": day(sim, 1_100)}})
    output = run_sync(sim, [stream], config=config, state={stream: state})
    assert_succeeded(output, [stream])
    assert windows(sim, stream) == [(day(sim, HISTORY_DAYS), day(sim, 0))]
    assert cursors(output, stream)[account]["missing"] == [[day(sim, 999), day(sim, REPORT_DAYS + 1)]]
    [warning] = output.warnings()
    assert all(text in warning for text in (stream, account, day(sim, 999), day(sim, REPORT_DAYS + 1)))
    again = run_sync(sim, [stream], config=config, state=output.states)
    assert cursors(again, stream)[account]["missing"] == [[day(sim, 999), day(sim, REPORT_DAYS + 1)]]


@pytest.mark.parametrize("nothing_known", [{"foo": "bar"}, {"states": "oops"}, {"boards": 3, "Date": "2026-01-01"}])
def test_a_state_that_says_nothing_known_is_read_as_none_with_a_warning(
    sim: Simulator, nothing_known: dict[str, Any]
) -> None:
    streams = ("campaigns", "campaign_analytics", "user_account_analytics", "board_pins", "ad_accounts")
    output = run_sync(sim, streams, state=dict.fromkeys((*streams, "campaing_analytics"), nothing_known))

    assert_succeeded(output, streams)
    assert_exact(output, sim, streams)
    told = [text for text in output.warnings() if "names nothing that the stream knows" in text]
    assert sorted(text.partition(":")[0] for text in told) == sorted(streams[:-1]), "ad_accounts has no position"
    [unknown] = [text for text in output.warnings() if "has no stream for" in text]
    assert "has entries for campaing_analytics, which" in unknown
    assert run_sync(sim, streams, state=output.states).warnings() == []


def test_a_state_under_a_namespace_is_warned_of_and_not_used(sim: Simulator) -> None:
    [saved] = state_list(run_sync(sim, ["campaigns"]).states)
    saved["stream"]["stream_descriptor"]["namespace"] = "marketing"
    with mock.patch.object(syncs, "state_list", return_value=[saved]):
        output = run_sync(sim, ["campaigns"], state={})
    assert_exact(output, sim, ["campaigns"])
    [warning] = output.warnings()
    assert "has entries for campaigns in the namespace marketing, which this connector has no stream for" in warning


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
