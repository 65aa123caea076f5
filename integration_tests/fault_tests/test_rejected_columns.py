"""A column, targeting type, metric or value of a filter that Pinterest rejects by name is skipped, with a warning."""

from datetime import timedelta

import pytest

from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.expected_records import Key
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

STREAMS = ("campaign_analytics", "campaign_targeting_analytics", "campaign_analytics_report", "keyword_report")
COLUMN, TYPE, METRIC = "SPEND_IN_MICRO_DOLLAR", "GEO", "SAVE_RATE"
RARE = ("AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE")


def world() -> World:
    found = World(boards=1, pins_per_board=1, ad_accounts=2, campaigns=2, ad_groups=1, ads=1)
    found.first_day = found.today - timedelta(days=1)
    return found


def warnings_of(output: Output, stream: str, name: str) -> list[str]:
    return [text for text in output.warnings() if text.startswith(f"{stream}: ") and name in text]


def held(sim: Simulator, stream: str, rejected: str = "") -> dict[Key, Record]:
    """What the simulator holds without a name, of the targeting types that all apps may ask for."""
    return {
        key: {name: value for name, value in record.items() if name != rejected}
        for key, record in sim.expected(stream).items()
        if record.get("TARGETING_TYPE") not in (*RARE, rejected)
    }


@pytest.mark.parametrize(("rejected", "streams"), [(COLUMN, STREAMS), (TYPE, STREAMS[1:2])])
def test_a_rejected_column_or_targeting_type_is_skipped_with_a_warning_for_each_account(
    rejected: str, streams: tuple[str, ...]
) -> None:
    with Simulator(world(), rejected_names=[rejected], profile="ample") as sim:
        output = run_sync(sim, streams)
        assert_succeeded(output, streams)
        for stream in streams:
            expected = held(sim, stream, rejected)
            assert_same(stream, output.records[stream], expected)
            accounts = {record["AD_ACCOUNT_ID"] for record in expected.values()}
            warnings = warnings_of(output, stream, rejected)
            assert len(warnings) == len(accounts)
            assert all(any(f"ad account {account} for " in text for text in warnings) for account in accounts)


@pytest.mark.parametrize(
    ("stream", "rejected"), [("campaign_targeting_report", "CAMPAIGN_ID"), ("advertiser_report", "AD_ACCOUNT_ID")]
)
def test_the_id_of_an_entity_comes_from_the_reports_key_if_its_column_is_rejected(stream: str, rejected: str) -> None:
    with Simulator(world(), rejected_names=[rejected]) as sim:
        output = run_sync(sim, [stream])
        assert_succeeded(output, [stream])
        assert_same(stream, output.records[stream], held(sim, stream))
        assert len(warnings_of(output, stream, rejected)) == 2  # one an ad account


def test_a_rejected_column_of_the_rows_own_id_fails_the_stream() -> None:
    with Simulator(world(), rejected_names=["CAMPAIGN_ID"]) as sim:
        output = run_sync(sim, ["campaign_analytics"])
        assert_failed(output, "campaign_analytics", "system_error", "CAMPAIGN_ID")
        assert not output.records["campaign_analytics"]


def test_a_rejected_name_costs_a_request_for_each_account() -> None:
    with Simulator(world(), rejected_names=[COLUMN]) as sim:
        assert_succeeded(run_sync(sim, STREAMS[:1], config=sim.config(num_workers=1)), STREAMS[:1])
        assert [entry.status for entry in sim.calls("campaigns/analytics")] == [400, 200, 400, 200]


def test_an_objective_that_pinterest_rejects_is_omitted_from_reports_on_products() -> None:
    stream, objective = "brand_conversions_report", "WEB_CONVERSION"
    few = World(boards=0, ad_accounts=2, campaigns=9, ad_groups=9, ads=9, active_percent=100)
    with Simulator(few, rejected_names=[objective], profile="ample") as sim:
        config = sim.config(
            start_date=str(sim.world.today - timedelta(days=30)), brand_category_sku_reports={"granularity": "MONTH"}
        )
        output = run_sync(sim, [stream], config={**config, "brand_category_sku_reports": None})
        assert_succeeded(output, [stream])
        objectives = {row["id"]: row["objective_type"] for row in sim.expected("campaigns").values()}
        read = {objectives[row["CAMPAIGN_ID"]] for row in output.records[stream]}
        assert {objective} == set(objectives.values()) - read
        warnings = warnings_of(output, stream, objective)
        assert len(warnings) == len({row["AD_ACCOUNT_ID"] for row in output.records[stream]}) == 2


def test_a_status_that_pinterest_rejects_is_skipped_and_the_last_one_rejects_its_report() -> None:
    statuses = {"two": ["RUNNING", "PAUSED"], "paused": ["PAUSED"]}
    fields = {"level": "CAMPAIGN", "granularity": "DAY", "columns": ["SPEND_IN_DOLLAR"]}
    few = World(boards=0, ad_accounts=1, campaigns=4, active_percent=100)
    with Simulator(few, rejected_names=["PAUSED"], profile="ample") as sim:
        config = sim.config(
            start_date=str(sim.world.today),
            custom_reports=[{"name": name, **fields, "campaign_statuses": some} for name, some in statuses.items()],
        )
        output = run_sync(sim, ["custom_two", "custom_paused"], config=config)
        status_of = {row["id"]: row["summary_status"] for row in sim.expected("campaigns").values()}
        assert output.status("custom_two") == "COMPLETE"
        assert {status_of[row["CAMPAIGN_ID"]] for row in output.records["custom_two"]} == {"RUNNING"}
        [warning] = warnings_of(output, "custom_two", "PAUSED")
        assert "come without" in warning
        assert_failed(output, "custom_paused", "config_error", "Pinterest rejects this report", "filters")
        assert not output.records["custom_paused"]


def test_a_rejection_without_a_name_leaves_the_days_to_the_next_sync() -> None:
    kinds = {
        **dict.fromkeys((*STREAMS[:2], "pin_analytics"), "system_error"),
        **dict.fromkeys(STREAMS[2:], "config_error"),
    }
    with Simulator(world(), rejected_names=[COLUMN, METRIC], names_the_rejected=False, profile="ample") as sim:
        output = run_sync(sim, kinds)
        for stream, kind in kinds.items():
            assert_failed(output, stream, kind, 'Pinterest answered "Invalid parameters" (HTTP 400, code 1')
            assert not output.records[stream]
    with Simulator(sim.world, profile="ample") as accepting:
        second = run_sync(accepting, kinds, state=output.states)
        assert_succeeded(second, kinds)
        for stream in kinds:
            assert set(held(accepting, stream)) == {key_of(stream, record) for record in second.records[stream]}
