"""Which rows of an answer are about the days that were asked for? Others come with the days that they belong to."""

from collections.abc import Iterable, Iterator

from source_pinterest.api.bodies import Record
from source_pinterest.dates import DateWindow, parse_day
from source_pinterest.engine.notices import Notices
from source_pinterest.granularity import Granularity

_DAY_LENGTH = len("2026-01-31")


def within(
    rows: Iterable[Record],
    window: DateWindow,
    field: str,
    notices: Notices | None,
    granularity: Granularity = Granularity.DAY,
) -> Iterator[Record]:
    """The rows of days in the window, or of weeks or months that it touches; also those that name no day.

    Args:
        rows: of one answer.
        window: the days that were asked for.
        field: names the day of a row.
        notices: of the stream, for a warning; None where it is no wonder that there are others.
        granularity: what a row covers.
    """
    first, last = str(granularity.bucket_of(window.start).start), str(granularity.bucket_of(window.end).end)
    for row in rows:
        day = row.get(field)
        if day.__class__ is not str or first <= day <= last or not _lies_outside(day, first, last):
            yield row
        elif notices:
            notices.warn(
                "other days",
                f"Pinterest sent rows of days that were not asked for, such as {day} for {window}. They are left out.",
            )


def _lies_outside(text: str, first: str, last: str) -> bool:
    """Whether a text begins with a day that is not in between; what is no day is left to whoever reads it."""
    day = text[:_DAY_LENGTH]
    try:
        parse_day(day)
    except ValueError:
        return False
    return not first <= day <= last
