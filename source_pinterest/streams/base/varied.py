"""Which streams ask for each slice several times, because Pinterest tells one kind of their records at a time?"""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import AccessLostError, GoneError, RefusedError
from source_pinterest.streams.base.listing import Listed, SeenIds
from source_pinterest.streams.base.stream import PinterestStream


class VariedStream(PinterestStream, ABC):
    """Each slice is asked for once with each value of a parameter, which then stands on the records."""

    parameter: ClassVar[str]
    values: ClassVar[tuple[str, ...]]

    def stamp(self, value: str) -> Mapping[str, Any]:
        """What the records of one value are marked with."""
        return {self.parameter: value}

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and the first value, for whoever asks but once."""
        return {**super().request_params(*args, **kwargs), self.parameter: self.values[0]}

    def listing(self, stream_slice: StreamSlice) -> Iterator[Listed]:
        """The records of a slice, one value after the other.

        Raises:
            AccessLostError: Pinterest refuses to go on after the first value.
        """
        for number, value in enumerate(self.values):
            seen, stamp = SeenIds(self.shape.key), self.stamp(value)
            try:
                for answer in self.answers(stream_slice, **{self.parameter: value}):
                    records = [{**record, **stamp} for record in self.records(answer.value, stream_slice)]
                    yield Listed(seen.new(records), answer.server_time)
            except (RefusedError, GoneError) as error:
                if number == 0:
                    raise
                raise AccessLostError(self.name, self.path(stream_slice=stream_slice), str(error.message)) from error
