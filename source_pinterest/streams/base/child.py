"""Streams that are read per parent, and streams that are read per value of a parameter."""

from abc import ABC
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from source_pinterest.engine.tasks import Task, or_failed
from source_pinterest.streams.base.listing import RecordPage, reading_list
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream, Sync


class ChildStream(PinterestStream, ABC):
    """One task for each id of a parent stream. Each record has the ids of all its parents."""

    child_of: ClassVar[type[PinterestStream]]
    """The parent stream."""
    parent_unless: ClassVar[str] = ""
    """When the parent stream lacks the parent of a record; empty if it never does."""

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        of_parents = (key for key in self.parent_stream.foreign_keys if set(key.fields) <= set(self.parent_fields))
        parent = ForeignKey(self.child_of.stream_name(), self.parent_fields, self.parent_unless)
        self.foreign_keys = tuple(dict.fromkeys((*of_parents, parent, *self.foreign_keys)))
        self.needs = (*self.needs, self.child_of)

    @cached_property
    def parent_stream(self) -> PinterestStream:
        """The parent stream in this sync."""
        return self.shared.stream(self.child_of)

    def tasks(self) -> Iterator[Task]:
        """Return a task for each parent. A failed listing of parents becomes one task, which raises its error."""
        for parent_task in self.parent_stream.tasks():
            if parent_task.error:
                yield parent_task
            else:
                yield from or_failed(parent_task.parents, self.tasks_of(parent_task))

    def tasks_of(self, parent_task: Task) -> Iterator[Task]:
        """Return a task for each parent in a list of the parent stream."""
        field = self.parent_fields[-1]
        for parent_id in self.parent_stream.ids.get(parent_task.parent_ids):
            yield self.task({**parent_task.parents, field: parent_id})


class VariedStream(PinterestStream, ABC):
    """Reads each list once per value of a parameter, and writes the value on the records."""

    parameter: ClassVar[str]
    values: ClassVar[tuple[str, ...]]

    def stamp(self, value: str) -> Mapping[str, Any]:
        """Return the fields that records of a value get."""
        return {self.parameter: value}

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the parameters of a page with the first value, for callers that send a single request."""
        return {**super().request_params(*args, **kwargs), self.parameter: self.values[0]}

    def record_pages(self, task: Task) -> Iterator[RecordPage]:
        """Return the records of a list, value by value.

        Raises:
            AccessLostError: Pinterest refuses a value after the first.
        """
        for number, value in enumerate(self.values):
            stamp = self.stamp(value)
            with reading_list(self.name, self.path(stream_slice=task), has_begun=number > 0):
                for response in self.responses(task, **{self.parameter: value}):
                    records = [{**record, **stamp} for record in self.records(response.value, task)]
                    yield RecordPage(records, response.server_time)
