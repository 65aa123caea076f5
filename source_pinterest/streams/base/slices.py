"""How is a stream cut into slices? Flat ids, a parent's failure, and the fewest calls for ids and days."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import PinterestError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.parent_ids import Key
from source_pinterest.state.day_cursor import window_of
from source_pinterest.state.history import Purpose, WindowProgress

_FAILURE = "failure"


def partition_slice(
    parents: Mapping[str, str],
    cursor_slice: Mapping[str, Any] | None = None,
    **extra: Any,
) -> StreamSlice:
    """A slice of flat ids; what neither names it nor belongs into a state rides along as `extra`."""
    return StreamSlice(partition=parents, cursor_slice=cursor_slice or {}, extra_fields=extra)


def failed_slice(
    parents: Mapping[str, str],
    error: PinterestError,
    cursor_slice: Mapping[str, Any] | None = None,
) -> StreamSlice:
    """A slice that raises when it is read, so that a parent's failure costs only its own children."""
    return StreamSlice(partition=parents, cursor_slice=cursor_slice or {}, extra_fields={_FAILURE: error})


def failure_of(stream_slice: StreamSlice) -> PinterestError | None:
    """The error that the slice stands for."""
    return stream_slice.extra_fields.get(_FAILURE)


def promised_rows(stream_slice: StreamSlice) -> int | None:
    """How many rows a slice of ids and days has at most; None for one that nobody can know of."""
    ids = stream_slice.extra_fields.get("ids")
    return None if ids is None else max(1, len(ids)) * window_of(stream_slice).days


def key_of_parent(stream_slice: StreamSlice) -> Key:
    """Under which key children find the ids of this slice."""
    return tuple(str(value) for value in stream_slice.partition.values())


def outermost_of(key: Key) -> Key:
    """The account or board that a slice is of, whatever else its key names."""
    return key[:1]


class CallShape(NamedTuple):
    """How many ids and how many days go into a call."""

    ids: int
    days: int


def tile(ids: int, days: int, rows_a_day: int = 1) -> CallShape:
    """The shape of calls that are the fewest within Pinterest's limits, for so many rows an id and day.

    Among equals the one with the longest windows wins: a window is what the state moves by.
    """
    cells = limits.ROWS_PER_ANALYTICS_CALL // rows_a_day
    best: tuple[int, CallShape] | None = None
    for windows in range(math.ceil(days / limits.ANALYTICS_WINDOW_DAYS), days + 1):
        days_per_call = math.ceil(days / windows)
        ids_per_call = min(limits.IDS_PER_ANALYTICS_CALL, max(1, cells // days_per_call))
        calls = math.ceil(ids / ids_per_call) * math.ceil(days / days_per_call)
        if best is None or calls < best[0]:
            best = (calls, CallShape(ids_per_call, days_per_call))
        if ids_per_call >= min(ids, limits.IDS_PER_ANALYTICS_CALL):
            break
    if best is None:
        raise ValueError("A window covers at least one day.")
    return best[1]


def batches(ids: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """The ids in runs of at most `size`."""
    return [tuple(ids[start : start + size]) for start in range(0, len(ids), size)]


def by_age(item: WindowProgress, border: Date) -> list[WindowProgress]:
    """The days before the border and those from it on, in the order in which they are read."""
    parts = [window for window in (item.window.before(border), item.window.clamp(border)) if window]
    return [WindowProgress(window, item.purpose) for window in in_reading_order(parts, item.purpose)]


def in_reading_order(windows: Sequence[DateWindow], purpose: Purpose) -> list[DateWindow]:
    """Oldest first; an earlier start is read backwards, so that what was read stays in one piece."""
    return list(reversed(windows)) if purpose is Purpose.HEAD else list(windows)
