"""Rows of ads analytics and reports have the currency of their ad account."""

from datetime import timedelta

from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

REPORT = "custom__mine"
STREAMS = ("campaign_analytics", "campaign_targeting_analytics", "campaign_analytics_report", "marketing_mix_report")


def test_each_row_has_the_currency_of_its_ad_account() -> None:
    with Simulator(World(boards=0, ad_accounts=2, campaigns=1)) as sim:
        start = sim.world.today - timedelta(days=2)
        output = run_sync(sim, STREAMS, config=sim.config(start_date=start.isoformat()))
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS[:2], start=start)
        currencies = {account["id"]: account["currency"] for account in sim.expected("ad_accounts").values()}
        assert len(set(currencies.values())) == len(currencies) == 2
        for stream in STREAMS:
            found = {row["AD_ACCOUNT_ID"]: row["CURRENCY"] for row in output.records[stream]}
            assert found == currencies, stream


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
