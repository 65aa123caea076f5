"""A sync keeps to Pinterest's quotas, whatever they are and however the headers tell them.

It ends exact, or it stops cleanly, says until when, and completes on the days after. No test waits for a quota: where
a wait would come, the connection allows none, and the simulator's clock is moved.
"""

import pytest

from integration_tests.simulator import HeaderStyle
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.catalogs import ALL_STREAMS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth.lists import AUDIENCE_KEYS, CATALOG_ITEM_KEYS, ORGANISATION_KEYS
from integration_tests.support.worlds import small_world

DAY_SECONDS = 86_400
FEWER_STREAMS = [
    stream for stream in ALL_STREAMS if stream not in {**AUDIENCE_KEYS, **CATALOG_ITEM_KEYS, **ORGANISATION_KEYS}
]
"""All of them take more calls in a moment than a second allows."""


@pytest.mark.parametrize(
    ("profile", "style"),
    [
        ("standard", HeaderStyle.RECORDED),
        ("standard", HeaderStyle.PLAIN),
        ("standard", HeaderStyle.LIST),
        ("trial", HeaderStyle.ABSENT),
    ],
)
def test_a_sync_within_the_quota_is_exact_and_never_throttled(profile: str, style: HeaderStyle) -> None:
    with Simulator(
        small_world(ad_accounts=1, keyword_batches="answered"),
        profile=profile,
        header_style=style,
        open_betas=["multi_pins/analytics"],
    ) as sim:
        output = run_sync(sim, FEWER_STREAMS, config=sim.config(max_wait_minutes=0))
        assert_succeeded(output, FEWER_STREAMS)
        assert_exact(output, sim, FEWER_STREAMS)
        assert throttled(sim) == 0
        # However fast this machine is, and however its calls bunch up, they keep within the 100 of a second.
        assert len(sim.log) < 100


@pytest.mark.parametrize("style", [HeaderStyle.RECORDED, HeaderStyle.PLAIN])
def test_ten_calls_a_second_are_kept(style: HeaderStyle) -> None:
    with Simulator(World(boards=14, pins_per_board=1), profile="docs_2022", header_style=style) as sim:
        output = run_sync(sim, ["boards", "board_sections"])
        assert_succeeded(output, ["boards", "board_sections"])
        assert_exact(output, sim, ["boards", "board_sections"])
        # The first response has told the quota before the workers set out. A lone number does not say that it is of a
        # second, so that a 429 has to.
        assert throttled(sim) <= (10 if style is HeaderStyle.PLAIN else 0)


def throttled(sim: Simulator) -> int:
    """How many calls were refused for their rate."""
    return sum(entry.status == 429 for entry in sim.log)
