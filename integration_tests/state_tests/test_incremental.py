"""Does a second sync read what is new or has changed, all of it and little else?"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integration_tests.simulator import Kind
from integration_tests.support.assertions import (
    assert_exact,
    assert_same,
    assert_succeeded,
    key_of,
    keys_of,
    without_nulls,
)
from integration_tests.support.catalogs import ADS_ANALYTICS, CURSOR_FIELDS, ENTITIES
from integration_tests.support.days import days_later
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync

EDIT_MARGIN_SECONDS = 300
LOOKBACK_DAYS = 33
SETTLED_AFTER_DAYS = 2
DAY_STREAMS = (*ADS_ANALYTICS, "user_account_analytics")


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=0, campaigns=10, ad_groups=8, ads=6, active_percent=25)) as simulator:
        yield simulator


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def emitted_days(output: Output, stream: str) -> list[str]:
    """The days with records, each once, in order."""
    field = CURSOR_FIELDS[stream]
    return sorted({record[field] for record in output.records[stream]})


def asked_days(sim: Simulator, operation: str) -> set[tuple[str, str]]:
    """The windows of the calls of an operation."""
    return {(entry.values("start_date")[0], entry.values("end_date")[0]) for entry in sim.calls(operation)}


def upserted(stream: str, *outputs: Output) -> list[Record]:
    """What a destination that deduplicates holds."""
    return list({key_of(stream, record): record for output in outputs for record in output.records[stream]}.values())


# -- campaigns, ad groups and ads


def changed_since_the_latest_edit(sim: Simulator, stream: str, before: Iterable[Record]) -> set[str]:
    """The entities that are as young as the latest edit of their account before a sync, or younger."""
    latest: dict[str, int] = {}
    for record in before:
        account = record["ad_account_id"]
        latest[account] = max(latest.get(account, 0), record["updated_time"])
    return {
        record["id"]
        for record in sim.expected(stream).values()
        if record["updated_time"] >= latest[record["ad_account_id"]]
    }


@pytest.mark.parametrize("stream", ENTITIES)
def test_only_what_was_edited_comes_again(sim: Simulator, stream: str) -> None:
    first = run_sync(sim, [stream])
    before = list(sim.expected(stream).values())
    edited = min(before, key=lambda record: record["updated_time"])
    sim.world.edit(edited["ad_account_id"], stream, edited["id"], now(), name="renamed")

    second = run_sync(sim, [stream], state=first.states)

    assert_succeeded(second, [stream])
    expected = changed_since_the_latest_edit(sim, stream, before)
    assert {record["id"] for record in second.records[stream]} == expected
    assert edited["id"] in expected
    assert len(expected) < len(before) / 2
    assert {record["name"] for record in second.records[stream] if record["id"] == edited["id"]} == {"renamed"}
    assert_same(stream, upserted(stream, first, second), sim.expected(stream))


@pytest.mark.parametrize("selected", [["campaigns"], ["campaigns", "campaign_analytics"]], ids=["alone", "as a parent"])
def test_an_edit_behind_the_reader_comes_with_the_next_sync(selected: list[str]) -> None:
    """The first page is read, an entity on it is edited, and a later one a moment later; the list takes a while."""
    then = datetime.now(UTC) - timedelta(hours=2)
    with Simulator(World(boards=0, ad_accounts=1, campaigns=300, now=then, first_day=then.date())) as sim:
        account = sim.world.account_id(0)
        ids = [sim.world.entity_id(Kind.CAMPAIGNS, 0, index) for index in (0, 299)]
        listed_at = int(then.timestamp())

        def edit(world: World) -> None:
            world.edit(account, Kind.CAMPAIGNS, ids[0], listed_at + 100, name="edited behind")
            world.edit(account, Kind.CAMPAIGNS, ids[1], listed_at + 200, name="edited ahead")
            sim.advance(2 * EDIT_MARGIN_SECONDS)

        sim.after("campaigns/list", 1, edit)
        first = run_sync(sim, selected)
        names = {record["id"]: record["name"] for record in first.records["campaigns"]}
        assert names[ids[0]] != "edited behind"
        assert names[ids[1]] == "edited ahead"

        second = run_sync(sim, selected, state=first.states)

        assert {record["id"] for record in second.records["campaigns"]} == set(ids)
        assert_same("campaigns", upserted("campaigns", first, second), sim.expected("campaigns"))


def cursor_of_ads(sim: Simulator, output: Output) -> int:
    entry = entry_of(output, "ads", sim.world.account_id(0))
    return int(entry["updated_time"])


def test_the_cursor_never_passes_the_servers_clock_less_the_margin() -> None:
    then = datetime.now(UTC) - timedelta(hours=2)
    with Simulator(World(boards=0, now=then), clock=lambda: 1_000_000.0) as sim:
        edited = sim.world.entity_id(Kind.ADS, 0, 0)
        sim.world.edit(sim.world.account_id(0), Kind.ADS, edited, int(then.timestamp()) + 5_000)
        output = run_sync(sim, ["ads"])
        assert cursor_of_ads(sim, output) == int(then.timestamp()) - EDIT_MARGIN_SECONDS


def test_the_cursor_never_passes_the_connectors_own_clock_less_the_margin() -> None:
    """A server whose clock is a day ahead; an edit a moment after the list was read."""
    with Simulator(World(boards=0, now=datetime.now(UTC) + timedelta(days=1))) as sim:
        account, edited = sim.world.account_id(0), sim.world.entity_id(Kind.ADS, 0, 0)
        sim.world.edit(account, Kind.ADS, sim.world.entity_id(Kind.ADS, 0, 1), now() + 50_000)
        first = run_sync(sim, ["ads"])
        assert cursor_of_ads(sim, first) <= now() - EDIT_MARGIN_SECONDS

        sim.world.edit(account, Kind.ADS, edited, now(), name="renamed")
        second = run_sync(sim, ["ads"], state=first.states)
        assert_same("ads", upserted("ads", first, second), sim.expected("ads"))


def test_a_status_newly_wanted_is_read_from_the_start(sim: Simulator) -> None:
    first = run_sync(sim, ENTITIES, config=sim.config(status=["ACTIVE"]))
    second = run_sync(sim, ENTITIES, config=sim.config(status=["ACTIVE", "PAUSED"]), state=first.states)
    third = run_sync(sim, ENTITIES, config=sim.config(status=["ACTIVE", "PAUSED"]), state=second.states)
    for stream in ENTITIES:
        held = sim.expected(stream).values()
        assert {record["status"] for record in first.records[stream]} == {"ACTIVE"}
        paused = {record["id"] for record in held if record["status"] == "PAUSED"}
        assert paused
        assert {record["id"] for record in second.records[stream] if record["status"] == "PAUSED"} == paused
        wanted = {key: record for key, record in sim.expected(stream).items() if record["status"] != "ARCHIVED"}
        assert_same(stream, upserted(stream, first, second), wanted)
        assert len(third.records[stream]) <= sim.world.ad_accounts


def test_a_status_wanted_again_after_a_while_is_read_from_the_start(sim: Simulator) -> None:
    """What changed while nobody wanted it must not be passed over."""
    first = run_sync(sim, ["campaigns"])
    paused = next(record for record in sim.expected("campaigns").values() if record["status"] == "PAUSED")
    sim.world.edit(paused["ad_account_id"], "campaigns", paused["id"], now() - 1_000, name="renamed")
    active = {"status": ["ACTIVE"]}
    sim.world.edit(
        paused["ad_account_id"], "campaigns", sim.world.entity_id(Kind.CAMPAIGNS, 0, 0), now() - 500, name="later"
    )
    second = run_sync(sim, ["campaigns"], config=sim.config(**active), state=first.states)
    third = run_sync(sim, ["campaigns"], state=second.states)
    assert_same("campaigns", upserted("campaigns", first, second, third), sim.expected("campaigns"))


def test_a_status_that_nobody_knows_is_emitted_and_named_and_then_covered() -> None:
    with Simulator(World(boards=0, statuses={"ACTIVE": 2, "UNDER_REVIEW": 1})) as sim:
        first = run_sync(sim, ENTITIES)
        assert_exact(first, sim, ENTITIES)
        said = "{}: Pinterest sends the status UNDER_REVIEW, which this connector does not know"
        for stream in ENTITIES:
            assert sum(warning.startswith(said.format(stream)) for warning in first.warnings()) == 1
        assert "UNDER_REVIEW" in entry_of(first, "ads", sim.world.account_id(0))["statuses"]

        second = run_sync(sim, ENTITIES, state=first.states)
        for stream in ENTITIES:
            expected = changed_since_the_latest_edit(sim, stream, sim.expected(stream).values())
            assert {record["id"] for record in second.records[stream]} == expected, "nothing but the latest edits"

        chosen = run_sync(sim, ENTITIES, config=sim.config(status=["ACTIVE"]))
        for stream in ENTITIES:
            assert {record["status"] for record in chosen.records[stream]} == {"ACTIVE"}
        assert not chosen.warnings()


def test_an_archived_entity_comes_as_archived(sim: Simulator) -> None:
    first = run_sync(sim, ENTITIES)
    for kind in Kind:
        sim.world.edit(sim.world.account_id(0), kind, sim.world.entity_id(kind, 0, 0), now(), status="ARCHIVED")
    second = run_sync(sim, ENTITIES, state=first.states)
    for kind in Kind:
        came = {record["id"]: record["status"] for record in second.records[kind]}
        assert came[sim.world.entity_id(kind, 0, 0)] == "ARCHIVED"
        assert_same(kind, upserted(kind, first, second), sim.expected(kind))


@pytest.mark.parametrize("sync_mode", ["incremental", "full_refresh"])
def test_a_start_date_hides_no_entity(sim: Simulator, sync_mode: str) -> None:
    today = sim.world.today.isoformat()
    output = run_sync(sim, ENTITIES, config=sim.config(start_date=today), sync_mode=sync_mode)
    assert_exact(output, sim, ENTITIES)


@pytest.mark.parametrize("selected", [ADS_ANALYTICS, (*ENTITIES, *ADS_ANALYTICS)], ids=["alone", "with their parents"])
def test_neither_status_nor_cursor_hides_analytics(sim: Simulator, selected: tuple[str, ...]) -> None:
    config = sim.config(status=["PAUSED"])
    first = run_sync(sim, selected, config=config)
    assert_exact(first, sim, ADS_ANALYTICS)
    second = run_sync(sim, selected, config=config, state=first.states)
    assert_exact(second, sim, ADS_ANALYTICS, start=sim.world.today - timedelta(days=LOOKBACK_DAYS))


# -- analytics into a destination that deduplicates


@pytest.mark.parametrize(
    ("options", "lookback_days"),
    [
        ({}, 33),
        ({"lookback_days": 5}, 5),
        ({"lookback_days": 0}, 0),
        ({"attribution_window": "7/7/1"}, 10),
        ({"attribution_window": "60/60/60"}, 63),
        ({"attribution_window": "60/60/60", "lookback_days": 2}, 2),
    ],
    ids=str,
)
@pytest.mark.parametrize("destination", ["append_dedup", "overwrite"])
def test_how_far_a_second_sync_looks_back(
    sim: Simulator, options: dict[str, Any], lookback_days: int, destination: str
) -> None:
    first = run_sync(sim, DAY_STREAMS, config=sim.config(**options), destination=destination)
    sim.log.clear()
    with days_later(sim.world, 3) as today:
        second = run_sync(sim, DAY_STREAMS, config=sim.config(**options), state=first.states, destination=destination)
    moving_days = SETTLED_AFTER_DAYS if lookback_days <= SETTLED_AFTER_DAYS else 0
    start = today - timedelta(days=3 + lookback_days + moving_days)
    assert_succeeded(second, DAY_STREAMS)
    for operation in ("ad_account/analytics", "campaigns/analytics", "ad_groups/analytics", "ads/analytics"):
        assert asked_days(sim, operation) == {(start.isoformat(), today.isoformat())}


def test_late_conversions_arrive(sim: Simulator) -> None:
    first = run_sync(sim, ADS_ANALYTICS)
    before = {stream: sim.expected(stream) for stream in ADS_ANALYTICS}
    for stream in ADS_ANALYTICS:
        assert_same(stream, first.records[stream], before[stream])
    with days_later(sim.world, 2) as today:
        sim.world.restate(days_back=LOOKBACK_DAYS + 2)
        second = run_sync(sim, ADS_ANALYTICS, state=first.states)
        start = today - timedelta(days=2 + LOOKBACK_DAYS)
        assert_exact(second, sim, ADS_ANALYTICS, start=start)
        for stream in ADS_ANALYTICS:
            restated = sim.expected(stream, start=start)
            assert any(before[stream].get(key, record) != record for key, record in restated.items())
            assert_same(stream, upserted(stream, first, second), before[stream] | restated)


def test_a_lookback_does_not_reach_before_the_start_date(sim: Simulator) -> None:
    start = sim.world.today - timedelta(days=10)
    config = sim.config(start_date=start.isoformat())
    first = run_sync(sim, ADS_ANALYTICS, config=config)
    second = run_sync(sim, ADS_ANALYTICS, config=config, state=first.states)
    assert_exact(first, sim, ADS_ANALYTICS, start=start)
    assert_exact(second, sim, ADS_ANALYTICS, start=start)


def test_a_lookback_does_not_reach_before_a_start_date_that_was_moved_later(sim: Simulator) -> None:
    first = run_sync(sim, ADS_ANALYTICS)
    start = sim.world.today - timedelta(days=10)
    second = run_sync(sim, ADS_ANALYTICS, config=sim.config(start_date=start.isoformat()), state=first.states)
    assert_exact(second, sim, ADS_ANALYTICS, start=start)


def test_an_earlier_start_date_is_read_once(sim: Simulator) -> None:
    today = sim.world.today
    late, early = (
        sim.config(start_date=(today - timedelta(days=days)).isoformat(), lookback_days=3) for days in (20, 60)
    )
    first = run_sync(sim, ADS_ANALYTICS, config=late)
    sim.log.clear()
    second = run_sync(sim, ADS_ANALYTICS, config=early, state=first.states)
    head = ((today - timedelta(days=60)).isoformat(), (today - timedelta(days=21)).isoformat())
    tail = ((today - timedelta(days=3)).isoformat(), today.isoformat())
    assert asked_days(sim, "campaigns/analytics") == {head, tail}
    for stream in ADS_ANALYTICS:
        assert_same(stream, upserted(stream, first, second), sim.expected(stream, start=today - timedelta(days=60)))
    sim.log.clear()
    run_sync(sim, ADS_ANALYTICS, config=early, state=second.states)
    assert asked_days(sim, "campaigns/analytics") == {tail}


# -- analytics into a destination that appends


def settled(today: date) -> date:
    return today - timedelta(days=SETTLED_AFTER_DAYS)


def test_appended_days_come_once_and_only_when_they_are_settled(sim: Simulator) -> None:
    last = settled(sim.world.today)
    before = {stream: sim.expected(stream, end=last) for stream in DAY_STREAMS}
    first = run_sync(sim, DAY_STREAMS, destination="append")
    assert_succeeded(first, DAY_STREAMS)
    again = run_sync(sim, DAY_STREAMS, state=first.states, destination="append")
    with days_later(sim.world, 3) as today:
        second = run_sync(sim, DAY_STREAMS, state=again.states, destination="append")
        assert_succeeded(second, DAY_STREAMS)
        for stream in DAY_STREAMS:
            assert not again.records[stream]
            emitted = [record for output in (first, second) for record in output.records[stream]]
            truth = before[stream] | sim.expected(stream, start=last + timedelta(days=1), end=settled(today))
            assert_same(stream, emitted, truth)
            assert spent(emitted) == spent(truth.values())
            assert spent(emitted) > 0 or stream == "user_account_analytics"


def spent(records: Iterable[Record]) -> int:
    """The sum that a user takes over a table."""
    return sum(record.get("SPEND_IN_MICRO_DOLLAR") or 0 for record in records)


def test_one_line_says_why_the_newest_days_are_not_there(sim: Simulator) -> None:
    output = run_sync(sim, ["campaign_analytics"], destination="append")
    lines = [
        text
        for level, text in output.logs
        if level == "INFO" and text.startswith("campaign_analytics: the destination appends")
    ]
    assert len(lines) == 1
    assert "two days later" in lines[0]


def test_an_explicit_lookback_is_obeyed_where_the_destination_appends(sim: Simulator) -> None:
    config = sim.config(lookback_days=4)
    first = run_sync(sim, DAY_STREAMS, config=config, destination="append")
    assert_exact(first, sim, DAY_STREAMS)
    second = run_sync(sim, DAY_STREAMS, config=config, state=first.states, destination="append")
    assert_exact(second, sim, ADS_ANALYTICS, start=sim.world.today - timedelta(days=4))


@pytest.mark.parametrize("start_days_ago", [0, 1, 2])
def test_appending_from_a_start_date_that_has_not_settled(sim: Simulator, start_days_ago: int) -> None:
    start = sim.world.today - timedelta(days=start_days_ago)
    config = sim.config(start_date=start.isoformat())
    outputs = [run_sync(sim, DAY_STREAMS, config=config, destination="append")]
    for days in range(1, 5):
        with days_later(sim.world, days) as today:
            outputs.append(run_sync(sim, DAY_STREAMS, config=config, state=outputs[-1].states, destination="append"))
            assert_succeeded(outputs[-1], DAY_STREAMS)
    with days_later(sim.world, 4):
        for stream in DAY_STREAMS:
            emitted = [record for output in outputs for record in output.records[stream]]
            assert_same(stream, emitted, sim.expected(stream, start=start, end=settled(today)))


@pytest.mark.parametrize("before", ["append_dedup", "overwrite", "full_refresh"])
def test_appending_goes_on_from_the_last_day_that_was_settled_when_it_was_read(sim: Simulator, before: str) -> None:
    """The newest days were half counted then. They come once more, and a warning names them."""
    mode = (
        {"sync_mode": "full_refresh", "destination": "overwrite"}
        if before == "full_refresh"
        else {"destination": before}
    )
    first = run_sync(sim, DAY_STREAMS, **mode)
    assert_exact(first, sim, DAY_STREAMS)
    read_on = sim.world.today
    with days_later(sim.world, 5) as today:
        sim.world.restate(days_back=7)
        second = run_sync(sim, DAY_STREAMS, state=first.states, destination="append")
        third = run_sync(sim, DAY_STREAMS, state=second.states, destination="append")
        twice = f"the days {read_on - timedelta(days=1)} to {read_on} were read while their numbers were still moving"
        for stream in DAY_STREAMS:
            newest = sim.expected(stream, start=read_on - timedelta(days=1), end=settled(today))
            assert_same(stream, second.records[stream], newest)
            [warning] = [text for text in second.warnings() if text.startswith(f"{stream}: the days ")]
            assert twice in warning
            assert not third.records[stream]
            latest = {key_of(stream, record): record for record in [*first.records[stream], *second.records[stream]]}
            assert {key: latest[key] for key in newest} == {key: without_nulls(row) for key, row in newest.items()}
    assert not third.warnings()


def test_what_an_older_state_counts_as_read_is_settled_up_to_two_days_before(sim: Simulator) -> None:
    account, last = sim.world.account_id(0), sim.world.today - timedelta(days=10)
    state: dict[str, Any] = {
        stream: {"states": [{"partition": {"id": account, "parent_slice": {}}, "cursor": {"DATE": str(last)}}]}
        for stream in ADS_ANALYTICS
    }
    state["user_account_analytics"] = {"date": str(last)}
    output = run_sync(sim, DAY_STREAMS, config=sim.config(account_ids=[account]), state=state, destination="append")

    assert_succeeded(output, DAY_STREAMS)
    for stream in ADS_ANALYTICS:
        expected = sim.expected(stream, start=last - timedelta(days=1), end=settled(sim.world.today))
        of_account = {key: row for key, row in expected.items() if row["AD_ACCOUNT_ID"] == account}
        assert_same(stream, output.records[stream], of_account)
    assert emitted_days(output, "user_account_analytics")[0] == str(last - timedelta(days=1))
    for stream in DAY_STREAMS:
        [warning] = [text for text in output.warnings() if text.startswith(f"{stream}: the days ")]
        assert f"{last - timedelta(days=1)} to {last} were read" in warning


# -- full refresh


@pytest.mark.parametrize("destination", ["append", "overwrite"])
def test_a_full_refresh_runs_to_today_and_goes_on_where_it_has_not_ended(sim: Simulator, destination: str) -> None:
    first = run_sync(sim, DAY_STREAMS, sync_mode="full_refresh", destination=destination)
    assert_exact(first, sim, DAY_STREAMS)
    before = sim.world.today - timedelta(days=11)
    state = {
        stream: {
            "states": [
                {"partition": item["partition"], "cursor": {**item["cursor"], "DATE": before.isoformat()}}
                for item in first.states[stream]["states"]
            ],
            "full_refresh": {"generation": None, "ended": False},
        }
        for stream in ADS_ANALYTICS
    }
    second = run_sync(sim, ADS_ANALYTICS, state=state, sync_mode="full_refresh", destination=destination)
    assert_exact(second, sim, ADS_ANALYTICS, start=before + timedelta(days=1))


# -- the user's own analytics


def test_days_that_pinterest_still_counts_are_read_again(sim: Simulator) -> None:
    stream = "user_account_analytics"
    config = sim.config(lookback_days=0)
    first = run_sync(sim, [stream], config=config)
    assert_exact(first, sim, [stream])
    statuses = {record["date"]: record["data_status"] for record in first.records[stream]}
    assert statuses[sim.world.today.isoformat()] == "PROCESSING"
    last_ready = max(day for day, status in statuses.items() if status == "READY")
    assert (first.states[stream]["date"], first.states[stream]["read"]) == (last_ready, sim.world.today.isoformat())
    with days_later(sim.world, 2) as today:
        second = run_sync(sim, [stream], config=config, state=first.states)
        assert emitted_days(second, stream)[0] <= (today - timedelta(days=3)).isoformat()
        oldest = today - timedelta(days=91)
        assert_same(stream, upserted(stream, first, second), sim.expected(stream, start=oldest))


# -- accounts that come and go


def test_an_account_added_later_is_read_from_the_start(sim: Simulator) -> None:
    old, new = sim.world.account_id(0), sim.world.account_id(1)
    streams = (*ENTITIES, *ADS_ANALYTICS)
    first = run_sync(sim, streams, config=sim.config(account_ids=[old]))
    second = run_sync(sim, streams, config=sim.config(account_ids=[old, new], lookback_days=0), state=first.states)
    assert_succeeded(second, streams)
    for stream in streams:
        assert_same(stream, upserted(stream, first, second), sim.expected(stream))
    for stream in ADS_ANALYTICS:
        moving = {(sim.world.today - timedelta(days=age)).isoformat() for age in range(SETTLED_AFTER_DAYS)}
        of_old = [record for record in second.records[stream] if record["AD_ACCOUNT_ID"] == old]
        assert {record["DATE"] for record in of_old} <= moving


def test_an_excluded_account_is_left_alone_and_keeps_its_place(sim: Simulator) -> None:
    streams = (*ENTITIES, *ADS_ANALYTICS)
    excluded = sim.world.account_id(1)
    first = run_sync(sim, streams)
    second = run_sync(sim, streams, config=sim.config(exclude_account_ids=[excluded]), state=first.states)
    assert_succeeded(second, streams)
    for stream in streams:
        field = "ad_account_id" if stream in ENTITIES else "AD_ACCOUNT_ID"
        assert excluded not in {record[field] for record in second.records[stream]}
        assert entry_of(first, stream, excluded) == entry_of(second, stream, excluded)


def entry_of(output: Output, stream: str, account: str) -> dict[str, Any]:
    [cursor] = [
        item["cursor"] for item in output.states[stream]["states"] if item["partition"] == {"ad_account_id": account}
    ]
    return dict(cursor)


def test_entities_created_later_come_with_their_analytics() -> None:
    with Simulator(World(boards=0, campaigns=4, ad_groups=4, ads=4)) as sim:
        first = run_sync(sim, ["campaigns", "campaign_analytics"])
        sim.world.campaigns = 6
        for account in range(sim.world.ad_accounts):
            for index in (4, 5):
                identity = sim.world.entity_id(Kind.CAMPAIGNS, account, index)
                sim.world.edit(sim.world.account_id(account), Kind.CAMPAIGNS, identity, now())
        second = run_sync(sim, ["campaigns", "campaign_analytics"], state=first.states)
        assert_same("campaigns", upserted("campaigns", first, second), sim.expected("campaigns"))
        start = sim.world.today - timedelta(days=LOOKBACK_DAYS)
        assert_exact(second, sim, ["campaign_analytics"], start=start)


def test_nothing_comes_twice_within_any_sync(sim: Simulator) -> None:
    streams = tuple(CURSOR_FIELDS)
    first = run_sync(sim, streams)
    second = run_sync(sim, streams, state=first.states)
    for output in (first, second):
        for stream in streams:
            assert set(keys_of(stream, output.records[stream]).values()) <= {1}
