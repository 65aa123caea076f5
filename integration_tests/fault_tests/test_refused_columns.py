"""A column, a targeting type or a metric that Pinterest refuses by name is left out; without a name, requests fail."""

from datetime import timedelta

import pytest

from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import Key

STREAMS = ("campaign_analytics", "campaign_targeting_analytics", "campaign_analytics_report", "keyword_report")
BAD = "SPEND_IN_MICRO_DOLLAR"
RARE = ("AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE")


def world() -> World:
    found = World(boards=1, pins_per_board=3, ad_accounts=2, campaigns=3, ad_groups=2, ads=1)
    found.first_day = found.today - timedelta(days=3)
    return found


def warnings_of(output: Output, stream: str, name: str) -> list[str]:
    return [text for text in output.warnings() if text.startswith(f"{stream}: ") and name in text]


def assert_all_but(output: Output, sim: Simulator, stream: str, column: str) -> None:
    """Every row is there, whole but for a column."""
    held = {key: _without(record, column) for key, record in held_of(sim, stream).items()}
    assert_same(stream, output.records[stream], held)


def held_of(sim: Simulator, stream: str) -> dict[Key, Record]:
    """What the simulator holds, of the targeting types that all apps may ask for."""
    held = sim.expected(stream)
    return {key: record for key, record in held.items() if record.get("TARGETING_TYPE") not in RARE}


def _without(record: Record, column: str) -> Record:
    return {name: value for name, value in record.items() if name != column}


@pytest.mark.parametrize("stream", STREAMS)
def test_a_column_costs_itself_and_one_warning_an_account(stream: str) -> None:
    with Simulator(world(), refused_names=[BAD]) as sim:
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        assert_all_but(output, sim, stream, BAD)
        accounts = {record["AD_ACCOUNT_ID"] for record in output.records[stream]}
        warnings = warnings_of(output, stream, BAD)
        assert len(warnings) == len(accounts)
        assert all(any(f"ad account {account} for " in warning for warning in warnings) for account in accounts)
        refused = [entry for entry in sim.log if entry.status == 400]
        assert len(refused) <= 10 * len(accounts)  # each worker may meet it once


def test_older_days_come_from_reports_without_the_column() -> None:
    older = World(ad_accounts=1, shared_ad_accounts=0, campaigns=2)
    older.first_day = older.today - timedelta(days=92)
    with Simulator(older, refused_names=[BAD]) as sim:
        start = older.first_day
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(start_date=str(start)))
        assert_succeeded(output, ["campaign_analytics"])
        held = {key: _without(record, BAD) for key, record in sim.expected("campaign_analytics", start=start).items()}
        assert_same("campaign_analytics", output.records["campaign_analytics"], held)
        assert len(warnings_of(output, "campaign_analytics", BAD)) == 2  # the days of requests, and those of reports


@pytest.mark.parametrize(
    ("stream", "bad"),
    [
        ("campaign_analytics_report", "CAMPAIGN_ID"),
        ("campaign_targeting_report", "CAMPAIGN_ID"),
        ("pin_promotion_report", "PIN_PROMOTION_ID"),
        ("advertiser_report", "AD_ACCOUNT_ID"),
    ],
)
def test_the_id_of_an_entity_comes_from_the_reports_key_if_its_column_is_refused(stream: str, bad: str) -> None:
    with Simulator(world(), refused_names=[bad]) as sim:
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        assert_same(stream, output.records[stream], held_of(sim, stream))
        assert len(warnings_of(output, stream, bad)) == 2  # one an ad account


@pytest.mark.parametrize("stream", ["campaign_targeting_analytics", "campaign_targeting_report"])
def test_a_targeting_type_costs_its_own_rows(stream: str) -> None:
    with Simulator(world(), refused_names=["GEO"]) as sim:
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        held = {key: record for key, record in held_of(sim, stream).items() if record["TARGETING_TYPE"] != "GEO"}
        assert_same(stream, output.records[stream], held)
        assert len(warnings_of(output, stream, "GEO")) == len({record["AD_ACCOUNT_ID"] for record in held.values()})


def test_a_metric_of_videos_costs_itself() -> None:
    with Simulator(world(), refused_names=["VIDEO_START"]) as sim:
        output = run_sync(sim, ["pin_analytics"])
        assert_succeeded(output, ["pin_analytics"])
        assert {key_of("pin_analytics", record) for record in output.records["pin_analytics"]} == set(
            sim.expected("pin_analytics")
        )
        assert not [record for record in output.records["pin_analytics"] if "VIDEO_START" in record["metrics"]]
        assert len(warnings_of(output, "pin_analytics", "VIDEO_START")) == 1


@pytest.mark.parametrize(
    ("stream", "bad", "kind"),
    [
        ("campaign_analytics", BAD, "system_error"),
        ("campaign_targeting_analytics", "GEO", "system_error"),
        ("campaign_analytics_report", BAD, "config_error"),
        ("keyword_report", BAD, "config_error"),
        ("pin_analytics", "VIDEO_START", "system_error"),
    ],
)
def test_a_refusal_without_a_name_leaves_the_days_to_the_next_sync(stream: str, bad: str, kind: str) -> None:
    with Simulator(world(), refused_names=[bad], names_the_refused=False) as sim:
        output = run_sync(sim, [stream])
        assert_failed(output, stream, kind, 'Pinterest answered "Invalid parameters" (HTTP 400, code 1')
        assert not output.records[stream]
    with Simulator(sim.world) as accepting:
        second = run_sync(accepting, [stream], state=output.states)
        assert_succeeded(second, [stream])
        assert set(held_of(accepting, stream)) == {key_of(stream, record) for record in second.records[stream]}


def test_how_many_people_were_reached_is_not_asked_of_parts_of_an_entity() -> None:
    streams = ("campaign_targeting_analytics", "campaign_targeting_report", "keyword_report")
    with Simulator(world(), refused_names=["TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"]) as sim:
        output = run_sync(sim, streams)
        assert_succeeded(output, streams)
        assert not [entry for entry in sim.log if entry.status == 400]
        for stream in streams:
            assert set(held_of(sim, stream)) == {key_of(stream, record) for record in output.records[stream]}
