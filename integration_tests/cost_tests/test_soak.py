"""A long sync stays small, and many accounts all get their turn. `make soak` does the same in full size."""

import sys
from collections.abc import Collection
from datetime import timedelta
from math import ceil
from pathlib import Path

import pytest

from integration_tests.support.assertions import Key, assert_same, key_of
from integration_tests.support.catalogs import ADS_ANALYTICS, CURSOR_FIELDS
from integration_tests.support.days import days_later
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.state_coverage import covered_keys
from integration_tests.support.syncs import run_sync
from tools.soak import accounts_world, soak
from tools.trial import trial, worlds

BYTES_PER_ACCOUNT = 200
DAY_SECONDS = 86_400


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_memory_is_flat_and_states_are_small(tmp_path: Path) -> None:
    accounts = 150
    seen = soak(accounts_world(accounts), ["campaigns", "campaign_analytics"], tmp_path, {"lookback_days": 0})

    assert seen.exit_code == 0
    assert seen.records["campaigns"] == 5 * accounts
    assert seen.growth < 1.25
    assert seen.largest_state_bytes <= BYTES_PER_ACCOUNT * accounts + 1_000


@pytest.mark.parametrize(
    ("accounts", "daily_share"),
    [(8, 0.08), pytest.param(60, 0.2, marks=pytest.mark.full_size), pytest.param(300, 1, marks=pytest.mark.full_size)],
)
def test_every_account_gets_its_turn_under_300_calls_a_day(accounts: int, daily_share: float) -> None:
    """Four streams of one call for each account: more than a day allows, or than a share of it does."""
    world = World(boards=0, ad_accounts=accounts, campaigns=1, ad_groups=1, ads=1, shared_ad_accounts=0)
    world.first_day = world.today - timedelta(days=1)
    held: dict[str, dict[Key, Record]] = {stream: {} for stream in ADS_ANALYTICS}
    states: dict[str, dict[str, object]] = {}
    with Simulator(world, profile="docs_2022", daily_share=daily_share, latency=0.05) as sim:
        # Slow enough for the 100 calls a second that docs_2022 allows of all kinds together.
        config = sim.config(max_wait_minutes=0, lookback_days=0, num_workers=4)
        days = 2 * ceil(4 * accounts / (300 * daily_share))
        for day in range(days):
            with days_later(world, day):
                output = run_sync(sim, ADS_ANALYTICS, config=config, state=states)
            states |= output.states
            for stream in ADS_ANALYTICS:
                held[stream] |= {key_of(stream, record): record for record in output.records[stream]}
            sim.advance(DAY_SECONDS)
        with days_later(world, days):
            expected_records = {stream: sim.expected(stream, end=world.first_day) for stream in ADS_ANALYTICS}
        for stream, expected in expected_records.items():
            of_the_first_day = [row for row in held[stream].values() if row["DATE"] == str(world.first_day)]
            assert_same(stream, of_the_first_day, expected)


ADS = ("ad_accounts", "campaigns", "ad_groups", "ads", "ad_account_analytics", "campaign_analytics", "ad_analytics")
LISTS = ("user_account", "boards", "pins", "audiences", "lead_forms", "user_account_analytics", "labels")
OF_BOARDS = ("board_sections", "board_pins", "board_section_pins")
STREAMS = (*ADS, "advertiser_report", *LISTS, *OF_BOARDS, "keywords", "keyword_metrics", "pin_analytics")
DAYS = 5


@pytest.mark.parametrize(
    ("place", "on_the_first_day", "in_five_days", "never"),
    [
        (0, set(STREAMS) - {"pin_analytics"}, (), {"pin_analytics"}),
        (1, {*LISTS, "ad_accounts", "campaigns", "ad_groups", "ads"}, STREAMS, set()),
        (
            2,
            {*ADS, *LISTS, "advertiser_report"},
            {"board_pins", "keyword_metrics"},
            {"board_sections", "board_section_pins"},
        ),
    ],
    ids=["180 pins", "2 ad accounts", "100 boards"],
)
def test_numbers_of_ads_come_first_and_each_day_comes_closer_to_the_end(
    place: int, on_the_first_day: Collection[str], in_five_days: Collection[str], never: Collection[str]
) -> None:
    """Each with numbers of a few days, and reports on the whole history of the two ad accounts."""
    world = list(worlds(tenths=1).values())[place]
    first_day = world.today - timedelta(days=3)
    start = None if place == 1 else str(first_day)
    held: dict[str, dict[Key, Record]] = {stream: {} for stream in STREAMS}
    ended: list[set[str]] = []
    for number, output in enumerate(trial(world, STREAMS, [*["trial"] * DAYS, "ample"], 0.1, start)):
        ended.append({stream for stream in STREAMS if output.status(stream) == "COMPLETE"})
        expected_records = {stream: world.expected(stream, start=first_day) for stream in STREAMS}
        for stream, expected in expected_records.items():
            if stream not in CURSOR_FIELDS:
                held[stream].clear()
            held[stream] |= {key_of(stream, record): record for record in output.records[stream]}
            assert covered_keys(output.states[stream], expected) <= held[stream].keys(), (number, stream)
    before = set[str]().union(*ended[:DAYS])
    assert on_the_first_day <= ended[0]
    assert before.issuperset(in_five_days)
    assert before.isdisjoint(never)
    assert ended[DAYS] == set(STREAMS)
    for stream, expected in expected_records.items():
        assert_same(stream, {key: held[stream].get(key, {}) for key in expected}.values(), expected)
