"""Reports with an endpoint of their own, and what they asked for."""

from datetime import date, timedelta
from typing import Any

from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import OWN_REPORT_KEYS

MIX, BRANDS, SKUS = "marketing_mix_report", "brand_conversions_report", "sku_conversions_report"
CREATE = {
    MIX: "analytics/create_mmm_report",
    **dict.fromkeys(set(OWN_REPORT_KEYS) - {MIX}, "analytics/create_conversion_product_report"),
}
DAYS = 20


def world(**settings: Any) -> World:
    sizes: dict[str, Any] = {
        "boards": 0,
        "catalogs": 0,
        "ad_accounts": 2,
        "campaigns": (6, 2),
        "ad_groups": 2,
        "ads": 2,
    }
    return World(**{**sizes, **settings})


def ago(sim: Simulator, days: int) -> date:
    return sim.world.today - timedelta(days=days)


def read(
    sim: Simulator, stream: str, *, state: Any = None, destination: str = "append_dedup", **options: Any
) -> Output:
    config = sim.config(**{"start_date": str(ago(sim, DAYS)), "lookback_days": 3, **options})
    return run_sync(sim, [stream], config=config, state=state, destination=destination)


def orders(sim: Simulator, stream: str) -> list[dict[str, Any]]:
    return [entry.body or {} for entry in sim.calls(CREATE[stream])]
