"""How is a stream cut into slices? Flat ids and days, and a parent's failure."""

from collections.abc import Mapping, Sequence
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import PinterestError
from source_pinterest.state.day_cursor import WINDOW, planned_window
from source_pinterest.state.history import PlannedWindow

Key = tuple[str, ...]
"""The ids of a listing's own parents: () for boards, (ad account,) for campaigns."""

START, END = "start_date", "end_date"
"""What a slice calls the borders of its window, as Pinterest's parameters do."""

COMMA = "%2C"
"""What stands between ids that are joined, as an address has it."""

_FAILURE = "failure"
_IDS = "ids"


def partition_slice(
    parents: Mapping[str, str],
    cursor_slice: Mapping[str, Any] | None = None,
    **extra: Any,
) -> StreamSlice:
    """A slice of flat ids; what neither names it nor belongs into a log line rides along as `extra`."""
    return StreamSlice(partition=parents, cursor_slice=cursor_slice or {}, extra_fields=extra)


def window_slice(
    parents: Mapping[str, str], planned: PlannedWindow, named: Mapping[str, Any], **extra: Any
) -> StreamSlice:
    """A slice of a window of days, dates as text; the window itself rides along, with its number in the plan."""
    start, end = planned.window.as_pair()
    return partition_slice(parents, {START: start, END: end, **named}, **{WINDOW: planned, **extra})


def failed_slice(
    parents: Mapping[str, str], error: PinterestError, planned: PlannedWindow | None = None
) -> StreamSlice:
    """A slice that raises when it is read, so that a parent's failure costs only its own children."""
    if planned is None:
        return partition_slice(parents, None, **{_FAILURE: error})
    return window_slice(parents, planned, {}, **{_FAILURE: error})


def failure_of(stream_slice: StreamSlice) -> PinterestError | None:
    """The error that the slice stands for."""
    return stream_slice.extra_fields.get(_FAILURE)


def batch_slice(parents: Mapping[str, str], planned: PlannedWindow, ids: tuple[str, ...], number: int) -> StreamSlice:
    """A slice of a batch of ids in a window."""
    return window_slice(parents, planned, {"batch": number}, **{_IDS: ids})


def ids_of(stream_slice: StreamSlice) -> tuple[str, ...] | None:
    """The ids of a batch; None for a slice that is none."""
    return stream_slice.extra_fields.get(_IDS)


def promised_rows(stream_slice: StreamSlice) -> int | None:
    """How many rows a slice of ids and days has at most; None for one that nobody can know of."""
    ids = ids_of(stream_slice)
    return None if ids is None else max(1, len(ids)) * planned_window(stream_slice).window.days


def key_of_parent(stream_slice: StreamSlice) -> Key:
    """Under which key children find the ids of this slice."""
    return tuple(str(value) for value in stream_slice.partition.values())


def outermost_of(key: Key) -> Key:
    """The account or board that a slice is of, whatever else its key names."""
    return key[:1]


def batches(ids: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """The ids in runs of at most `size`."""
    return [tuple(ids[start : start + size]) for start in range(0, len(ids), size)]


def ids_that_fit(ids: Sequence[str], characters: int, separator: str = COMMA) -> int:
    """How many of the longest of these ids so much room in an address is enough for; at least one."""
    between = len(separator)
    return max(1, (characters + between) // (max(map(len, ids), default=1) + between))
