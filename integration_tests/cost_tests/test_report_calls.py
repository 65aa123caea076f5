"""The requests of all report streams, and of all analytics by targeting, from Pinterest's limits alone."""

from collections import Counter
from math import ceil

from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.assertions import assert_succeeded
from integration_tests.support.pinterest import Simulator
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth.analytics import TARGETING_KEYS
from integration_tests.support.truth.reports import OWN_REPORT_KEYS, REPORT_KEYS
from integration_tests.support.worlds import small_world

LEVELS, LEVELS_BY_TARGETING, CONVERSION_STREAMS, SPLITS_OF_CONVERSIONS = 7, 6, 4, 2
TARGETING_TYPES, TARGETING_TYPES_A_REPORT = 15, 5
ORDERS = {
    "analytics/create_report": LEVELS + LEVELS_BY_TARGETING * ceil(TARGETING_TYPES / TARGETING_TYPES_A_REPORT),
    "analytics/create_mmm_report": 1,
    "analytics/create_conversion_product_report": CONVERSION_STREAMS * SPLITS_OF_CONVERSIONS,
}
"""Of an ad account, in as few days as fit into one report of each kind."""

BY_TARGETING = (
    "ad_account_targeting_analytics/get",
    "campaign_targeting_analytics/get",
    "ad_groups_targeting_analytics/get",
    "ad_targeting_analytics/get",
)
PARENTS = ("campaigns/list", "ad_groups/list", "ads/list")


def test_reports_are_created_and_polled_in_the_fewest_requests() -> None:
    # Seven days hold a Monday, on which a weekly report begins, whatever today is.
    world = small_world(days=7, campaigns=1, ad_groups=1, ads=1)
    streams = (*TARGETING_KEYS, *REPORT_KEYS, *OWN_REPORT_KEYS)
    with Simulator(world, profile="ample") as sim:
        output = run_sync(sim, streams, config=sim.config(start_date=str(world.first_day)))
        assert_succeeded(output, streams)
        made = Counter(entry.operation_id for entry in sim.log)
    for order, times in ORDERS.items():
        assert made.pop(order.replace("create", "get")) >= world.ad_accounts * times, "each is asked about"
    a_sync = {"oauth/token": 1, "ad_accounts/list": 1}
    an_account = {**ORDERS, DOWNLOAD: sum(ORDERS.values()), **dict.fromkeys((*PARENTS, *BY_TARGETING), 1)}
    assert made == a_sync | {operation: world.ad_accounts * times for operation, times in an_account.items()}
