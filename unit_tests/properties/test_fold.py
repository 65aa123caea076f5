"""What `fold` makes of the ends of tasks, compared day by day."""

from hypothesis import given
from hypothesis import strategies as st
from pendulum import Date

from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.days import Days, Read, fold
from unit_tests.properties.days import REACH_DAYS, TODAY, days, days_of, some_windows, windows

FIELD = "DATE"
EARLIEST = days_before(TODAY, REACH_DAYS)


def _known(first: Date, last: Date, missing: list[DateWindow], settled: Date | None) -> Days:
    return Days.between(min(first, last), max(first, last), missing, settled)


reads = st.builds(Read, windows, days, st.none() | days)
befores = st.just(Days()) | st.builds(_known, days, days, some_windows, st.none() | days)
ends = st.lists(reads, min_size=1, max_size=6)


def _counted(read: Read) -> set[int]:
    return {day for day in days_of([read.window]) if day <= max(read.final, read.counts or read.final).toordinal()}


@given(befores, ends, some_windows)
def test_a_day_counts_if_it_was_read_and_no_task_about_it_failed_or_is_waiting(
    before: Days, ended: list[Read], unread: list[DateWindow]
) -> None:
    after = fold(before, ended, EARLIEST, unread)
    unread_days = days_of(unread)

    assert days_of(after.read) == days_of(before.read).union(*map(_counted, ended)) - unread_days
    assert days_of(after.stale) == days_of(before.read) & unread_days
    assert days_of(after.stale) <= days_of(after.missing)


@given(befores, ends, some_windows)
def test_days_up_to_the_settled_one_were_final_when_they_were_read(
    before: Days, ended: list[Read], unread: list[DateWindow]
) -> None:
    after = fold(before, ended, EARLIEST, unread)
    known = before.last_final_day.toordinal() if before.last_final_day else 0
    final = {day for read in ended for day in days_of([read.window]) if day <= read.final.toordinal()}
    in_doubt = {
        day for day in days_of(after.read) if day > known and after.settled and day <= after.settled.toordinal()
    }

    assert in_doubt <= final
    assert before.settled is None or (after.settled is not None and after.settled >= before.settled)


@given(befores, ends, some_windows)
def test_no_day_between_the_first_and_the_last_gets_lost(
    before: Days, ended: list[Read], unread: list[DateWindow]
) -> None:
    after = fold(before, ended, EARLIEST, unread)
    again = Days.from_state(after.to_state(FIELD), FIELD)

    assert after.last
    assert before.last is None or after.last >= before.last
    assert days_of(again.read) == days_of(after.read), "a state says the same"
    assert (again.first, again.last, again.settled, again.stale) == (
        after.first,
        after.last,
        after.settled,
        after.stale,
    )
