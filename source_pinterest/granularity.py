"""Which days are a week or a month of a report, and where may a window begin and end?

A window of a weekly or monthly report consists of whole weeks or months, called buckets here: half a week would be a
row that looks like a whole one. Pinterest's weeks start on Monday.
"""

from collections.abc import Callable, Mapping
from enum import Enum

from pendulum import Date, WeekDay

from source_pinterest.dates import DateWindow


class Granularity(Enum):
    """How much time a row of a report covers: https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    TOTAL = "TOTAL"
    DAY = "DAY"
    HOUR = "HOUR"
    WEEK = "WEEK"
    MONTH = "MONTH"

    def bucket_of(self, day: Date) -> DateWindow:
        """The whole bucket that contains the day."""
        return _BUCKETS.get(self, _day)(day)

    def last_whole(self, day: Date) -> Date:
        """The last day of the newest bucket that ends on this day or before it."""
        bucket = self.bucket_of(day)
        return day if bucket.end == day else bucket.start.subtract(days=1)

    def inward(self, window: DateWindow) -> DateWindow | None:
        """The buckets that start in the window, of which the last may end after it; None if no bucket starts in it."""
        first, last = self.bucket_of(window.start), self.bucket_of(window.end)
        start = first.start if first.start == window.start else first.end.add(days=1)
        return DateWindow(start, last.end) if start <= last.end else None

    def halves(self, window: DateWindow) -> tuple[DateWindow, DateWindow] | None:
        """The window as two, each of whole buckets; None for a single bucket, and for TOTAL, which is not a sum."""
        middle = self.bucket_of(window.start.add(days=(window.days - 1) // 2))
        ends = [end for end in (middle.end, middle.start.subtract(days=1)) if window.start <= end < window.end]
        if self is Granularity.TOTAL or not ends:
            return None
        return DateWindow(window.start, ends[0]), DateWindow(ends[0].add(days=1), window.end)

    def widened(self, window: DateWindow, least_days: int, first_day: Date | None) -> DateWindow:
        """The window with whole buckets before it, or after it where none may begin before the first day."""
        while window.days < least_days:
            before = self.bucket_of(window.start.subtract(days=1)).start
            if first_day is None or before >= first_day:
                window = DateWindow(before, window.end)
            else:
                window = DateWindow(window.start, self.bucket_of(window.end.add(days=1)).end)
        return window

    def cut(self, window: DateWindow, max_days: int, today: Date) -> list[DateWindow]:
        """The window in pieces of whole buckets, each of at most `max_days`; an unfinished bucket ends today."""
        pieces: list[DateWindow] = []
        start = window.start
        while start <= min(window.end, today):
            end = self.bucket_of(start).end
            while (following := self.bucket_of(end.add(days=1))).end <= window.end and (
                following.end.toordinal() - start.toordinal() < max_days
            ):
                end = following.end
            pieces.append(DateWindow(start, min(end, today)))
            start = end.add(days=1)
        return pieces


def _day(day: Date) -> DateWindow:
    return DateWindow(day, day)


def _week(day: Date) -> DateWindow:
    start = day if day.day_of_week is WeekDay.MONDAY else day.previous(WeekDay.MONDAY)
    return DateWindow(start, start.add(days=6))


def _month(day: Date) -> DateWindow:
    return DateWindow(day.start_of("month"), day.end_of("month"))


_BUCKETS: Mapping[Granularity, Callable[[Date], DateWindow]] = {Granularity.WEEK: _week, Granularity.MONTH: _month}
