"""The currency of a row is that of its ad account, and no column that Pinterest is asked for."""

from datetime import timedelta

from integration_tests.support.assertions import assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

REPORT = "custom__mine"


def test_the_currency_is_not_requested_as_a_column() -> None:
    with Simulator(World(boards=0, ad_accounts=1, campaigns=1)) as sim:
        start = (sim.world.today - timedelta(days=95)).isoformat()
        columns = ["SPEND_IN_DOLLAR"]
        report = {"name": "Mine", "level": "CAMPAIGN", "granularity": "DAY", "columns": columns}
        streams = ("campaign_analytics", REPORT)
        states = []
        for added in ([], ["currency"]):
            chosen = [*columns, *added]
            reports = [{**report, "columns": chosen}]
            config = sim.config(start_date=start, analytics_columns=chosen, custom_reports=reports)
            output = run_sync(sim, streams, config=config)
            assert_succeeded(output, streams)
            assert all(row["CURRENCY"] for stream in streams for row in output.records[stream])
            states.append([output.states[stream] for stream in streams])
        assert states[0] == states[1]
        named = [entry.values("columns") for entry in sim.calls("campaigns/analytics")]
        named += [entry.body["columns"] for entry in sim.calls("analytics/create_report") if entry.body]
        assert named
        assert "CURRENCY" not in {name.upper() for names in named for name in names}
