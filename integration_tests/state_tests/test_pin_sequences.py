"""Whatever goes wrong in a course of syncs, each pin's days arrive once it answers, and no other pin waits for it."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import FaultKind
from integration_tests.simulator.organic.pin_analytics import VIDEO_METRICS
from integration_tests.state_tests.pin_sequences import (
    FULL_PASS_DAYS,
    ODD,
    OUTAGE,
    REJECTED,
    STREAM,
    PinSequence,
    Trouble,
)
from integration_tests.support.assertions import assert_failed, assert_succeeded
from integration_tests.support.sync_sequences import APPEND, MERGE, SyncSequence, seeds
from source_pinterest import limits

either = pytest.mark.parametrize("destination", [APPEND, MERGE])
single_and_batch = pytest.mark.parametrize("batch", [False, True], ids=["one by one", "in batches"])


@either
@single_and_batch
def test_a_pin_that_failed_arrives_with_all_its_days_once_it_answers(destination: str, batch: bool) -> None:
    """The default start date moves, so that each day one of the pin's days ages out."""
    sequence = PinSequence(destination, batch=batch, start=None)
    sequence.sync(0, pins={2: FaultKind.NOT_FOUND_EMPTY})
    assert_succeeded(sequence.sync(1), [STREAM])
    sequence.assert_complete()
    assert not sequence.owed


def test_a_pin_that_failed_in_a_pass_of_two_weeks_ago_lacks_no_day() -> None:
    sequence = PinSequence(APPEND)
    sequence.sync(0, pins={2: FaultKind.LAST_90_DAYS_400}, quota=4)
    sequence.sync(14)
    sequence.assert_complete()


@either
def test_a_pass_that_five_failures_in_a_row_stop_goes_on_behind_them(destination: str) -> None:
    sequence = PinSequence(destination, pins=8)
    sequence.sync(0, quota=2)
    sequence.sync(1, outage=FaultKind.UNAVAILABLE)
    sequence.sync(2)
    sequence.assert_complete()


def test_an_owed_pin_that_is_gone_is_requested_once_more_and_named() -> None:
    sequence = PinSequence(APPEND)
    gone = sequence.pins[2][1]
    sequence.sync(0, pins={2: FaultKind.LAST_90_DAYS_400})
    sequence.world.deleted_pins.add(gone)
    for day in (1, 2, 3):
        output = sequence.sync(day)
        assert_succeeded(output, [STREAM])
        assert not sequence.owed
        assert ((gone,) in sequence.requests, any(f"{gone} is skipped" in text for text in output.warnings())) == (
            (day == 1,) * 2
        )


@either
@single_and_batch
def test_an_owed_pin_that_the_list_lacks_is_requested(destination: str, batch: bool) -> None:
    sequence = PinSequence(destination, batch=batch)
    sequence.sync(0, pins={2: FaultKind.NOT_FOUND_EMPTY})
    output = sequence.sync(1, unlisted=frozenset({2}))
    assert_succeeded(output, [STREAM])
    assert any(sequence.pins[2][1] in request for request in sequence.requests)
    assert sequence.rows_of(2)
    assert not sequence.owed
    sequence.sync(2)
    sequence.assert_complete()


@either
def test_an_owed_pin_that_fails_while_the_list_lacks_it_stays_owed(destination: str) -> None:
    sequence = PinSequence(destination)
    for trouble in (Trouble(), Trouble(unlisted=frozenset({2}))):
        sequence.sync(0, Trouble(pins={2: FaultKind.NOT_FOUND_EMPTY}, unlisted=trouble.unlisted))
        assert list(sequence.owed) == [sequence.pins[2][1]]
    sequence.sync(0)
    sequence.assert_complete()


def test_a_pin_that_one_list_lacks_loses_no_day_where_rows_are_merged() -> None:
    sequence = PinSequence(MERGE)
    sequence.sync(0)
    sequence.sync(1, unlisted=frozenset({2}))
    sequence.sync(2)
    sequence.assert_complete()


def test_pins_without_activity_that_a_response_lacks_are_counted_in_a_warning() -> None:
    sequence = PinSequence(MERGE, batch=True, pins=6)
    idle = frozenset({1, 3})
    sequence.rest(idle)
    output = sequence.sync(0, absent=idle)
    assert_succeeded(output, [STREAM])
    assert len(sequence.requests) == 1
    assert not sequence.owed
    [warning] = output.warnings()
    assert f"responses about several pins lacked 2 of them, such as {max(sequence.pins[i][1] for i in idle)}" in warning


@either
@pytest.mark.parametrize("pins", [3, 7])
def test_a_response_without_any_of_its_pins_is_no_activity_of_none(destination: str, pins: int) -> None:
    sequence = PinSequence(destination, batch=True, pins=pins)
    for day in (0, 2):
        output = sequence.read(day, lambda sim: sequence.prepare(sim, Trouble(absent=frozenset(range(pins)))))
        assert_failed(output, STREAM, "system_error", "The response has none of the requested pins")
        assert not output.records[STREAM]
    for day in (3, 4, 5):
        sequence.read(day)
    sequence.assert_complete()


@either
@pytest.mark.parametrize("pin", [2, 4])
@pytest.mark.parametrize("kill", [0.5, 0.7, 0.9])
def test_a_pin_that_is_rejected_behind_one_that_was_read_survives_a_kill(
    destination: str, pin: int, kill: float
) -> None:
    """Its days are known to be unread until the end of the sync decides about it."""
    sequence = PinSequence(destination, start=44)
    sequence.read(0, lambda sim: sequence.prepare(sim, Trouble(pins={pin: REJECTED})), kill)
    sequence.read(1)
    sequence.read(2)
    sequence.assert_complete()


@either
@pytest.mark.parametrize(("pin", "start"), [(1, 20), (4, 33)])
def test_a_rejected_pin_is_named_with_its_days_and_what_reads_them_later(
    destination: str, pin: int, start: int
) -> None:
    sequence = PinSequence(destination, start=start)
    output = sequence.sync(0, pins={pin: REJECTED})
    days = f"{sequence.world.today - timedelta(days=start)} to {sequence.last_day}"
    [warning] = output.warnings()
    assert f"{sequence.pins[pin][1]} is skipped: its days {days} are not read." in warning
    assert "To read them once Pinterest shows the pin, clear the stream's data, or refresh the stream." in warning


@pytest.mark.parametrize(("quota", "back"), [(2, 1), (3, 3), (4, 6)])
def test_an_unfinished_pass_goes_on_although_the_clock_has_gone_back(quota: int, back: int) -> None:
    sequence = PinSequence(APPEND)
    for day, allowed in ((9, quota), (9 - back, None), (10, None), (17, None)):
        SyncSequence.read(sequence, day, lambda sim, allowed=allowed: sequence.prepare(sim, Trouble(quota=allowed)))  # type: ignore[misc]
    rows = [row for output in sequence.outputs for row in output.records[STREAM]]
    assert Counter((row["pin_id"], row["date"]) for row in rows) == Counter(
        key[1:] for key in sequence.expected_records()
    )


IN_A_ROW = range(8, 20)


@pytest.mark.parametrize(
    ("destination", "batch", "pins", "rejected", "quota"),
    [
        (MERGE, False, 30, IN_A_ROW, None),
        (MERGE, False, 30, IN_A_ROW, 9),
        (APPEND, False, 30, IN_A_ROW, 13),
        (MERGE, True, 30, IN_A_ROW, None),
        (APPEND, True, 30, IN_A_ROW, 13),
        *((destination, batch, 12, range(5), None) for destination in (APPEND, MERGE) for batch in (False, True)),
        *((MERGE, batch, 110, range(4, 108), None) for batch in (False, True)),
    ],
)
def test_rejected_pins_end_no_pass(
    destination: str, batch: bool, pins: int, rejected: range, quota: int | None
) -> None:
    sequence, troubles = PinSequence(destination, batch=batch, pins=pins, start=12), dict.fromkeys(rejected, REJECTED)
    output = sequence.sync(0, pins=troubles, quota=quota)
    assert quota or any(str(len(rejected)) in text and "skipped" in text for text in output.warnings()), output.text()
    for _ in range(3 if quota else 1):  # as many as a quota of nine requests takes
        output = sequence.sync(0, pins=troubles)
    assert_succeeded(output, [STREAM])
    assert [number for number in range(pins) if not sequence.rows_of(number)] == list(rejected)
    assert not sequence.owed
    sequence.sync(0)
    sequence.assert_complete()


def test_a_quota_that_is_smaller_than_a_secret_board_stops_no_other_pin() -> None:
    sequence = PinSequence(MERGE, pins=230, start=3)
    for _ in range(3):
        output = sequence.sync(0, pins=dict.fromkeys(range(4, 226), REJECTED), quota=115)
    assert_succeeded(output, [STREAM])
    assert all(map(sequence.rows_of, (*range(4), *range(226, 230))))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passes in parts of four pins."""
    monkeypatch.setattr(limits, "PINS_PER_ANALYTICS_REQUEST", 4)


@pytest.mark.parametrize(("destination", "batch"), [(APPEND, False), (MERGE, False), (MERGE, True)])
def test_the_oldest_pins_that_turn_secret_hold_up_no_other_pin(destination: str, batch: bool) -> None:
    """They are as many as a part of a pass has, and answer again after three days."""
    sequence = PinSequence(destination, pins=250, batch=batch, start=8)
    rejected = dict.fromkeys(sequence.oldest(100), REJECTED)
    for day in range(3):
        assert_succeeded(sequence.sync(day, pins=rejected), [STREAM])
        assert all(map(sequence.rows_of, set(range(250)).difference(rejected)))
    sequence.sync(3)
    sequence.assert_complete()
    assert not sequence.owed


@either
@single_and_batch
@pytest.mark.parametrize("days", [2, 3, 6])
@pytest.mark.parametrize("secret", [range(4), (0, 1, 2, 3, 6, 7, 8, 9)], ids=["first", "most"])
@pytest.mark.usefixtures("small_parts")
def test_a_whole_part_that_is_rejected_holds_up_the_others_for_a_sync_at_most(
    destination: str, batch: bool, days: int, secret: Sequence[int]
) -> None:
    sequence, rejected = PinSequence(destination, pins=10, batch=batch), dict.fromkeys(secret, REJECTED)
    assert_failed(sequence.sync(0, pins=rejected), STREAM, "transient_error", "rejects all")
    for day in range(1, days):
        sequence.sync(day, pins=rejected)
        assert all(map(sequence.rows_of, set(range(10)).difference(secret)))
    for later in (0, 1):
        sequence.sync(days + later)
    sequence.assert_complete()
    assert not sequence.owed


@either
@single_and_batch
@pytest.mark.usefixtures("small_parts")
def test_an_owner_whose_pins_are_all_rejected_has_their_days_once_they_answer(destination: str, batch: bool) -> None:
    """In the middle of a pass and before one. The pins of another owner are read."""
    sequence, rejected = PinSequence(destination, batch=batch, pins=8, owners=2), dict.fromkeys(range(8), REJECTED)
    sequence.sync(0, quota=5)
    for _ in range(3):
        assert_failed(sequence.sync(1, pins=rejected), STREAM, "transient_error", "rejects all")
        assert all(sequence.rows_of(number) for number in range(8, 16))
    for day in (2, 3):
        sequence.sync(day)
    sequence.assert_complete()
    assert not sequence.owed


@either
def test_a_secret_board_stops_no_other_pin(destination: str) -> None:
    """It has the pin that was served last before a quota ended, and all that follow it, or the next five."""
    for secret in (range(3, 9), range(3, 20)):
        sequence = PinSequence(destination, pins=20)
        sequence.sync(0, quota=5)
        assert sequence.rows_of(3)
        for day in (0, 1):
            output = sequence.sync(day, pins=dict.fromkeys(secret, REJECTED))
        assert_succeeded(output, [STREAM])
        assert all(sequence.rows_of(number) for number in range(20) if number not in secret)


@either
@pytest.mark.parametrize("end", [{"quota": 5}, {"kill": 0.4}, {"kill": 0.7}], ids=str)
@pytest.mark.parametrize("workers", [1, 10])
def test_a_part_that_breaks_off_each_day_brings_each_day_of_each_pin_once(
    destination: str, end: dict[str, Any], workers: int
) -> None:
    sequence = PinSequence(destination, pins=9)
    sequence.options["num_workers"] = workers
    for day in range(10):
        sequence.sync(day, Trouble(**end))
    for day in (10, 11):
        sequence.sync(day)
    sequence.assert_complete()


@either
def test_a_pin_that_fails_does_not_show_that_others_are_served(destination: str) -> None:
    sequence = PinSequence(destination, pins=12)
    troubles = {**dict.fromkeys(range(12), REJECTED), 5: FaultKind.SERVER_ERROR}
    for _ in range(2):
        assert sequence.sync(0, pins=troubles).status(STREAM) != "COMPLETE"
    sequence.sync(0)
    assert all(map(sequence.rows_of, range(12)))
    sequence.assert_complete()


def test_pins_that_are_rejected_after_they_have_failed_make_no_sync_incomplete_for_ever() -> None:
    sequence = PinSequence(MERGE, batch=True, pins=9)
    sequence.sync(0, pins=dict.fromkeys(range(4), FaultKind.OTHER_FORM))
    for day in range(1, 10):
        output = sequence.sync(day, pins=dict.fromkeys(range(6), REJECTED))
    assert_succeeded(output, [STREAM])
    for day in (10, 11, 12):
        sequence.sync(day)
    sequence.assert_complete()


@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, REJECTED])
def test_a_rejected_pin_in_a_request_about_many_does_not_close_the_beta(kind: FaultKind) -> None:
    sequence = PinSequence(MERGE, batch=True, pins=200, start=3)
    assert_succeeded(sequence.sync(0, pins={0: kind}), [STREAM])
    assert len(sequence.requests) <= 20
    assert all(map(sequence.rows_of, range(1, 200)))


@pytest.mark.parametrize("kind", ODD)
def test_a_pin_that_fails_costs_its_own_days_alone(kind: FaultKind) -> None:
    """Also when it is asked first, because it is owed. It is then asked once, without retries."""
    sequence = PinSequence(MERGE, pins=8)
    odd = sequence.pins[3][1]
    has_form = kind not in (FaultKind.OTHER_FORM, FaultKind.ERROR_WITH_200)
    for day in range(5):
        output = sequence.sync(day, pins={3: kind})
        told = f"pin {odd} can't be read"
        if day < 3:
            assert_failed(output, STREAM, "transient_error" if has_form else "system_error", told)
        else:
            assert_succeeded(output, [STREAM])
            assert any(told in text for text in output.warnings())
        _beta, *requests = sequence.requests
        assert day == 0 or requests.count((odd,)) == 1
        assert sequence.owed[odd]["failures"] == day + 1
    sequence.sync(5)
    sequence.assert_complete()
    assert not sequence.owed


@pytest.mark.parametrize("kind", [REJECTED, FaultKind.UNAVAILABLE], ids=["rejected", "unavailable"])
def test_the_last_pin_of_an_unfinished_pass_holds_up_no_newer_day_of_the_others(kind: FaultKind) -> None:
    sequence = PinSequence(APPEND)
    sequence.sync(0, quota=5)
    sequence.sync(9, pins={len(sequence.pins) - 1: kind})
    sequence.sync(9)
    sequence.assert_complete()


def test_pins_that_fail_before_any_other_is_read_hold_up_one_sync_alone() -> None:
    sequence, odd = PinSequence(APPEND, batch=True, pins=9), dict.fromkeys(range(6), FaultKind.OTHER_FORM)
    sequence.sync(0, pins=odd)
    assert (len(sequence.owed), sequence.arrived) == (OUTAGE, {})
    sequence.sync(0, pins=odd)
    assert all(map(sequence.rows_of, (6, 7, 8)))


@either
@single_and_batch
def test_pins_that_fail_in_several_ways_cost_their_own_days_alone(destination: str, batch: bool) -> None:
    sequence = PinSequence(destination, batch=batch, pins=3 * len(ODD))
    odd = {3 * at + 1: kind for at, kind in enumerate(ODD)}
    for day in (0, 1, 3):
        sequence.sync(day, pins=odd)
        assert all(sequence.rows_of(number) for number in range(len(sequence.pins)) if number not in odd)
    for day in range(4, 7):  # five that fail in a row stop the others
        sequence.sync(day)
    sequence.assert_complete()
    assert not sequence.owed


@single_and_batch
@pytest.mark.parametrize("kind", [FaultKind.UNAVAILABLE, FaultKind.RESET_BEFORE_BODY, FaultKind.FORBIDDEN_HTML])
def test_an_outage_stops_after_a_few_requests(kind: FaultKind, batch: bool) -> None:
    sequence = PinSequence(MERGE, batch=batch, pins=100, start=3)
    sequence.sync(0, pins={3: kind})
    output = sequence.sync(1, outage=kind)
    assert_failed(output, STREAM, "transient_error")
    asked = (
        set(sequence.requests) if kind is FaultKind.RESET_BEFORE_BODY else sequence.requests
    )  # a reset is waited out
    assert len(asked) <= 15
    sequence.sync(2)
    sequence.assert_complete()


@either
def test_owners_that_have_waited_longest_come_first(destination: str) -> None:
    """A quota of a day is enough for the pins of one owner."""
    sequence = PinSequence(destination, owners=2, pins=6)
    for day in range(4):
        sequence.sync(day, quota=6)
    assert all(sequence.rows_of(number) for number in range(12))
    sequence.sync(5)
    sequence.assert_complete()


def test_the_pins_of_one_owner_that_fail_hold_up_no_other_owner() -> None:
    sequence = PinSequence(MERGE, owners=3, pins=4)
    for day in range(2):
        sequence.sync(day, pins=dict.fromkeys(range(4), FaultKind.UNAVAILABLE))
        assert all(sequence.rows_of(number) for number in range(4, 12))
    sequence.sync(2)
    sequence.assert_complete()


@either
@single_and_batch
def test_videos_whose_video_metrics_are_rejected_arrive_without_them(destination: str, batch: bool) -> None:
    sequence = PinSequence(destination, batch=batch, pins=8, rejected_names=VIDEO_METRICS, names_the_rejected=False)
    sequence.hide_metrics(VIDEO_METRICS)
    for day in (0, 1):
        output = sequence.sync(day)
        assert_succeeded(output, [STREAM])
        sequence.assert_complete()
        for number in sequence.videos:
            assert any(sequence.pins[number][1] in text for text in output.warnings())
    assert not sequence.owed


@either
@single_and_batch
def test_pictures_come_without_video_metrics_and_videos_with_them(destination: str, batch: bool) -> None:
    sequence = PinSequence(destination, batch=batch, pins=11, video_metrics_of_pictures=False)
    for day in (0, 5):
        assert_succeeded(sequence.sync(day), [STREAM])
        sequence.assert_complete()
        rejected = [len(entry.values("pin_ids")) for entry in sequence.log if entry.status == 400]
        assert rejected == ([11, 5, 3, 1] if batch else [0])


@either
def test_a_range_of_pins_counts_as_read_once_its_pictures_and_videos_are(destination: str) -> None:
    """Whichever request a sync breaks off at, each day of each pin comes once."""
    whole = PinSequence(destination, batch=True, pins=11, video_metrics_of_pictures=False)
    assert_succeeded(whole.sync(0), [STREAM])
    for quota in range(len(whole.requests)):
        sequence = PinSequence(destination, batch=True, pins=11, video_metrics_of_pictures=False)
        assert sequence.sync(0, quota=quota).status(STREAM) == "INCOMPLETE"
        assert_succeeded(sequence.sync(0), [STREAM])
        sequence.assert_complete()
        assert_succeeded(sequence.sync(0), [STREAM])


@pytest.mark.parametrize("seed", seeds(8))
def test_a_course_of_pins_loses_no_day(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - to be repeated
    sequence, troubles = any_sequence(dice)
    day = 0
    for trouble in troubles:
        sequence.sync(day, trouble)
        day += dice.choice([0, 0, 1, 1, 1, 2, 3, 9, 30, 75])
    for later in (0, 1, 1 + FULL_PASS_DAYS):
        sequence.sync(day + later)
    sequence.assert_complete()
    assert not sequence.owed


def any_sequence(dice: random.Random) -> tuple[PinSequence, list[Trouble]]:
    destination = dice.choice([APPEND, MERGE])
    owners, pins, batch = dice.choice([1, 1, 2]), dice.choice([3, 6, 9]), dice.random() < 0.4
    sequence = PinSequence(
        destination,
        pins=pins,
        owners=owners,
        batch=batch,
        only_active=destination == MERGE and dice.random() < 0.3,
        start=dice.choice([None, 20, 60]),
    )
    return sequence, [any_trouble(dice, pins * owners) for _ in range(dice.choice([2, 3, 5]))]


def any_trouble(dice: random.Random, pins: int) -> Trouble:
    some = dice.sample(range(pins), dice.choice([0, 1, 1, 2, 3]))
    return Trouble(
        pins={pin: dice.choice([*ODD, REJECTED, REJECTED, REJECTED]) for pin in some},
        outage=dice.choice([None] * 9 + [FaultKind.UNAVAILABLE]),
        unlisted=frozenset(dice.sample(range(pins), dice.choice([0, 0, 0, 1]))),
        late={pin: dice.choice([2, 3, 5]) for pin in dice.sample(range(pins), dice.choice([0, 0, 1, 2]))},
        quota=dice.choice([None, None, *range(pins + 2)]),
        kill=dice.choice([1, 1, 1, dice.random(), 0.9]),
        shuffle=dice.random() < 0.3,
    )
