"""Does a sync hold every row once, whatever becomes of a list while it is paged?"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.simulator import Simulator, World
from integration_tests.simulator.alterations import items_moved_by_one
from integration_tests.support.assertions import Key, assert_exact, assert_succeeded, key_of
from integration_tests.support.promises import promised_keys
from integration_tests.support.syncs import run_sync

PAGED = (
    "ad_accounts/list",
    "campaigns/list",
    "ad_groups/list",
    "audiences/list",
    "boards/list",
    "board_sections/list",
    "boards/list_pins",
    "board_sections/list_pins",
    "pins/list",
)


@pytest.fixture
def moving() -> Iterator[Simulator]:
    """A Pinterest whose lists, two items a page, grow at their beginning while they are paged."""
    world = World(boards=5, pins_per_board=4, sections_per_board=3, ad_accounts=5, campaigns=7, ad_groups=3)
    world.first_day = world.today - timedelta(days=4)
    with Simulator(world, page_cap=2) as sim:
        for operation in PAGED:
            sim.alter(operation, items_moved_by_one())
        yield sim


# -- an item that stands on two pages


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
@pytest.mark.parametrize(
    "streams",
    [
        ("ad_accounts", "audiences"),
        ("campaigns", "campaign_analytics", "ad_group_analytics"),
        ("ad_account_analytics",),
        ("keywords", "product_group_promotions"),
        ("boards", "board_sections", "board_pins", "board_section_pins", "pins"),
        ("board_section_pins", "pin_analytics"),
    ],
    ids=", ".join,
)
def test_an_item_on_two_pages_is_one_item(moving: Simulator, streams: tuple[str, ...], destination: str) -> None:
    settled = {"end": moving.world.today - timedelta(days=2)} if destination == "append" else {}
    output = run_sync(moving, streams, destination=destination)
    assert_succeeded(output, streams)
    assert_exact(output, moving, streams, **settled)


def test_an_account_on_two_pages_is_planned_once_and_no_state_is_ahead(
    moving: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a sync is ended: what its last state promises has come before it."""
    monkeypatch.setattr("source_pinterest.limits.STATE_EVERY_SECONDS", 0)
    stream = "campaign_analytics"
    truth = moving.expected(stream)
    output = run_sync(moving, [stream], config=moving.config(num_workers=2))
    held: set[Key] = set()
    states = 0
    for message in output.messages:
        if message.record:
            held.add(key_of(stream, message.record.data))
        elif message.state:
            states += 1
            assert promised_keys(dict(vars(message.state.stream.stream_state)), truth) <= held
    assert states >= moving.world.ad_accounts
