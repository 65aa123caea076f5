"""Days, windows of days, and the weeks and months of reports.

Days are pendulum dates in UTC, as Pinterest's reporting days are. Only `utc_today` reads this machine's clock. A window
of a weekly or monthly report consists of whole weeks or months, called buckets here: half a week would be a row that
looks like a whole one. Pinterest's weeks start on Monday.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Self

import pendulum
from pendulum import Date

_DAY = re.compile(r"([1-9]\d{3})-(\d{2})-(\d{2})", re.ASCII)
"""From the year 1000 on, so that days can be counted back from each."""

_MIDNIGHT = re.compile(r"[T ]00:00:00(\.0+)?(Z|\+00:00)?\Z")


@dataclass(frozen=True, order=True, slots=True)
class DateWindow:
    """A window of days, first and last day included, like Pinterest's `start_date` and `end_date`."""

    start: Date
    end: Date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"A window can't end on {self.end}, before it starts on {self.start}.")

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"

    @classmethod
    def from_pair(cls, pair: Sequence[str]) -> Self:
        """Read a window from a state, as in `["2026-01-01", "2026-01-31"]`."""
        start, end = pair
        return cls(parse_day(start), parse_day(end))

    def as_pair(self) -> list[str]:
        """Return the window for a state, as in `["2026-01-01", "2026-01-31"]`."""
        return [self.start.isoformat(), self.end.isoformat()]

    @property
    def days(self) -> int:
        """The number of days, at least 1."""
        return self.end.toordinal() - self.start.toordinal() + 1

    def clamp(self, earliest: Date) -> "DateWindow | None":
        """Return the part on or after `earliest`; None if it is empty."""
        if self.end < earliest:
            return None
        return DateWindow(max(self.start, earliest), self.end)

    def cut(self, max_days: int) -> "list[DateWindow]":
        """Cut the window into windows of at most `max_days`, oldest first."""
        windows = []
        start = self.start
        while start <= self.end:
            end = min(start.add(days=max_days - 1), self.end)
            windows.append(DateWindow(start, end))
            start = end.add(days=1)
        return windows


class Granularity(Enum):
    """The time that a row of a report covers: https://developers.pinterest.com/docs/api/v5/analytics-create_report."""

    TOTAL = "TOTAL"
    DAY = "DAY"
    HOUR = "HOUR"
    WEEK = "WEEK"
    MONTH = "MONTH"

    def bucket_of(self, day: Date) -> DateWindow:
        """Return the bucket that contains the day."""
        if self is Granularity.WEEK:
            start = day.subtract(days=day.weekday())
            return DateWindow(start, start.add(days=6))
        if self is Granularity.MONTH:
            return DateWindow(day.start_of("month"), day.end_of("month"))
        return DateWindow(day, day)

    def last_whole(self, day: Date) -> Date:
        """Return the last day of the newest bucket that ends on this day or before it."""
        bucket = self.bucket_of(day)
        return day if bucket.end == day else bucket.start.subtract(days=1)

    def expand_to_buckets(self, window: DateWindow) -> DateWindow:
        """Return the buckets that have a day in the window."""
        return DateWindow(self.bucket_of(window.start).start, self.bucket_of(window.end).end)

    def buckets_starting_in(self, window: DateWindow) -> DateWindow | None:
        """Return the buckets that start in the window; None if there are none. The last may end after the window."""
        first, last = self.bucket_of(window.start), self.bucket_of(window.end)
        start = first.start if first.start == window.start else first.end.add(days=1)
        return DateWindow(start, last.end) if start <= last.end else None

    def halves(self, window: DateWindow) -> tuple[DateWindow, DateWindow] | None:
        """Split the window into two of whole buckets; None for a single bucket and for TOTAL."""
        middle = self.bucket_of(window.start.add(days=(window.days - 1) // 2))
        ends = [end for end in (middle.end, middle.start.subtract(days=1)) if window.start <= end < window.end]
        if self is Granularity.TOTAL or not ends:
            return None
        return DateWindow(window.start, ends[0]), DateWindow(ends[0].add(days=1), window.end)

    def widened(self, window: DateWindow, least_days: int, first_day: Date | None) -> DateWindow:
        """Add whole buckets to a window that is too short.

        Args:
            window: the window, of whole buckets.
            least_days: the fewest days that it may have.
            first_day: the first day that may be requested; buckets that would begin earlier are added at the end.
        """
        while window.days < least_days:
            before = self.bucket_of(window.start.subtract(days=1)).start
            if first_day is None or before >= first_day:
                window = DateWindow(before, window.end)
            else:
                window = DateWindow(window.start, self.bucket_of(window.end.add(days=1)).end)
        return window

    def cut(self, window: DateWindow, max_days: int, today: Date) -> list[DateWindow]:
        """Cut the window into windows of whole buckets of at most `max_days`; an unfinished bucket ends today."""
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


def utc_today() -> Date:
    """Return the current day in UTC."""
    return pendulum.now("UTC").date()


def parse_day(text: str) -> Date:
    """Read a day written as YYYY-MM-DD.

    Raises:
        ValueError: the text has another format, or the day does not exist.
    """
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a day written as YYYY-MM-DD.")
    year, month, day = map(int, match.groups())
    return Date(year, month, day)


def without_midnight(text: str) -> str:
    """Return a day without the midnight that may follow it, as in `2026-01-01T00:00:00Z`."""
    return _MIDNIGHT.sub("", text)


def days_before(day: Date, count: int) -> Date:
    """Return the day `count` days earlier."""
    return day.subtract(days=count)
