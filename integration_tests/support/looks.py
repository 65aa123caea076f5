"""Look at an account as `make live` does, in this process and on the simulator's clock."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.worlds import small_world
from integration_tests.tools.live.run import look_at

REPORTS = ("analytics/create_report", "analytics/create_mmm_report", "analytics/create_conversion_product_report")
MOST_CALLS = 120


def looked_at(sim: Simulator, folder: Path, sleep: Callable[[float], None] | None = None) -> dict[str, Any]:
    """The report, as it stands in its file; whatever comes of it, the look was modest."""
    path = folder / "config.json"
    path.write_text(json.dumps(sim.config()), encoding="utf-8")
    with mock.patch.dict(os.environ, {"PINTEREST_API_URL": sim.url, "PINTEREST_SAVE_TOKENS": "1"}):
        report = json.loads(json.dumps(look_at(path, sleep or sim.advance)))
    assert_modest(sim)
    return dict(report)


def assert_modest(sim: Simulator) -> None:
    """At most 120 calls; none writes, and none breaks a rule but the one that asks for undocumented columns."""
    calls = [entry for entry in sim.log if entry.operation_id != DOWNLOAD]
    assert len(calls) <= MOST_CALLS
    assert {entry.operation_id for entry in calls if entry.method != "GET"} <= {"oauth/token", *REPORTS}
    assert [entry.path for entry in calls if not entry.operation_id] == []
    broken = [entry.broken_rule for entry in calls if entry.broken_rule and entry.operation_id != "campaigns/analytics"]
    assert broken == []


def small_account(**sizes: Any) -> World:
    """One ad account with a few days of a few entities, each of which has numbers, whatever the day."""
    few = {"days": 3, "ad_accounts": 1, "campaigns": 2, "ad_groups": 2, "ads": 2, "active_percent": 100}
    return small_world(**{**few, **sizes})
