"""Worlds no larger than the question of the test that reads them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from integration_tests.support.pinterest import Simulator, World


def simulated(
    make: Callable[[], World], *, scope: Literal["function", "module"] = "function", **settings: Any
) -> Callable[[], Iterator[Simulator]]:
    """A fixture: a local Pinterest with such a world, for each test of a module or for all of them."""

    @pytest.fixture(scope=scope)
    def sim() -> Iterator[Simulator]:
        with Simulator(make(), **settings) as simulator:
            yield simulator

    return sim  # type: ignore[no-any-return]


def small_world(*, days: int = 4, **sizes: Any) -> World:
    """A few of everything, with numbers for the last days alone; sizes as `World` takes them."""
    first_day = datetime.now(UTC).date() - timedelta(days=days - 1)
    few = {"boards": 2, "pins_per_board": 2, "sections_per_board": 1, "campaigns": 3, "ad_groups": 3, "ads": 3}
    return World(**{**few, "first_day": first_day, **sizes})
