"""A row without its key is left out, counted and warned of, and the rows beside it are read."""

import pytest

from integration_tests.simulator.faults.alterations import with_rows_without_key
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.pinterest import Simulator
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated, small_world

sim = simulated(lambda: small_world(days=30, boards=0, ad_accounts=2, shared_ad_accounts=0, campaigns=20))


@pytest.mark.parametrize(
    ("stream", "operation", "keys"),
    [
        ("campaign_analytics", "campaigns/analytics", ("DATE", "CAMPAIGN_ID")),
        ("campaign_targeting_analytics", "campaign_targeting_analytics/get", ("DATE", "CAMPAIGN_ID")),
        ("campaign_analytics_report", "report/download", ("DATE", "CAMPAIGN_ID")),
        ("user_account_analytics", "user_account/analytics", ("date",)),
    ],
)
def test_rows_without_a_day_or_an_id_cost_themselves_alone(
    sim: Simulator, stream: str, operation: str, keys: tuple[str, ...]
) -> None:
    sim.alter(operation, with_rows_without_key(*keys))
    output = run_sync(sim, [stream])
    assert_succeeded(output, [stream])
    assert_exact(output, sim, [stream])
    warnings = [text for text in output.warnings() if f"without their key: {len(keys) + 1} of " in text]
    for account in {record.get("AD_ACCOUNT_ID", "") for record in output.records[stream]}:
        assert any(account in text and "They are left out. A row has no" in text for text in warnings)
