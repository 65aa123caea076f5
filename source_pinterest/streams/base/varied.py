"""Streams whose lists are read once per value of a parameter."""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.listing import RecordPage, Seen, reading_list
from source_pinterest.streams.base.stream import PinterestStream


class VariedStream(PinterestStream, ABC):
    """Reads each list once per value of a parameter, and writes the value on the records."""

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
        seen = Seen()
        for number, value in enumerate(self.values):
            with reading_list(self.name, self.path(stream_slice=task), has_begun=number > 0):
                for response in self.responses(task, **{self.parameter: value}):
                    yield self.record_page(response, task, seen, self.stamp(value))
