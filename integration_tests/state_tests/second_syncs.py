"""States, and what a second sync requested."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from integration_tests.support.catalogs import ADS_ANALYTICS
from integration_tests.support.days import ago
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator

DAY_STREAMS = (*ADS_ANALYTICS, "user_account_analytics")
OPERATIONS = {
    "ad_account_analytics": "ad_account/analytics",
    "campaign_analytics": "campaigns/analytics",
    "ad_group_analytics": "ad_groups/analytics",
    "ad_analytics": "ads/analytics",
}
HISTORY_DAYS, REPORT_DAYS = 89, 913
LOOKBACK_DAYS = 33
FOLDER = Path(__file__).parents[1]


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def day(sim: Simulator, days: int) -> str:
    return ago(sim, days).isoformat()


def windows(sim: Simulator, stream: str, account: str | None = None) -> list[tuple[str, str]]:
    """The windows that were requested, sorted; each call counts."""
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
    """The cursor of each account."""
    return {item["partition"]["ad_account_id"]: item["cursor"] for item in output.states[stream].get("states", ())}


def state_file(name: str) -> dict[str, Any]:
    """A state in a file, beside the standard tests."""
    entries = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return {entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"] for entry in entries}
