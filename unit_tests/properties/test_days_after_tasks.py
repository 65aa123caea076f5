"""What `Days.plus` makes of the ends of tasks, compared day by day."""

from hypothesis import given
from hypothesis import strategies as st
from pendulum import Date

from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.days import Days
from unit_tests.properties.days import days, days_of, some_windows

FIELD = "DATE"

befores = st.builds(Days.unread_from, days) | st.builds(
    lambda one, other, missing: Days.between(min(one, other), max(one, other), missing), days, days, some_windows
)


@given(befores, some_windows, some_windows)
def test_a_day_counts_if_it_was_read_and_no_task_about_it_failed_or_is_waiting(
    before: Days, read: list[DateWindow], unread: list[DateWindow]
) -> None:
    after = before.plus(read, unread)

    assert days_of(after.read) == (days_of(before.read) | days_of(read)) - days_of(unread)


@given(befores, some_windows, some_windows)
def test_no_day_between_the_first_and_the_last_gets_lost(
    before: Days, read: list[DateWindow], unread: list[DateWindow]
) -> None:
    after = before.plus(read, unread)
    again = Days.from_state(after.to_state(FIELD), FIELD)

    assert after.first <= before.first
    assert after.last >= before.last
    assert days_of(after.missing) == set(range(after.first.toordinal(), after.last.toordinal() + 1)) - days_of(
        after.read
    )
    assert again == after, "a state says the same"


@given(befores, days)
def test_days_up_to_another_one_are_those_before(before: Days, day: Date) -> None:
    cut = before.up_to(day)

    assert days_of(cut.read) == {read for read in days_of(before.read) if read <= day.toordinal()}
    assert cut.last == max(day, days_before(before.first, 1))
