"""A sync makes the requests that the hours in docs/streams-and-limits.md are computed from."""

from collections import Counter
from datetime import UTC, datetime

from integration_tests.support.assertions import assert_succeeded
from integration_tests.support.catalogs import ADS_ANALYTICS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from source_pinterest import limits
from tools.quota_table import LEVELS, POLLS_PER_REPORT, analytics_calls, list_calls, report_calls

ENTITIES = (2, 251, 3)
LISTS = ("campaigns", "ad_groups", "ads")


def test_a_first_sync_of_an_ad_account_takes_the_calls_of_the_table() -> None:
    campaigns, ad_groups, ads = ENTITIES
    world = World(ad_accounts=1, campaigns=campaigns, ad_groups=ad_groups, ads=ads, first_day=datetime.now(UTC).date())
    with Simulator(world) as sim:
        streams = [*LISTS, *ADS_ANALYTICS]
        assert_succeeded(run_sync(sim, streams, config=sim.config(start_date=None)), streams)
        calls = Counter(entry.operation_id for entry in sim.log)

    assert sum(calls[f"{name}/list"] for name in LISTS) == list_calls(ENTITIES)
    assert len(ADS_ANALYTICS) == len(LEVELS)
    synchronous = analytics_calls(limits.SYNC_HISTORY_DAYS + 1, levels=(1, *ENTITIES))
    assert calls["ad_account/analytics"] + sum(calls[f"{name}/analytics"] for name in LISTS) == sum(synchronous)
    reports, polls = calls["analytics/create_report"], calls["analytics/get_report"]
    assert reports * (1 + POLLS_PER_REPORT) == report_calls()
    assert polls >= reports * POLLS_PER_REPORT, "the table has the fewest"
