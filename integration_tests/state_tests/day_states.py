"""What states of days say, and the days that were requested."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from integration_tests.support.catalogs import ADS_ANALYTICS
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator

DAY_STREAMS = (*ADS_ANALYTICS, "user_account_analytics")
OPERATIONS = {
    "ad_account_analytics": "ad_account/analytics",
    "campaign_analytics": "campaigns/analytics",
    "ad_group_analytics": "ad_groups/analytics",
    "ad_analytics": "ads/analytics",
    "user_account_analytics": "user_account/analytics",
}
HISTORY_DAYS = 89
REPORT_DAYS = 913


def ago(sim: Simulator, days: int) -> date:
    return sim.world.today - timedelta(days=days)


def day(sim: Simulator, days: int) -> str:
    return ago(sim, days).isoformat()


def windows(sim: Simulator, stream: str, account: str | None = None) -> list[tuple[str, str]]:
    """The windows that were asked for, sorted; each call counts."""
    return sorted(
        (entry.values("start_date")[0], entry.values("end_date")[0])
        for entry in sim.calls(OPERATIONS[stream])
        if account is None or entry.path_parameters["ad_account_id"] == account
    )


def own(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A state as this connector keeps it."""
    return {
        "states": [
            {"partition": {"ad_account_id": account}, "cursor": dict(cursor)} for account, cursor in values.items()
        ]
    }


def cursors(output: Output, stream: str) -> dict[str, dict[str, Any]]:
    return {item["partition"]["ad_account_id"]: item["cursor"] for item in output.states[stream].get("states", ())}
