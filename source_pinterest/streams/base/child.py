"""Which streams are read parent by parent?"""

from abc import ABC
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import AccessLostError, GoneError, RefusedError, SliceError
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import failed_slice, failure_of, partition_slice
from source_pinterest.streams.base.listing import Listed, SeenIds
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream, Sync


class ChildStream(PinterestStream, ABC):
    """One slice for each id of a parent stream. The ids of all its parents stand on each record."""

    parent: ClassVar[type[PinterestStream]]
    parent_unless: ClassVar[str] = ""
    """When the parent stream lacks the parent of a record; empty where it never does."""

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        of_parents = (key for key in self.parents.foreign_keys if set(key.fields) <= set(self.partition_keys))
        parent = ForeignKey(self.parent.stream_name(), self.partition_keys, self.parent_unless)
        self.foreign_keys = tuple(dict.fromkeys((*of_parents, parent, *self.foreign_keys)))

    @cached_property
    def parents(self) -> PinterestStream:
        """The parent stream in this sync."""
        return self.shared.stream(self.parent)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the parent stream."""
        yield from super().needed_ids()
        yield self.parents.ids

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each parent; a parent listing that fails is one slice that raises."""
        for outer in self.parents.slices():
            yield from [outer] if failure_of(outer) else self.slices_of(outer)

    def slices_of(self, outer: StreamSlice) -> Iterator[StreamSlice]:
        """A slice for each parent in a slice of the parent stream."""
        own_key = self.partition_keys[-1]
        ids: dict[str, Any] = dict(outer.partition)
        try:
            parents = self.parents.ids.of(tuple(ids.values()))
        except SliceError as error:
            yield failed_slice(ids, error)
            return
        for parent in parents:
            yield partition_slice({**ids, own_key: parent})


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
