"""Does a column, a targeting type or a metric that Pinterest refuses cost itself alone, whether it is named or not?"""

from datetime import timedelta

import pytest

from integration_tests.support.assertions import assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import Key

STREAMS = ("campaign_analytics", "campaign_targeting_analytics", "campaign_analytics_report", "keyword_report")
BAD = "SPEND_IN_MICRO_DOLLAR"
RARE = ("AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE")
named_or_not = pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])


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


@named_or_not
@pytest.mark.parametrize("stream", STREAMS)
def test_a_column_costs_itself_and_one_warning(stream: str, *, named: bool) -> None:
    with Simulator(world(), refused_names=[BAD], names_the_refused=named) as sim:
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        assert_all_but(output, sim, stream, BAD)
        assert len(warnings_of(output, stream, BAD)) == 1
        refused = [entry for entry in sim.log if entry.status == 400]
        assert len(refused) <= (10 if named else 20)  # each worker may meet it once


@named_or_not
def test_older_days_come_from_reports_without_the_column(*, named: bool) -> None:
    older = World(ad_accounts=1, shared_ad_accounts=0, campaigns=2)
    older.first_day = older.today - timedelta(days=92)
    with Simulator(older, refused_names=[BAD], names_the_refused=named) as sim:
        start = older.first_day
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(start_date=str(start)))
        assert_succeeded(output, ["campaign_analytics"])
        held = {key: _without(record, BAD) for key, record in sim.expected("campaign_analytics", start=start).items()}
        assert_same("campaign_analytics", output.records["campaign_analytics"], held)
        assert len(warnings_of(output, "campaign_analytics", BAD)) == 1


@named_or_not
@pytest.mark.parametrize("stream", ["campaign_targeting_analytics", "campaign_targeting_report"])
def test_a_targeting_type_costs_its_own_rows(stream: str, *, named: bool) -> None:
    with Simulator(world(), refused_names=["GEO"], names_the_refused=named) as sim:
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        held = {key: record for key, record in held_of(sim, stream).items() if record["TARGETING_TYPE"] != "GEO"}
        assert_same(stream, output.records[stream], held)
        assert len(warnings_of(output, stream, "GEO")) == 1


@named_or_not
def test_a_metric_of_videos_costs_itself(*, named: bool) -> None:
    with Simulator(world(), refused_names=["VIDEO_START"], names_the_refused=named) as sim:
        output = run_sync(sim, ["pin_analytics"])
        assert_succeeded(output, ["pin_analytics"])
        assert {key_of("pin_analytics", record) for record in output.records["pin_analytics"]} == set(
            sim.expected("pin_analytics")
        )
        assert not [record for record in output.records["pin_analytics"] if "VIDEO_START" in record["metrics"]]
        assert len(warnings_of(output, "pin_analytics", "VIDEO_START")) == 1


def test_how_many_people_were_reached_is_not_asked_of_parts_of_an_entity() -> None:
    streams = ("campaign_targeting_analytics", "campaign_targeting_report", "keyword_report")
    with Simulator(world(), refused_names=["TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"]) as sim:
        output = run_sync(sim, streams)
        assert_succeeded(output, streams)
        assert not [entry for entry in sim.log if entry.status == 400]
        for stream in streams:
            assert set(held_of(sim, stream)) == {key_of(stream, record) for record in output.records[stream]}
