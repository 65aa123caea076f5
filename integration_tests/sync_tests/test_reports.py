"""History comes from asynchronous reports, each day once, and every report stream holds what Pinterest does."""

import time
from datetime import timedelta
from threading import Event
from typing import Any

from integration_tests.support.assertions import assert_exact, assert_same, assert_succeeded
from integration_tests.support.catalogs import ADS_ANALYTICS
from integration_tests.support.days import ago, days_later
from integration_tests.support.expected_records.reports import REPORT_KEYS, REPORT_STREAMS, usual_targeting_types_of
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import simulated

STREAM = "campaign_analytics"
CREATE, SYNCHRONOUS = "analytics/create_report", "campaigns/analytics"
SYNCHRONOUS_DAYS = 89
LOOKBACK_DAYS = 33
COLUMNS = ("AD_ACCOUNT_ID", "SPEND_IN_DOLLAR", "TOTAL_CHECKOUT")
sim = simulated(lambda: World(boards=0, ad_accounts=1, campaigns=4, ad_groups=4, ads=4))


def config(sim: Simulator, days: int, **options: Any) -> dict[str, Any]:
    """A config that starts some days ago, and requests few columns."""
    return sim.config(start_date=ago(sim, days).isoformat(), analytics_columns=list(COLUMNS), **options)


def reported(sim: Simulator) -> list[tuple[str, str]]:
    """The windows of the reports that were created."""
    return sorted((entry.body["start_date"], entry.body["end_date"]) for entry in sim.calls(CREATE) if entry.body)


def asked(sim: Simulator) -> list[tuple[str, str]]:
    """The windows of the synchronous calls."""
    return sorted((entry.values("start_date")[0], entry.values("end_date")[0]) for entry in sim.calls(SYNCHRONOUS))


def window(sim: Simulator, first: int, last: int) -> tuple[str, str]:
    """A window in days back from today."""
    return ago(sim, first).isoformat(), ago(sim, last).isoformat()


def cursor(output: Output, stream: str = STREAM) -> dict[str, Any]:
    [entry] = output.states[stream]["states"]
    return dict(entry["cursor"])


def test_a_first_sync_of_900_days_and_those_after_it() -> None:
    with Simulator(World(boards=0, ad_accounts=1, campaigns=3)) as sim:
        options = config(sim, 899)
        first = run_sync(sim, [STREAM], config=options)
        assert_succeeded(first, [STREAM])
        assert_exact(first, sim, [STREAM], start=ago(sim, 899), wanted_columns=COLUMNS)
        assert len(reported(sim)) == 5
        assert asked(sim) == [window(sim, SYNCHRONOUS_DAYS, 0)]
        assert cursor(first) == {"DATE": str(ago(sim, 0)), "from": str(ago(sim, 899))}
        sim.log.clear()
        again = run_sync(sim, [STREAM], config=options, state=first.states)
        assert_exact(again, sim, [STREAM], start=ago(sim, LOOKBACK_DAYS), wanted_columns=COLUMNS)
        with days_later(sim.world, 1):
            second = run_sync(sim, [STREAM], config=options, state=again.states)
            assert_exact(second, sim, [STREAM], start=ago(sim, LOOKBACK_DAYS + 1), wanted_columns=COLUMNS)
        assert not sim.calls(CREATE)
        assert len(asked(sim)) == 2


def test_older_days_of_campaigns_that_no_list_has_any_more_come_from_reports(sim: Simulator) -> None:
    expected = sim.expected(STREAM, start=ago(sim, 100), end=ago(sim, SYNCHRONOUS_DAYS + 1), wanted_columns=COLUMNS)
    sim.alter("campaigns/list", lambda _entry, page: {**page, "items": []})
    output = run_sync(sim, [STREAM], config=config(sim, 100))
    assert_succeeded(output, [STREAM])
    assert_same(STREAM, output.records[STREAM], expected)


def test_a_status_comes_from_reports_as_text_and_is_null_in_newer_rows(sim: Simulator) -> None:
    columns = [*COLUMNS, "CAMPAIGN_ENTITY_STATUS"]
    output = run_sync(sim, [STREAM], config={**config(sim, 95), "analytics_columns": columns})
    assert_succeeded(output, [STREAM])
    newer = ago(sim, SYNCHRONOUS_DAYS).isoformat()
    statuses = {(row["DATE"] >= newer, row.get("CAMPAIGN_ENTITY_STATUS")) for row in output.records[STREAM]}
    assert {status for is_newer, status in statuses if is_newer} == {None}
    assert {status for is_newer, status in statuses if not is_newer} <= {"ACTIVE", "PAUSED", "ARCHIVED"}
    assert {is_newer for is_newer, _ in statuses} == {True, False}


def test_a_sync_that_crosses_midnight_stays_on_its_day(sim: Simulator) -> None:
    start = ago(sim, 120)
    expected = sim.expected(STREAM, start=start, wanted_columns=COLUMNS)

    def midnight(world: World) -> None:
        world.now += timedelta(days=1)

    sim.after("ad_accounts/list", 1, midnight)
    output = run_sync(sim, [STREAM], config=config(sim, 120))
    assert_succeeded(output, [STREAM])
    assert_same(STREAM, output.records[STREAM], expected)


def test_every_report_stream_holds_what_pinterest_does_and_they_are_made_at_once() -> None:
    """Pinterest's clock stands still until as many are under way as streams and accounts together.

    Its quotas are ample, since those of a minute that never ends would be used up by polls.
    """
    world = World(boards=0, ad_accounts=2, campaigns=1, ad_groups=2, ads=2)
    at_once, begun, under_way = 2 * len(REPORT_KEYS), time.time(), Event()
    with Simulator(world, profile="ample", clock=lambda: time.time() if under_way.is_set() else begun) as sim:
        sim.after(CREATE, at_once, lambda _world: under_way.set())
        start = ago(sim, 7)
        output = run_sync(sim, REPORT_KEYS, config=sim.config(start_date=start.isoformat()))
        assert_succeeded(output, REPORT_KEYS)
        for stream in REPORT_KEYS:
            types = usual_targeting_types_of(REPORT_STREAMS[stream].level)
            assert output.records[stream], stream
            assert_exact(output, sim, [stream], start=start, targeting_types=types)
        assert len(sim.calls(CREATE)) >= at_once


def test_no_list_waits_for_a_report() -> None:
    """Pinterest's clock stands still until the last list is called."""
    streams, begun, is_listed = (*ADS_ANALYTICS, "audiences"), time.time(), Event()
    world = World(boards=0, ad_accounts=1, campaigns=1, ad_groups=1, ads=1)
    with Simulator(world, profile="ample", clock=lambda: time.time() if is_listed.is_set() else begun) as sim:
        sim.after("audiences/list", 1, lambda _world: is_listed.set())
        output = run_sync(sim, streams, config=config(sim, 100, num_workers=1, report_timeout_minutes=0.1))
        assert_succeeded(output, streams)
