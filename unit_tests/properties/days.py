"""Days and windows of a few weeks, enough for every way in which windows can lie to each other."""

from collections.abc import Iterable

from hypothesis import strategies as st
from pendulum import Date

from source_pinterest.dates import DateWindow, days_before

TODAY = Date(2026, 7, 1)
REACH_DAYS = 40

days = st.integers(0, REACH_DAYS).map(lambda back: days_before(TODAY, back))
windows = st.tuples(days, days).map(lambda pair: DateWindow(min(pair), max(pair)))
some_windows = st.lists(windows, max_size=6)


def days_of(found: Iterable[DateWindow]) -> set[int]:
    """Each day that lies in a window, as a number."""
    return {day for window in found for day in range(window.start.toordinal(), window.end.toordinal() + 1)}
