"""Under the quota of a day that Trial access has, numbers of ads come first, and each sync comes closer to the end.

The worlds of docs/streams-and-limits.md at a tenth of their size, with a tenth of the calls.
`tools/trial.py` plays them in full.
"""

from collections.abc import Collection
from datetime import timedelta

import pytest

from integration_tests.support.assertions import Key, assert_same, key_of
from integration_tests.support.catalogs import CURSOR_FIELDS
from integration_tests.support.days import days_later
from integration_tests.support.outputs import Record
from integration_tests.support.promises import promised_keys
from tools.trial import trial, worlds

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
        with days_later(world, number):
            truth = {stream: world.expected(stream, start=first_day) for stream in STREAMS}
        for stream, expected in truth.items():
            if stream not in CURSOR_FIELDS:
                held[stream].clear()
            held[stream] |= {key_of(stream, record): record for record in output.records[stream]}
            assert promised_keys(output.states[stream], expected) <= held[stream].keys(), (number, stream)
    before = set[str]().union(*ended[:DAYS])
    assert on_the_first_day <= ended[0]
    assert before.issuperset(in_five_days)
    assert before.isdisjoint(never)
    assert ended[DAYS] == set(STREAMS)
    for stream, expected in truth.items():
        assert_same(stream, {key: held[stream].get(key, {}) for key in expected}.values(), expected)
