"""What is said of days that come twice, not at all, or with old values?"""

from collections.abc import Iterable

from pendulum import Date

from source_pinterest.dates import DateWindow


def days_twice(stream_name: str, windows: Iterable[DateWindow]) -> str:
    """The sentence on days of several accounts that stand twice after this sync."""
    return (
        f"{stream_name}: the days {_span(windows)} were read while their numbers were still moving, and are emitted "
        "once more, now that they are settled. The destination appends, so these days appear twice in the table: "
        "keep the row with the newest _airbyte_extracted_at, or clear the stream's data."
    )


def parts_twice(stream_name: str, windows: Iterable[DateWindow], *, is_refresh: bool) -> str:
    """The sentence on days of several accounts that were emitted in part and don't count as read.

    Args:
        stream_name: whose days they are.
        windows: the days.
        is_refresh: whether they are read again by another attempt of a full refresh, and not by the next sync.
    """
    who = "another attempt" if is_refresh else "the next sync"
    return (
        f"{stream_name}: the days {_span(windows)} were emitted in part, because not all of them could be read, and "
        f"{who} emits them whole. The destination keeps every row, so rows of these days then appear twice in the "
        "table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data."
    )


def in_future(stream_name: str, account: str, last: Date, today: Date) -> str:
    """The sentence on an account whose state names a day to come as the last one."""
    return (
        f"{stream_name}: the state of ad account {account} lies in the future ({last}). It counts as today ({today}), "
        "and nothing is read this time."
    )


def never_read(stream_name: str, account: str, window: DateWindow, earliest: Date) -> str:
    """The sentence on days of an account that Pinterest has no longer."""
    return (
        f"{stream_name}: the days {window} of ad account {account} were never read and are too old now: Pinterest "
        f"keeps the days from {earliest} on. They stay noted in the state."
    )


def old_values(stream_name: str, windows: Iterable[DateWindow]) -> str:
    """The sentence on days of several accounts that were read with other columns or another attribution."""
    return (
        f"{stream_name}: the columns or the attribution window have changed since the last sync. The days "
        f"{_span(windows)} keep their old values; clear the stream's data to read them again."
    )


def _span(windows: Iterable[DateWindow]) -> DateWindow:
    """From the first day of all to the last."""
    spans = list(windows)
    return DateWindow(min(span.start for span in spans), max(span.end for span in spans))
