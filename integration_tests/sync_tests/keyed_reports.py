"""Reports by their keys, and what a state says of them."""

from datetime import timedelta
from typing import Any

from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

KEYWORDS, OTHER = "keyword_report", "ad_group_report"
DAYS = 3
DEDUP, APPEND = "append_dedup", "append"


def world(**options: Any) -> World:
    """A few days of two accounts: in the first each ad group has one ad, in the second it has two."""
    sizes = {"campaigns": 2, "ad_groups": 2, "ads": (2, 4), "product_groups": 2, "product_items": 2, "keywords": 2}
    found = World(**{"boards": 0, "active_percent": 100, **sizes, **options})
    found.first_day = found.first_day if "first_day" in options else found.today - timedelta(days=DAYS - 1)
    return found


def read(sim: Simulator, *streams: str, state: Any = None, destination: str = DEDUP, **options: Any) -> Output:
    start = str(sim.world.today - timedelta(days=DAYS))
    config = sim.config(**{"start_date": start, **options})
    return run_sync(sim, streams, config=config, state=state, destination=destination)


def cursors(output: Output, stream: str = KEYWORDS) -> dict[str, dict[str, Any]]:
    """The cursor of each account."""
    return {entry["partition"]["ad_account_id"]: entry["cursor"] for entry in output.states[stream]["states"]}


def span(sim: Simulator) -> list[str]:
    """The days that a sync of these tests reads."""
    return [str(sim.world.today - timedelta(days=DAYS)), str(sim.world.today)]
