"""The targeting streams hold every row of the synchronous endpoints, in requests that Pinterest takes."""

from typing import Any

from jsonschema import Draft7Validator

from integration_tests.simulator import Attribution
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.days import ago
from integration_tests.support.expected_records.analytics import TARGETING_KEYS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated
from source_pinterest import limits
from source_pinterest.source import SourcePinterest

STREAMS = tuple(TARGETING_KEYS)
CALLS = {
    "ad_account_targeting_analytics": "ad_account_targeting_analytics/get",
    "campaign_targeting_analytics": "campaign_targeting_analytics/get",
    "ad_group_targeting_analytics": "ad_groups_targeting_analytics/get",
    "ad_targeting_analytics": "ad_targeting_analytics/get",
}
COLUMNS = ["SPEND_IN_DOLLAR", "TOTAL_IMPRESSION", "TOTAL_CHECKOUT"]
COLUMNS_AND_IDS = ("AD_ACCOUNT_ID", *COLUMNS)
IN_BETA = {"AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS"}
sim = simulated(lambda: World(boards=0, ad_accounts=2, campaigns=2, ad_groups=2, ads=2))


def config(sim: Simulator, days_back: int = 9, **more: Any) -> dict[str, Any]:
    return sim.config(start_date=str(ago(sim, days_back)), analytics_columns=COLUMNS, **more)


def test_every_row_and_column_of_all_types_that_are_open_to_everyone_in_one_call(sim: Simulator) -> None:
    output = run_sync(sim, STREAMS, config=sim.config(start_date=str(ago(sim, 1))))
    assert_succeeded(output, STREAMS)
    assert_exact(output, sim, STREAMS, start=ago(sim, 1))
    schemas = {one.name: one.get_json_schema() for one in SourcePinterest().streams(sim.config())}
    for stream in STREAMS:
        for record in output.records[stream]:
            assert not list(Draft7Validator(schemas[stream]).iter_errors(record))
            assert set(record) <= set(schemas[stream]["properties"])
        calls = sim.calls(CALLS[stream])
        assert len(calls) == sim.world.ad_accounts
        for types in (call.values("targeting_types") for call in calls):
            assert len(types) >= 12
            assert not IN_BETA & set(types)


def test_days_before_the_endpoints_history_are_left_to_the_reports(sim: Simulator) -> None:
    output = run_sync(sim, ["campaign_targeting_analytics"], config=config(sim, 200))
    assert_succeeded(output, ["campaign_targeting_analytics"])
    assert_exact(output, sim, ["campaign_targeting_analytics"], wanted_columns=COLUMNS_AND_IDS)
    assert not sim.calls("analytics/create_report")
    [told] = [text for _, text in output.logs if "is older than" in text]
    assert str(ago(sim, 200)) in told
    assert str(ago(sim, limits.SYNC_HISTORY_DAYS)) in told


def test_attribution_windows_of_targeting_are_those_of_analytics(sim: Simulator) -> None:
    output = run_sync(sim, ["ad_targeting_analytics"], config=config(sim, 3, attribution_window="7/7/7"))
    attribution = Attribution(7, 7, 7)
    assert_exact(
        output,
        sim,
        ["ad_targeting_analytics"],
        start=ago(sim, 3),
        wanted_columns=COLUMNS_AND_IDS,
        attribution=attribution,
    )


def test_many_entities_go_into_calls_of_bounded_size() -> None:
    with Simulator(World(boards=0, ad_accounts=1, campaigns=30, ad_groups=0, ads=0)) as sim:
        output = run_sync(sim, ["campaign_targeting_analytics"], config=config(sim, 19))
        assert_exact(output, sim, ["campaign_targeting_analytics"], start=ago(sim, 19), wanted_columns=COLUMNS_AND_IDS)
        calls = sim.calls(CALLS["campaign_targeting_analytics"])
        assert len(calls) == 3, "200 entities x days a call, which are about 10,000 rows"
