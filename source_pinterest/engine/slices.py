"""Slices: flat ids and days, batches of ids, and failures that are raised when the slice is read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import PinterestError, SliceError
from source_pinterest.dates import DateWindow
from source_pinterest.state.day_cursor import WINDOW, window_of

Key = tuple[str, ...]
"""The ids of a listing's own parents: () for boards, (ad account,) for campaigns."""

START, END = "start_date", "end_date"
"""The keys of a slice's window, named like Pinterest's parameters."""

_FAILURE = "failure"
_IDS = "ids"


def partition_slice(
    parents: Mapping[str, str],
    cursor_slice: Mapping[str, Any] | None = None,
    **extra: Any,
) -> StreamSlice:
    """Return a slice of flat ids.

    Args:
        parents: the ids of its parents.
        cursor_slice: other values that identify it, such as days.
        extra: objects for the reader of the slice, which neither identify it nor appear in logs.
    """
    return StreamSlice(partition=parents, cursor_slice=cursor_slice or {}, extra_fields=extra)


def window_slice(parents: Mapping[str, str], window: DateWindow, named: Mapping[str, Any], **extra: Any) -> StreamSlice:
    """Return a slice of a window of days, with the window in its extra fields.

    Args:
        parents: the ids of its parents.
        window: the days.
        named: other values that identify the slice.
        extra: as in `partition_slice`.
    """
    start, end = window.as_pair()
    return partition_slice(parents, {START: start, END: end, **named}, **{WINDOW: window, **extra})


def failed_slice(parents: Mapping[str, str], error: PinterestError, window: DateWindow | None = None) -> StreamSlice:
    """Return a slice that raises an error when it is read, so that a parent's failure costs only its own children."""
    if window is None:
        return partition_slice(parents, None, **{_FAILURE: error})
    return window_slice(parents, window, {}, **{_FAILURE: error})


def or_failed(parents: Mapping[str, str], slices: Iterable[StreamSlice]) -> Iterator[StreamSlice]:
    """Return the slices of some parents, or a failed slice if the ids that they are made of can't be listed."""
    try:
        yield from slices
    except SliceError as error:
        yield failed_slice(parents, error)


def failure_of(stream_slice: StreamSlice) -> PinterestError | None:
    """Return the error of a failed slice, or None for any other slice."""
    return stream_slice.extra_fields.get(_FAILURE)


def batch_slice(parents: Mapping[str, str], window: DateWindow, ids: tuple[str, ...], number: int) -> StreamSlice:
    """Return a slice of a batch of ids in a window."""
    return window_slice(parents, window, {"batch": number}, **{_IDS: ids})


def ids_of(stream_slice: StreamSlice) -> tuple[str, ...] | None:
    """Return the ids of a batch, or None for a slice of another kind."""
    return stream_slice.extra_fields.get(_IDS)


def promised_rows(stream_slice: StreamSlice) -> int | None:
    """Return the maximum number of rows in a batch of ids and days, or None for a slice of another kind."""
    ids = ids_of(stream_slice)
    return None if ids is None else max(1, len(ids)) * window_of(stream_slice).days


def key_of_parent(stream_slice: StreamSlice) -> Key:
    """Return the key under which child streams find the ids of a slice."""
    return tuple(str(value) for value in stream_slice.partition.values())


def outermost_of(key: Key) -> Key:
    """Return the first part of a key: the ad account, owner or board."""
    return key[:1]


def batches(ids: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Split ids into batches of at most `size`."""
    return [tuple(ids[start : start + size]) for start in range(0, len(ids), size)]
