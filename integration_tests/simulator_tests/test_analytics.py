"""Simulated analytics have the rows that are asked for, with numbers that behave like those of advertising."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from integration_tests.simulator import SYNC_COLUMNS, Attribution
from integration_tests.simulator.analytics import columns
from integration_tests.simulator.analytics.magnitudes import amount, rate
from integration_tests.simulator.reports import columns as report_columns
from integration_tests.simulator_tests.small_worlds import CAMPAIGN, NOW, small_world
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

ANALYTICS = ("ad_account_analytics", "campaign_analytics", "ad_group_analytics", "ad_analytics")
COUNTS = ("IMPRESSION_1", "CLICKTHROUGH_1", "OUTBOUND_CLICK_1", "TOTAL_CONVERSIONS", "TOTAL_CHECKOUT")
SPEND = "SPEND_IN_MICRO_DOLLAR"


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(small_world(campaigns=(10, 0), ad_groups=(12, 0), ads=(300, 0)), profile="ample") as simulator:
        yield simulator


def busy_world(**options: Any) -> World:
    """Campaigns as they are, but without days that are missing by chance."""
    return small_world(**{"ad_accounts": 1, "campaigns": 10, "active_percent": 99, **options})


def value(row: Mapping[str, Any], column: str) -> float:
    """A number of a row, where nothing is zero."""
    return row.get(column) or 0


# -- which rows and columns


def test_a_column_without_value_is_left_out_as_recorded_or_null_or_zero() -> None:
    plain, recorded = (
        [row.get("TOTAL_CHECKOUT", "left out") for row in small_world(row_form=form).records("campaign_analytics")]
        for form in ("plain", "recorded")
    )
    assert {"left out", None, 0} <= set(plain)
    assert "left out" in recorded
    assert not {None, 0} & set(recorded)


def test_full_rows_have_every_column() -> None:
    world = small_world(full_rows=True, active_percent=100)
    for stream in ANALYTICS:
        full = list(world.records(stream, start=world.today, wanted_columns=SYNC_COLUMNS))
        assert {frozenset(row) for row in full} == {frozenset({*SYNC_COLUMNS, "CURRENCY", "DATE"})}, stream
        assert not any(value is None for row in full for value in row.values()), stream
    assert len(world.expected("campaign_analytics", start=world.today - timedelta(days=88))) == 2 * 10 * 89


def test_other_rows_have_floats_and_midnights_in_days_and_weeks() -> None:
    world = small_world(row_form="other", ad_accounts=1)
    with Simulator(world, report_seconds=0) as sim, Client(sim) as api:
        columns = ["CAMPAIGN_ID", "ADVERTISER_ID", "PAID_IMPRESSION"]
        days = api.call("campaigns/analytics", columns=",".join(columns)).json()
        weeks = [row for rows in api.report(columns=columns, granularity="WEEK").values() for row in rows]

    for rows in (days, weeks):
        assert {row["DATE"][10:] for row in rows} == {"T00:00:00", " 00:00:00Z"}
        kinds = {tuple(type(row[name]) for name in columns) for row in rows}
        assert kinds == {(int, float, float)}


def test_only_the_columns_asked_for_and_the_key_are_in_a_row(api: Client) -> None:
    rows = api.call("campaigns/analytics", columns="SPEND_IN_DOLLAR").json()

    assert {name for row in rows for name in row} == {"CAMPAIGN_ID", "DATE", "SPEND_IN_DOLLAR"}


def test_rows_lie_between_the_first_day_and_today() -> None:
    first = NOW.date() - timedelta(days=10)
    world = small_world(first_day=first)
    for stream in (*ANALYTICS, "user_account_analytics"):
        days = {key[-1] for key in world.expected(stream, end=world.today + timedelta(days=1))}
        assert max(days) == str(world.today), stream
        assert min(days) == str(first) or stream == "user_account_analytics"


def test_entities_of_another_account_have_no_rows(sim: Simulator, api: Client) -> None:
    assert api.call("campaigns/analytics", campaign_ids=sim.world.entity_id(CAMPAIGN, 1, 0)).json() == []


def test_totals_add_up_the_days_and_weeks_start_on_monday(api: Client) -> None:
    days, weeks, totals = (
        api.call("campaigns/analytics", columns="PAID_IMPRESSION", granularity=granularity).json()
        for granularity in ("DAY", "WEEK", "TOTAL")
    )
    added = Counter[str]()
    for row in days:
        added[str(row["CAMPAIGN_ID"])] += row.get("PAID_IMPRESSION") or 0

    assert {str(row["CAMPAIGN_ID"]): row["PAID_IMPRESSION"] for row in totals} == added
    assert not any("DATE" in row for row in totals)
    assert {datetime.fromisoformat(row["DATE"]).weekday() for row in weeks} == {0}


# -- conversions


def test_late_conversions_raise_recent_conversions_and_change_nothing_else() -> None:
    world = busy_world()
    before = world.expected("campaign_analytics")
    world.restate(days_back=7)
    after = world.expected("campaign_analytics")
    changed = {key for key in before if before[key] != after[key]}
    names = {name for key in changed for name in before[key] if before[key][name] != after[key].get(name)}

    assert before.keys() == after.keys()
    assert {key[1] for key in changed} == {str(world.today - timedelta(days=days)) for days in range(8)}
    assert all(columns.is_conversion(name) for name in names)
    assert all(value(before[key], "TOTAL_CONVERSIONS") < value(after[key], "TOTAL_CONVERSIONS") for key in changed)


def test_the_attribution_asked_for_is_served_and_changes_conversions_only(sim: Simulator, api: Client) -> None:
    day = {"start": sim.world.today - timedelta(days=5), "wanted_columns": ["SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"]}
    usual = sim.expected("campaign_analytics", **day)
    for asked in [{"click_window_days": 1, "view_window_days": 0}, {"conversion_report_time": "TIME_OF_CONVERSION"}]:
        expected = sim.expected("campaign_analytics", attribution=Attribution(**asked), **day)
        served = api.call("campaigns/analytics", **asked).json()

        assert usual != expected, asked
        assert [row.get("SPEND_IN_DOLLAR") for row in usual.values()] == [
            row.get("SPEND_IN_DOLLAR") for row in expected.values()
        ], asked
        assert served
        for row in served:
            assert expected[str(row["CAMPAIGN_ID"]), row["DATE"]].get("TOTAL_CHECKOUT") == row.get("TOTAL_CHECKOUT")


# -- numbers


def test_fewer_click_than_see_and_fewer_buy_than_click_and_a_row_agrees_with_itself() -> None:
    wanted = [*COUNTS, "IMPRESSION_2", "TOTAL_IMPRESSION", "CTR", "SPEND_IN_DOLLAR", SPEND]
    for stream in ANALYTICS:
        rows = list(busy_world().records(stream, start=NOW.date() - timedelta(days=10), wanted_columns=wanted))

        assert rows, stream
        for row in rows:
            seen, clicked, left, converted, bought = (value(row, column) for column in COUNTS)
            assert seen > clicked >= left >= converted >= bought, stream
            assert value(row, "TOTAL_IMPRESSION") == seen + value(row, "IMPRESSION_2"), stream
            assert value(row, "CTR") == pytest.approx(clicked / seen), stream
            assert value(row, "SPEND_IN_DOLLAR") == pytest.approx(value(row, SPEND) / 1_000_000), stream


def test_campaigns_start_and_pause_and_end_and_what_is_in_them_runs_with_them() -> None:
    world = busy_world(ad_groups=20, ads=20)
    campaigns = {campaign["id"]: campaign for campaign in world.records("campaigns")}
    days: dict[str, defaultdict[str, set[date]]] = {level: defaultdict(set) for level in ANALYTICS[1:]}
    for level, active in days.items():
        for row in world.records(level, wanted_columns=["CAMPAIGN_ID", SPEND]):
            active[str(row["CAMPAIGN_ID"])].add(date.fromisoformat(row["DATE"]))

    runs = days["campaign_analytics"]
    for campaign, active in runs.items():
        start, end = (campaigns[campaign][name] for name in ("start_time", "end_time"))
        assert datetime.fromtimestamp(start, UTC).date() <= min(active)
        assert end is None or max(active) < datetime.fromtimestamp(end, UTC).date()
    first, last = min(map(min, runs.values())), max(map(max, runs.values()))
    assert last == world.today
    assert sum(min(active) > first + timedelta(days=5) for active in runs.values()) == 4
    assert sum(max(active) < last - timedelta(days=5) for active in runs.values()) == 2
    paused = [max(later - day for day, later in pairwise(sorted(active))) for active in runs.values()]
    assert sum(pause > timedelta(days=5) for pause in paused) == 3
    second, in_its_pause = world.entity_id(CAMPAIGN, 0, 1), NOW.date() - timedelta(days=38)
    for level in ANALYTICS[1:]:
        assert days[level][second], level
        assert in_its_pause not in days[level][second], level


def test_every_column_is_made_of_something_and_conversions_of_what_people_did_later() -> None:
    later = {"BY_CLICK", "BY_ENGAGEMENT", "BY_VIEW"}
    for table in (columns, report_columns):
        made = {name: amount(name).parts for name in (*table.COUNTS, *table.MICROS)}
        made |= {name: (*rate(name).above.parts, *rate(name).below.parts) for name in table.NUMBERS}
        assert made
        for name, parts in made.items():
            assert all(part.share for part in parts), name
            assert any(part.volume in later for part in parts) is columns.is_conversion(name), name


# -- days that are not final


def test_the_last_two_days_of_the_user_are_still_moving() -> None:
    world = small_world()
    before = world.expected("user_account_analytics")
    statuses = [day["data_status"] for day in before.values()]
    yesterday = (str(world.today - timedelta(days=1)),)
    world.now += timedelta(days=2)
    settled = world.expected("user_account_analytics")[yesterday]

    assert statuses == ["BEFORE_BUSINESS_CREATED"] * 4 + ["READY"] * 84 + ["ESTIMATE", "PROCESSING"]
    assert settled["data_status"] == "READY"
    assert settled["metrics"] != before[yesterday]["metrics"]


def test_a_day_is_final_when_it_is_old_enough() -> None:
    with Simulator(World(days_until_final=3)) as sim, Client(sim) as api:
        days = [str(sim.world.today - timedelta(days=age)) for age in range(5)]
        states = [api.call("metrics_ready_state/get", date=day).json() for day in days]

    assert [state["conversion_metrics_ready"] for state in states] == [False, False, False, True, True]
    assert [state["non_conversion_metrics_ready"] for state in states] == [False, False, True, True, True]
