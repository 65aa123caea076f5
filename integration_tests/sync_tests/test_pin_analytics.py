"""Each pin has its days, once, whether they are read one by one or many in a request."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from airbyte_cdk.models import Type

from integration_tests.simulator import Entry, Fault, NoAccess
from integration_tests.support.assertions import assert_exact, assert_failed, assert_same, assert_succeeded, upserted
from integration_tests.support.days import days_later, last_final_day
from integration_tests.support.outputs import Record, state_of
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from source_pinterest import limits


@pytest.fixture
def world() -> World:
    """Boards of every privacy, for pins that are hidden unless asked for."""
    return World(boards=4, pins_per_board=2, sections_per_board=1, pins_per_section=1)


@pytest.fixture
def sim(world: World) -> Iterator[Simulator]:
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


@pytest.mark.parametrize(("refusal", "requests"), [(NoAccess.RESTRICTED, 1), (NoAccess.BETA_CLOSED, 5)])
def test_without_the_beta_pins_are_read_one_by_one(world: World, refusal: NoAccess, requests: int) -> None:
    """HTTP 403 may also be about one of the pins, so that the request is halved down to the first one."""
    with Simulator(world, profile="ample", no_access={"multi_pins/analytics": refusal}) as sim:
        output = run_sync(sim, ["pin_analytics"])

        assert_succeeded(output, ["pin_analytics"])
        assert_exact(output, sim, ["pin_analytics"])
        assert len(sim.calls("multi_pins/analytics")) == requests
        assert len(sim.calls("pins/analytics")) == len(sim.expected("pins"))
    assert any("one by one" in text for _, text in output.logs)
    assert any("Estimate: 1 account, 1 window, 0 reports, at least 1 request" in text for _, text in output.logs)


@pytest.mark.parametrize("open_betas", [["multi_pins/analytics"], []], ids=["beta", "no-beta"])
def test_a_pin_that_is_deleted_meanwhile_is_passed_over(world: World, open_betas: list[str]) -> None:
    """A ranking may name it all the same."""
    with Simulator(world, profile="ample", open_betas=open_betas) as sim:
        streams = ("pin_analytics", "top_pins")
        ranked = {pin for _, pin in sim.expected("top_pins")}
        gone = sorted(pin_id for (pin_id,) in sim.expected("pins") if pin_id in ranked)[5]
        sim.after("pins/list", 1, lambda later: later.delete_pin(gone))
        output = run_sync(sim, streams)

        assert_succeeded(output, streams)
        assert_exact(output, sim, streams)
        assert gone in {record["pin_id"] for record in output.records["top_pins"]}
    assert any(gone in text for _, text in output.logs)


def test_pins_that_are_too_many_for_pinterest_are_read_in_halves(sim: Simulator) -> None:
    pins = len(sim.expected("pins"))
    sim.add_fault(Fault("503", on="multi_pins/analytics", more_than=pins // 2 * 90, times=None))
    output = run_sync(sim, ["pin_analytics"], config=sim.config(max_retries=2))

    assert_succeeded(output, ["pin_analytics"])
    assert_exact(output, sim, ["pin_analytics"])
    assert [len(entry.values("pin_ids")) for entry in sim.calls("multi_pins/analytics")] == [pins] * 3 + [pins // 2] * 2


def test_a_pin_that_fails_alone_is_not_passed_over(sim: Simulator) -> None:
    """Its batch is halved down to it; each half is retried once."""
    pins, halvings = len(sim.expected("pins")), 4
    sim.add_fault(Fault("503", on="multi_pins/analytics", times=3 + 2 * halvings))
    first = run_sync(sim, ["pin_analytics"], config=sim.config(max_retries=2))
    assert_failed(first, "pin_analytics", "transient_error", "next sync")
    asked = [len(entry.values("pin_ids")) for entry in sim.calls("multi_pins/analytics")]
    assert asked == [pins] * 3 + [6, 6, 3, 3, 2, 2, 1, 1] + [1, 1, 3, 6]
    lacking = min(int(pin) for (pin,) in sim.expected("pins"))
    others = {key: row for key, row in sim.expected("pin_analytics").items() if key[0] != str(lacking)}
    assert_same("pin_analytics", first.records["pin_analytics"], others)

    second = run_sync(sim, ["pin_analytics"], state=first.states)
    assert_succeeded(second, ["pin_analytics"])
    assert_same("pin_analytics", upserted("pin_analytics", first, second), sim.expected("pin_analytics"))


def test_old_pins_are_left_out_if_wanted(sim: Simulator) -> None:
    created = sorted(record["created_at"][:10] for record in sim.expected("pins").values())
    middle = created[len(created) // 2]
    age = (sim.world.today - type(sim.world.today).fromisoformat(middle)).days
    streams = ["pins", "pin_analytics"]
    output = run_sync(sim, streams, config=sim.config(pin_analytics_max_age_days=age))

    young = {pin for (pin,), record in sim.expected("pins").items() if record["created_at"][:10] >= middle}
    assert 0 < len(young) < len(created)
    expected = {key: record for key, record in sim.expected("pin_analytics").items() if key[0] in young}
    assert_exact(output, sim, ["pins"])
    assert_same("pin_analytics", output.records["pin_analytics"], expected)


def test_pin_analytics_are_restated(sim: Simulator) -> None:
    first = run_sync(sim, ["pin_analytics"])
    with days_later(sim.world, 1):
        second = run_sync(sim, ["pin_analytics"], state=first.states)
        lookback = limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS + limits.LOOKBACK_MARGIN_DAYS
        start = sim.world.today - timedelta(days=1 + lookback)
        assert_exact(second, sim, ["pin_analytics"], start=start)


def test_a_day_of_a_pin_is_appended_once(sim: Simulator) -> None:
    first = run_sync(sim, ["pin_analytics"], destination="append")
    with days_later(sim.world, 5):
        second = run_sync(sim, ["pin_analytics"], destination="append", state=first.states)
        records = first.records["pin_analytics"] + second.records["pin_analytics"]
        settled = last_final_day("pin_analytics", sim.world.today)
        assert_same(
            "pin_analytics",
            records,
            sim.expected("pin_analytics", start=sim.world.today - timedelta(days=94), end=settled),
        )


@pytest.mark.parametrize(("lapses", "destination"), [(1, "append_dedup"), (99, "append")], ids=["once", "always"])
def test_a_pin_that_an_answer_lacks_is_asked_for_once_more(sim: Simulator, destination: str, lapses: int) -> None:
    lacking = sorted(pin for (pin,) in sim.expected("pins"))[3]
    left = [lacking] * lapses

    def without_it(_: Entry, pins: dict[str, Any]) -> dict[str, Any]:
        absent = left.pop() if left else ""
        return {pin: metrics for pin, metrics in pins.items() if pin != absent}

    sim.alter("multi_pins/analytics", without_it)
    output = run_sync(sim, ["pin_analytics"], destination=destination)
    end = {"end": last_final_day("pin_analytics", sim.world.today)} if destination == "append" else {}
    held = sim.expected("pin_analytics", **end)
    if lapses == 1:
        assert_succeeded(output, ["pin_analytics"])
    else:
        assert_failed(output, "pin_analytics", "system_error", f"pin {lacking} can't be read", "leaves out 1 of")
    assert_same(
        "pin_analytics",
        output.records["pin_analytics"],
        {key: row for key, row in held.items() if lapses == 1 or key[0] != lacking},
    )
    assert [call.values("pin_ids") == [lacking] for call in sim.calls("multi_pins/analytics")] == [False, True]


def test_a_quota_that_ends_in_between_is_gone_on_with(world: World) -> None:
    world.pins_per_board = 30  # 128 pins, one call each, and 100 calls a day
    records: list[Record] = []
    with Simulator(world, profile="trial", daily_share=0.1) as sim:
        config = sim.config(start_date=str(world.today - timedelta(days=3)))
        first = run_sync(sim, ["pin_analytics"], config=config)
        assert_failed(first, "pin_analytics", "transient_error", "org_analytics")
        (reading,) = first.states["pin_analytics"]["reading"]
        assert first.states["pin_analytics"]["date"] == str(world.today - timedelta(days=4)), "the day before the first"
        assert reading["after"] == max((record["pin_id"] for record in first.records["pin_analytics"]), key=int)

        sim.advance(86_400)
        second = run_sync(sim, ["pin_analytics"], config=config, state=first.states)
        assert_succeeded(second, ["pin_analytics"])
        assert second.states["pin_analytics"]["date"] == str(world.today)
        assert "reading" not in second.states["pin_analytics"]
        records = first.records["pin_analytics"] + second.records["pin_analytics"]
        assert_same("pin_analytics", records, sim.expected("pin_analytics", start=world.today - timedelta(days=3)))


def test_a_state_follows_the_records_that_it_covers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STATE_EVERY_SECONDS", 0)
    with Simulator(World(boards=2)) as sim:
        output = run_sync(sim, ["pin_analytics"])
        pins = sorted(int(pin_id) for (pin_id,) in sim.expected("pins"))
    emitted: set[int] = set()
    told = []
    for message in output.messages:
        if message.type is Type.RECORD:
            emitted.add(int(message.record.data["pin_id"]))
        elif message.type is Type.STATE and (readings := state_of(message).get("reading")):
            told.append(int(readings[0]["after"]))
            assert emitted == {pin for pin in pins if pin <= told[-1]}
    assert told == pins


def test_pins_of_which_all_are_refused_are_not_left_out_one_by_one(world: World) -> None:
    with Simulator(world) as sim:
        sim.add_fault(Fault("forbidden", on="pins/analytics", times=None))
        output = run_sync(sim, ["pin_analytics"])

        assert_failed(output, "pin_analytics", "transient_error", "leave the stream out")
        pins = len(sim.expected("pins"))
        assert len(sim.calls("pins/analytics")) == pins
        assert output.states["pin_analytics"].keys() == {"date", "from"}


SEVERAL = ["multi_pins/analytics"]


@pytest.fixture
def pictures_and_videos() -> World:
    return World(boards=1, pins_per_board=11, sections_per_board=0)


@pytest.mark.parametrize("destination", ["append", "append_dedup"])
@pytest.mark.parametrize("betas", [SEVERAL, []], ids=["beta", "no-beta"])
def test_pictures_come_without_video_metrics_and_videos_with_them(
    pictures_and_videos: World, betas: list[str], destination: str
) -> None:
    with Simulator(pictures_and_videos, profile="ample", open_betas=betas, video_metrics_of_pictures=False) as sim:
        first = run_sync(sim, ["pin_analytics"], destination=destination)
        with days_later(sim.world, 5):
            second = run_sync(sim, ["pin_analytics"], destination=destination, state=first.states)
            assert_succeeded(second, ["pin_analytics"])
            if destination == "append":
                settled = last_final_day("pin_analytics", sim.world.today)
                records = first.records["pin_analytics"] + second.records["pin_analytics"]
                days = {"start": sim.world.today - timedelta(days=94), "end": settled}
                assert_same("pin_analytics", records, sim.expected("pin_analytics", **days))
            else:
                lookback = limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS + limits.LOOKBACK_MARGIN_DAYS
                start = sim.world.today - timedelta(days=5 + lookback)
                assert_exact(second, sim, ["pin_analytics"], start=start)
        refused = [len(entry.values("pin_ids")) for entry in sim.log if entry.status == 400]
        assert refused == 2 * ([11, 6, 3, 2, 1] if betas else [0])


@pytest.mark.parametrize(("destination", "syncs"), [("append", 3), ("append_dedup", 2)])
def test_a_range_of_pins_counts_as_read_once_its_pictures_and_videos_are(
    pictures_and_videos: World, destination: str, syncs: int
) -> None:
    """Whichever request a sync breaks off at, each day of each pin comes once."""
    for requests in itertools.count():
        with Simulator(
            pictures_and_videos, profile="ample", open_betas=SEVERAL, video_metrics_of_pictures=False
        ) as sim:
            sim.add_fault(Fault("503", on="multi_pins/analytics", after=requests, times=None))
            first = run_sync(sim, ["pin_analytics"], destination=destination, config=sim.config(max_retries=0))
            sim.clear_faults()
            outputs = [first]
            while len(outputs) < syncs:
                state = outputs[-1].states
                outputs.append(run_sync(sim, ["pin_analytics"], destination=destination, state=state))
                assert_succeeded(outputs[-1], ["pin_analytics"])
            end = {"end": last_final_day("pin_analytics", sim.world.today)} if destination == "append" else {}
            records = [record for output in outputs for record in output.records.get("pin_analytics", ())]
            if not first.errors:
                break
            assert_same("pin_analytics", records, sim.expected("pin_analytics", **end))
    assert requests == 12
