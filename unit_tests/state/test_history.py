"""Each day of an account is read, owed or still out, whatever order its windows end in."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.history import AccountHistory, Purpose, WindowProgress, WindowStatus, split_by_age
from source_pinterest.state.period import Period

TODAY = Date(2026, 7, 1)
EARLIEST = days_before(TODAY, 89)
SEEDS = range(400)


def seeded(seed: int) -> random.Random:
    """The same histories and orders each time; a failure names its seed."""
    return random.Random(seed)  # noqa: S311 - test data, not cryptography


def day(ago: int) -> Date:
    return days_before(TODAY, ago)


def window(first_ago: int, last_ago: int) -> DateWindow:
    return DateWindow(day(first_ago), day(last_ago))


def period(start_ago: int = 89, end_ago: int = 0, lookback_days: int | None = 33) -> Period:
    return Period(max(day(start_ago), EARLIEST), EARLIEST, day(end_ago), lookback_days)


def days_of(windows: Iterable[DateWindow]) -> set[Date]:
    return {item.start.add(days=offset) for item in windows for offset in range(item.days)}


def planned(history: AccountHistory, wanted: Period) -> list[tuple[str, DateWindow]]:
    return [(item.purpose.name, item.window) for item in history.unread(wanted)]


# ---- Which windows a sync reads


def test_a_first_sync_reads_from_the_start() -> None:
    assert planned(AccountHistory(), period(40)) == [("TAIL", window(40, 0))]


def test_a_first_sync_reads_no_further_back_than_pinterest_goes() -> None:
    assert planned(AccountHistory(), period(400)) == [("TAIL", window(89, 0))]


@pytest.mark.parametrize(
    ("last_ago", "lookback_days", "start_ago", "resumes_ago"),
    [
        (1, 33, 89, 34),  # the lookback counts from the last finished day, which is read again too
        (0, 33, 89, 33),
        (10, 0, 89, 10),
        (10, None, 89, 9),
        (0, 0, 89, 0),
        (1, 33, 20, 20),  # never before the start date
        (10, 33, 5, 9),  # a start date that moved past the cursor leaves no gap
        (80, 33, 89, 89),  # nor before what Pinterest holds
        (300, 33, 89, 89),
        (300, None, 89, 89),
    ],
)
def test_where_a_later_sync_resumes(last_ago: int, lookback_days: int | None, start_ago: int, resumes_ago: int) -> None:
    history = AccountHistory(day(last_ago), first=day(max(start_ago, last_ago)))

    assert planned(history, period(start_ago, 0, lookback_days))[-1] == ("TAIL", window(resumes_ago, 0))


def test_when_all_is_read_nothing_is() -> None:
    assert planned(AccountHistory(day(0), day(89)), period(lookback_days=None)) == []
    assert planned(AccountHistory(day(0), day(89)), period(end_ago=2, lookback_days=None)) == []


def test_an_earlier_start_date_is_caught_up_with() -> None:
    history = AccountHistory(day(1), first=day(50))

    assert planned(history, period(80)) == [("HEAD", window(80, 51)), ("TAIL", window(34, 0))]
    assert planned(history, period(400))[0] == ("HEAD", window(89, 51))
    assert planned(history, period(50))[0][0] == "TAIL"


def test_the_lookback_does_not_read_what_the_head_reads() -> None:
    """The first sync began five days ago; now the user wants eighty."""
    history = AccountHistory(day(1), first=day(5))

    assert planned(history, period(80)) == [("HEAD", window(80, 6)), ("TAIL", window(5, 0))]


def test_an_older_connectors_history_has_no_head() -> None:
    assert planned(AccountHistory(day(1)), period(80)) == [("TAIL", window(34, 0))]


def test_what_is_missing_comes_first_and_once() -> None:
    history = AccountHistory(day(1), day(89), (window(80, 70), window(60, 20)))

    assert planned(history, period()) == [
        ("MISSING", window(80, 70)),
        ("MISSING", window(60, 35)),
        ("TAIL", window(34, 0)),
    ]


def test_what_is_missing_and_out_of_reach_stays_noted_and_is_told() -> None:
    history = AccountHistory(day(1), day(300), (window(200, 150), window(95, 80)))

    assert planned(history, period())[0] == ("MISSING", window(89, 80))
    assert history.out_of_reach(period()) == [window(200, 150), window(95, 90)]


def test_days_since_the_cursor_that_are_out_of_reach_are_told() -> None:
    history = AccountHistory(day(100), day(300))

    assert history.out_of_reach(period()) == [window(99, 90)]
    assert AccountHistory(day(90)).out_of_reach(period()) == []
    assert AccountHistory().out_of_reach(period()) == []


def test_no_day_is_planned_twice() -> None:
    for seed in SEEDS:
        history, wanted, _ = _any_start(seeded(seed))
        days = [day for item in history.unread(wanted) for day in days_of([item.window])]
        assert len(days) == len(set(days)), seed


# ---- What is known after some windows of it


def progress(purpose: Purpose, item: DateWindow, status: WindowStatus) -> WindowProgress:
    return WindowProgress(item, purpose, status)


def tail(*statuses: WindowStatus) -> list[WindowProgress]:
    """Windows of ten days, oldest first, the last of which ends today."""
    count = len(statuses)
    return [
        progress(Purpose.TAIL, window(10 * (count - i) - 1, 10 * (count - i - 1)), status)
        for i, status in enumerate(statuses)
    ]


OPEN, DONE, FAILED = WindowStatus.OPEN, WindowStatus.DONE, WindowStatus.FAILED


@pytest.mark.parametrize(
    ("statuses", "last_ago", "missing"),
    [
        ((OPEN, OPEN, OPEN), None, ()),
        ((DONE, OPEN, OPEN), 20, ()),
        ((OPEN, DONE, DONE), None, ()),
        ((DONE, OPEN, DONE), 20, ()),
        ((DONE, DONE, DONE), 0, ()),
        ((FAILED, OPEN, DONE), None, ()),
        ((FAILED, FAILED, FAILED), None, ()),
        ((FAILED, DONE, OPEN), 10, (window(29, 20),)),
        ((DONE, FAILED, DONE), 0, (window(19, 10),)),
        ((DONE, FAILED, FAILED), 20, ()),
        ((FAILED, FAILED, DONE), 0, (window(29, 10),)),
    ],
)
def test_the_cursor_passes_what_failed_but_nothing_that_is_open(
    statuses: Sequence[WindowStatus], last_ago: int | None, missing: tuple[DateWindow, ...]
) -> None:
    history = AccountHistory().after(tail(*statuses))

    assert history.last == (None if last_ago is None else day(last_ago))
    assert history.missing == missing
    assert history.first == (None if last_ago is None else day(29))


def test_a_gap_before_the_first_window_is_noted() -> None:
    history = AccountHistory(day(120), day(200)).after([progress(Purpose.TAIL, window(89, 0), DONE)])

    assert history.missing == (window(119, 90),)
    assert history.last == day(0)
    assert history.first == day(200)


def test_a_failed_lookback_leaves_the_cursor_where_it_was() -> None:
    history = AccountHistory(day(5), day(60))

    assert history.after([progress(Purpose.TAIL, window(38, 0), FAILED)]) == history


def test_a_done_lookback_settles_what_was_missing_in_it() -> None:
    history = AccountHistory(day(5), day(60), (window(50, 30),))

    assert history.after([progress(Purpose.TAIL, window(38, 0), DONE)]).missing == (window(50, 39),)


def test_the_head_moves_back_without_a_gap() -> None:
    newest, middle, oldest = window(49, 40), window(59, 50), window(69, 60)
    known = AccountHistory(day(0), first=day(39))

    def first_after(*statuses: WindowStatus) -> Date | None:
        windows = zip((newest, middle, oldest), statuses, strict=True)
        return known.after([progress(Purpose.HEAD, *item) for item in windows]).first

    assert first_after(OPEN, OPEN, OPEN) == day(39)
    assert first_after(DONE, OPEN, DONE) == day(49)
    assert first_after(DONE, FAILED, DONE) == day(49)
    assert first_after(OPEN, DONE, DONE) == day(39)
    assert first_after(DONE, DONE, DONE) == day(69)


def test_missing_windows_are_settled_each_by_itself() -> None:
    old, new = window(80, 70), window(60, 50)
    known = AccountHistory(day(0), day(89), (old, new))

    def missing_after(*statuses: WindowStatus) -> tuple[DateWindow, ...]:
        return known.after([progress(Purpose.MISSING, *i) for i in zip((old, new), statuses, strict=True)]).missing

    assert missing_after(OPEN, DONE) == (old,)
    assert missing_after(FAILED, DONE) == (old,)
    assert missing_after(DONE, FAILED) == (new,)
    assert missing_after(DONE, DONE) == ()


# ---- Days whose numbers are still moving


@pytest.mark.parametrize(
    ("settled_ago", "last_ago"),
    [(0, 0), (3, 3), (9, 9), (10, 10), (15, 15), (29, 29)],
)
def test_the_cursor_never_passes_a_day_that_is_still_moving(settled_ago: int, last_ago: int) -> None:
    history = AccountHistory().after(tail(DONE, DONE, DONE), day(settled_ago))

    assert history == AccountHistory(day(last_ago), first=day(29))


def test_a_sync_of_moving_days_alone_leaves_no_history() -> None:
    assert AccountHistory().after(tail(DONE), day(10)) == AccountHistory()
    assert AccountHistory().after(tail(DONE), day(9)) == AccountHistory(day(9), first=day(9))


def test_a_cursor_that_lies_past_the_settled_days_stays() -> None:
    known = AccountHistory(day(1), first=day(60))

    assert known.after(tail(DONE, DONE), day(3)) == known
    assert known.after(tail(OPEN, OPEN), day(3)) == known


def test_what_failed_is_owed_up_to_the_settled_days_alone() -> None:
    """Beyond them it is read again anyway."""
    known = AccountHistory(day(40), first=day(60))
    windows = [progress(Purpose.TAIL, window(39, 3), FAILED), progress(Purpose.TAIL, window(2, 0), DONE)]

    assert known.after(windows, day(5)) == AccountHistory(day(5), day(60), (window(39, 5),))


def test_moving_days_are_read_again_by_the_next_sync() -> None:
    history = AccountHistory().after(tail(DONE, DONE, DONE), day(3))

    assert planned(history, period(lookback_days=0)) == [("HEAD", window(89, 30)), ("TAIL", window(3, 0))]
    assert planned(history, period(29, lookback_days=None)) == [("TAIL", window(2, 0))]


def test_a_period_keeps_the_stricter_of_two_borders() -> None:
    assert period().final_up_to(day(3)).last_final_day == day(3)
    assert period().final_up_to(day(3)).final_up_to(day(1)).last_final_day == day(3)
    assert period().final_up_to(day(3)).final_up_to(day(5)).last_final_day == day(5)


def test_however_windows_end_no_moving_day_is_lost() -> None:
    for seed in SEEDS:
        rng = seeded(seed)
        history, wanted, unread = _any_start(rng)
        settled = day(rng.randrange(5))
        windows = _any_plan(rng, history, wanted)
        read: set[Date] = set()
        for item in rng.sample(windows, len(windows)):
            item.status = rng.choice([DONE, DONE, FAILED])
            read |= {one for one in days_of([item.window]) if item.status is DONE and one <= settled}
        now = history.after(windows, settled)
        assert now.last is None or now.last <= max(settled, history.last or settled), seed
        assert unread - read - days_of(again.window for again in now.unread(wanted)) == set(), seed


# ---- Any history, any outcomes, in any order


def _any_start(rng: random.Random) -> tuple[AccountHistory, Period, set[Date]]:
    """A history such as syncs leave behind, a period, and the days of it that were never read."""
    lookback_days = rng.choice([None, 0, 3, 33])
    wanted = period(rng.randrange(120), rng.choice([0, 0, 2]), lookback_days)
    if rng.random() < 0.2:
        return (
            AccountHistory(),
            wanted,
            days_of([DateWindow(wanted.start, wanted.end)] if wanted.start <= wanted.end else []),
        )
    last_ago = rng.randrange(130)
    first_ago = last_ago + rng.randrange(60)
    missing = tuple(
        window(ago, ago - rng.randrange(4)) for ago in range(first_ago, last_ago + 8, -8) if rng.random() < 0.4
    )
    first = day(first_ago) if rng.random() < 0.8 else None
    history = AccountHistory(day(last_ago), first, missing)
    unread = set(days_of(missing))
    if day(last_ago) < wanted.end:
        unread |= days_of([DateWindow(day(last_ago).add(days=1), wanted.end)])
    if first and wanted.start < first:
        unread |= days_of([DateWindow(wanted.start, first.subtract(days=1))])
    return history, wanted, {item for item in unread if item >= EARLIEST}


def _any_plan(rng: random.Random, history: AccountHistory, wanted: Period) -> list[WindowProgress]:
    """The windows of a sync as the streams cut them."""
    windows = []
    for item in history.unread(wanted):
        pieces = item.window.cut(rng.choice([1, 7, 40, 90]))
        if item.purpose is Purpose.HEAD:
            pieces.reverse()
        windows += [WindowProgress(piece, item.purpose) for piece in pieces]
    return windows


def test_every_unread_day_is_planned() -> None:
    for seed in SEEDS:
        history, wanted, unread = _any_start(seeded(seed))
        assert unread <= days_of(item.window for item in history.unread(wanted)), seed


def test_at_every_moment_of_a_sync_each_day_is_read_owed_or_planned_again() -> None:
    for seed in SEEDS:
        rng = seeded(seed)
        history, wanted, unread = _any_start(rng)
        windows = _any_plan(rng, history, wanted)
        read: set[Date] = set()
        for item in rng.sample(windows, len(windows)):  # they end in any order
            item.status = rng.choice([DONE, DONE, FAILED])
            read |= days_of([item.window]) if item.status is DONE else set()
            now = (
                AccountHistory.from_state(history.after(windows).to_state("DATE"), "DATE")
                if history.after(windows).last
                else history.after(windows)
            )
            _check(seed, history, now, windows)
            next_time = days_of(again.window for again in now.unread(wanted))
            assert unread - read <= next_time, f"{seed}: a day is lost"


def _check(seed: int, before: AccountHistory, now: AccountHistory, windows: Sequence[WindowProgress]) -> None:
    fresh = [item.window for item in windows if item.purpose is Purpose.TAIL and item.status is OPEN]
    for item in fresh:
        if before.last is None or item.end > before.last:
            assert now.last is None or now.last < item.end, f"{seed}: the cursor passed a window that is open"
    assert before.last is None or (now.last is not None and now.last >= before.last), seed
    assert before.first is None or (now.first is not None and now.first <= before.first), seed
    assert days_of(now.missing).isdisjoint({now.last} if now.last and now.last != before.last else set()), seed


def test_after_a_sync_that_went_well_nothing_in_reach_is_owed() -> None:
    for seed in SEEDS:
        rng = seeded(seed)
        history, wanted, _ = _any_start(rng)
        windows = _any_plan(rng, history, wanted)
        for item in windows:
            item.status = DONE
        now = history.after(windows)
        once_more = [item for item in now.unread(wanted) if item.purpose is not Purpose.TAIL]
        assert once_more == [], seed
        assert (now.last or wanted.end) >= wanted.end or not windows, seed


# ---- The state


@pytest.mark.parametrize(
    ("state", "history"),
    [
        ({"DATE": "2026-06-30"}, AccountHistory(day(1))),
        ({"DATE": "2026-06-30", "from": None, "missing": None}, AccountHistory(day(1))),
        ({"DATE": "2026-06-30", "from": "2026-05-02"}, AccountHistory(day(1), day(60))),
        (
            {"DATE": "2026-06-30", "from": "2026-05-02", "missing": [["2026-06-01", "2026-06-11"]]},
            AccountHistory(day(1), day(60), (window(30, 20),)),
        ),
    ],
)
def test_a_state_is_read_and_written(state: dict[str, object], history: AccountHistory) -> None:
    assert AccountHistory.from_state(state, "DATE") == history
    assert history.to_state("DATE") == {key: value for key, value in state.items() if value}


def test_windows_that_were_edited_by_hand_are_put_in_order() -> None:
    pairs = [window(20, 15), window(90, 70), window(18, 12), window(18, 12), window(5, 0)]
    state = {"DATE": str(day(3)), "from": str(day(80)), "missing": [pair.as_pair() for pair in pairs]}

    assert AccountHistory.from_state(state, "DATE").missing == (window(80, 70), window(20, 12), window(5, 3))


@pytest.mark.parametrize(
    "missing", [[["2026-05-02", "2026-05-01"]], [["2026-05-01"]], ["2026-05-01"], 7, {"a": 1}], ids=str
)
def test_windows_that_are_none_are_refused(missing: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        AccountHistory.from_state({"DATE": "2026-06-30", "missing": missing}, "DATE")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "20260630"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"day|month"):
        AccountHistory.from_state({"DATE": text}, "DATE")


def test_a_single_day_just_out_of_reach_is_told() -> None:
    assert AccountHistory(day(10), day(95), (window(90, 90),)).out_of_reach(period()) == [window(90, 90)]


# ---- Days that come by themselves


OWED = AccountHistory(last=day(2), first=day(60), missing=(window(40, 38), window(20, 18)), settled=day(2))


def test_days_that_came_leave_what_else_is_owed() -> None:
    assert OWED.with_days(window(20, 18), day(18)).missing == (window(40, 38),)
    assert OWED.with_days(window(33, 0), day(1)).missing == (window(40, 38),)
    assert OWED.with_days(window(80, 61), day(61)).missing == OWED.missing


def test_days_none_of_which_counts_change_nothing() -> None:
    assert OWED.with_days(window(33, 0), None) == OWED
    assert OWED.with_days(window(33, 20), day(34)) == OWED


@pytest.mark.parametrize(
    ("purpose", "order"), [(Purpose.HEAD, [1, 0]), (Purpose.TAIL, [0, 1]), (Purpose.MISSING, [0, 1])]
)
def test_days_on_both_sides_of_a_border_come_in_their_order(purpose: Purpose, order: list[int]) -> None:
    parts = [window(30, 11), window(10, 5)]

    assert [item.window for item in split_by_age(WindowProgress(window(30, 5), purpose), day(10))] == [
        parts[at] for at in order
    ]
    assert {item.purpose for item in split_by_age(WindowProgress(window(30, 5), purpose), day(10))} == {purpose}
