"""The numbers of the simulated world behave like those of advertising."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import mean
from typing import Any

import pytest

from integration_tests.simulator.analytics import columns
from integration_tests.simulator.analytics.day_rows import Attribution
from integration_tests.simulator.analytics.magnitudes import amount, rate
from integration_tests.simulator.analytics.volumes import Volume
from integration_tests.simulator.reports import columns as report_columns
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.world.world import Kind
from integration_tests.support.pinterest import World

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
LEVELS = ("ad_account_analytics", "campaign_analytics", "ad_group_analytics", "ad_analytics", "keyword_report")
COUNTS = ("IMPRESSION_1", "CLICKTHROUGH_1", "OUTBOUND_CLICK_1", "TOTAL_CONVERSIONS", "TOTAL_CHECKOUT")
SPEND = "SPEND_IN_MICRO_DOLLAR"


def world_of(**options: Any) -> World:
    """Campaigns as they are, but without days that are missing by chance."""
    return World(**{"now": NOW, "ad_accounts": 1, "campaigns": 10, "active_percent": 99, **options})


def value(row: Mapping[str, Any], column: str) -> float:
    """A number of a row, where nothing is zero."""
    return row.get(column) or 0


def test_fewer_click_than_see_and_fewer_buy_than_click() -> None:
    for stream in LEVELS:
        start = NOW.date() - timedelta(days=30)
        rows = list(world_of().records(stream, start=start, wanted_columns=COUNTS))

        assert rows, stream
        for row in rows:
            seen, clicked, left, converted, bought = (value(row, column) for column in COUNTS)
            assert seen > clicked >= left >= converted >= bought, stream
            assert clicked > converted, stream


def test_a_row_agrees_with_itself() -> None:
    wanted = ("IMPRESSION", "CLICKTHROUGH")
    names = [*(f"{name}_{side}" for name in wanted for side in (1, 2)), *(f"TOTAL_{name}" for name in wanted)]
    rates = ["CTR", "CPM_IN_DOLLAR", "SPEND_IN_DOLLAR", SPEND, "CHECKOUT_ROAS", "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR"]
    rows = list(world_of(full_rows=True).records("campaign_analytics", wanted_columns=[*names, *rates]))

    assert any(row["CHECKOUT_ROAS"] != 1 for row in rows)
    for row in rows:
        for name in wanted:
            assert row[f"TOTAL_{name}"] == row[f"{name}_1"] + row[f"{name}_2"]
        assert row["CTR"] == pytest.approx(row["CLICKTHROUGH_1"] / row["IMPRESSION_1"])
        assert row["SPEND_IN_DOLLAR"] == pytest.approx(row[SPEND] / 1_000_000)
        assert row["CPM_IN_DOLLAR"] == pytest.approx(row["SPEND_IN_DOLLAR"] * 1_000 / row["IMPRESSION_1"])
        if row["TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR"] > 1:
            assert row["CHECKOUT_ROAS"] == pytest.approx(row["TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR"] / row[SPEND])


def test_weekends_are_busier() -> None:
    by_weekday = defaultdict(list)
    for row in world_of().records("ad_account_analytics", wanted_columns=["IMPRESSION_1"]):
        by_weekday[date.fromisoformat(row["DATE"]).weekday()].append(row["IMPRESSION_1"])

    quiet, busy = (mean(mean(by_weekday[day]) for day in days) for days in ((0, 1, 2), (5, 6)))
    assert 1.25 * quiet < busy < 2 * quiet


def test_campaigns_start_and_pause_and_end() -> None:
    world = world_of()
    campaigns = {campaign["id"]: campaign for campaign in world.records("campaigns")}
    days = defaultdict(list)
    for campaign, day in world.expected("campaign_analytics"):
        days[campaign].append(date.fromisoformat(day))

    for campaign, active in days.items():
        start, end = (campaigns[campaign][name] for name in ("start_time", "end_time"))
        assert datetime.fromtimestamp(start, UTC).date() <= active[0]
        assert end is None or active[-1] < datetime.fromtimestamp(end, UTC).date()
    first, last = min(map(min, days.values())), max(map(max, days.values()))
    assert last == world.today
    assert sum(active[0] > first + timedelta(days=5) for active in days.values()) == 4
    assert sum(active[-1] < last - timedelta(days=5) for active in days.values()) == 2
    gaps = [max(after - before for before, after in pairwise(active)) for active in days.values()]
    assert sum(gap > timedelta(days=5) for gap in gaps) == 3
    assert {campaign["summary_status"] for campaign in campaigns.values() if campaign["end_time"]} >= {"COMPLETED"}


def test_what_is_in_a_campaign_runs_with_it() -> None:
    world = world_of(ad_groups=20, ads=20)
    days: dict[str, defaultdict[str, set[str]]] = {level: defaultdict(set) for level in LEVELS[1:]}
    for level in LEVELS[1:]:
        for row in world.records(level, start=NOW.date() - timedelta(days=89), wanted_columns=["CAMPAIGN_ID", SPEND]):
            days[level][str(row["CAMPAIGN_ID"])].add(row["DATE"])
    paused = NOW.date() - timedelta(days=38)
    second = world.entity_id(Kind.CAMPAIGNS, 0, 1)

    for level in LEVELS[1:]:
        assert days[level][second]
        assert str(paused) not in days[level][second]
        assert all(days[level][campaign] <= _between(run) for campaign, run in days["campaign_analytics"].items())


def _between(run: set[str]) -> set[str]:
    first = date.fromisoformat(min(run)) - timedelta(days=1)
    last = date.fromisoformat(max(run)) + timedelta(days=1)
    return {str(first + timedelta(days=number)) for number in range((last - first).days + 1)}


def test_late_conversions_are_more_than_before() -> None:
    world = world_of()
    asked = {"wanted_columns": ["TOTAL_CONVERSIONS", "TOTAL_CHECKOUT"], "start": NOW.date() - timedelta(days=7)}
    counts = []
    for _ in range(3):
        counts.append(world.expected("campaign_analytics", **asked))
        world.restate(days_back=7)

    for before, after in pairwise(counts):
        assert before.keys() == after.keys()
        assert all(value(before[key], "TOTAL_CONVERSIONS") < value(after[key], "TOTAL_CONVERSIONS") for key in before)
        assert all(value(before[key], "TOTAL_CHECKOUT") <= value(after[key], "TOTAL_CHECKOUT") for key in before)


def test_a_longer_window_counts_more() -> None:
    def total(column: str, **windows: int) -> float:
        rows = world_of().records("campaign_analytics", wanted_columns=[column], attribution=Attribution(**windows))
        return sum(value(row, column) for row in rows)

    by_click = [total("TOTAL_CLICK_PAGE_VISIT", click_window_days=days) for days in (0, 1, 7, 14, 30, 60)]

    assert by_click[0] == 0
    assert all(shorter < longer for shorter, longer in pairwise(by_click))
    assert total("TOTAL_VIEW_PAGE_VISIT", click_window_days=1) == total("TOTAL_VIEW_PAGE_VISIT")


@pytest.mark.parametrize("targeting_type", ["COUNTRY", "GENDER"])
def test_the_values_of_a_targeting_type_add_up(targeting_type: str) -> None:
    world = world_of()
    asked = {"wanted_columns": [SPEND, "IMPRESSION_1"]}
    added: Counter[tuple[str, ...]] = Counter()
    for row in world.records("campaign_targeting_analytics", targeting_types=[targeting_type], **asked):
        for column in asked["wanted_columns"]:
            added[str(row["CAMPAIGN_ID"]), row["DATE"], column] += value(row, column)

    whole = world.expected("campaign_analytics", **asked)
    assert added == {(*key, column): row[column] for key, row in whole.items() for column in asked["wanted_columns"]}


def test_the_hours_of_a_day_add_up_to_it() -> None:
    world = world_of()
    day, wanted = NOW.date() - timedelta(days=3), ("CAMPAIGN_ID", "IMPRESSION_1")
    order = {"level": "CAMPAIGN", "start_date": day, "end_date": day, "columns": wanted}
    hours: Counter[str] = Counter()
    for row in world.report(ReportRequest(**order, granularity="HOUR")):
        hours[str(row["CAMPAIGN_ID"])] += row["IMPRESSION_1"]

    assert len(hours) > 3
    assert hours == {str(row["CAMPAIGN_ID"]): row["IMPRESSION_1"] for row in world.report(ReportRequest(**order))}


def test_no_name_comes_twice() -> None:
    for stream in ["ad_accounts", "campaigns", "ad_groups", "ads"]:
        world = world_of(ad_accounts=13, campaigns=30, ad_groups=30, ads=30)
        names = [record["name"] for record in world.records(stream) if record["name"]]

        assert len(names) >= 13, stream
        assert len(set(names)) == len(names), stream


def test_every_column_is_made_of_something_and_conversions_of_what_people_did_later() -> None:
    later = {Volume.BY_CLICK, Volume.BY_ENGAGEMENT, Volume.BY_VIEW}
    for table in (columns, report_columns):
        made = {name: amount(name).parts for name in (*table.COUNTS, *table.MICROS)}
        made |= {name: (*rate(name).above.parts, *rate(name).below.parts) for name in table.NUMBERS}
        assert made
        for name, parts in made.items():
            assert all(part.share for part in parts), name
            assert any(part.volume in later for part in parts) is columns.is_conversion(name), name
