"""Days before the tests' own, and a sync of one stream that is read to its end."""

from functools import cached_property
from typing import Any

from airbyte_cdk.models import AirbyteStateMessage
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.stream import PinterestStream
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import configured, read_slice, run_of, state_of

DEDUP, APPEND = configured("incremental", "append_dedup"), configured("incremental", "append")


def ago(days: int) -> str:
    return str(days_before(TODAY, days))


def window(first_ago: int, last_ago: int) -> DateWindow:
    return DateWindow(days_before(TODAY, first_ago), days_before(TODAY, last_ago))


def known(stream: str, first_ago: int, last_ago: int, *missing: DateWindow) -> list[AirbyteStateMessage]:
    """The state of a stream that has these days of account 11, without the missing ones."""
    owed = [one.as_pair() for one in missing]
    return state_of(stream, "11", DATE=ago(last_ago), missing=owed, **{"from": ago(first_ago)})


class Sync:
    """Reads a selected stream, of which one account has a cursor."""

    def __init__(self, stream: PinterestStream) -> None:
        self.stream = stream
        stream.select()

    @cached_property
    def slices(self) -> list[Task]:
        return list(run_of(self.stream).tasks())

    def read(self, stream_slice: StreamSlice) -> list[dict[str, Any]]:
        return list(read_slice(self.stream, stream_slice))

    def read_all(self) -> list[dict[str, Any]]:
        return [record for one in self.slices for record in self.read(one)]

    @property
    def cursors(self) -> list[dict[str, Any]]:
        checkpoint: Any = self.stream.checkpoint
        return [entry["cursor"] for entry in checkpoint.state["states"]]
