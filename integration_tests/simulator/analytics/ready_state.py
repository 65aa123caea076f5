"""Tell whether the metrics of a day are final.

https://developers.pinterest.com/docs/api/v5/metrics_ready_state-get: the same for every ad account.
"""

from collections.abc import Mapping
from typing import Any

from integration_tests.simulator.world.world import World


def metrics_ready_state(world: World, arguments: Mapping[str, Any]) -> dict[str, bool]:
    """Whether all is counted; conversions take a day longer than the rest."""
    age_days = (world.today - arguments["date"]).days
    return {
        "conversion_metrics_ready": age_days >= world.days_until_final,
        "non_conversion_metrics_ready": age_days >= world.days_until_final - 1,
    }
