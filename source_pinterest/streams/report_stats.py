"""How are the issue counts of a feed or catalog requested?"""

import json
from abc import ABC
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import ListPage, ListShape
from source_pinterest.api.errors import BadRequestError, SliceError
from source_pinterest.api.session import Answer
from source_pinterest.engine.parent_ids import ParentIds
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.foreign_keys import ForeignKey
from source_pinterest.streams.base.slices import failed_slice, failure_of, partition_slice
from source_pinterest.streams.catalogs import Catalogs, CatalogsFeeds
from source_pinterest.streams.organic.catalog_stream import CatalogStream

TYPES_WITH_STATS = ("RETAIL", "HOTEL")
"""The kinds of catalog of which Pinterest sums up issues."""

Write = Callable[[Mapping[str, Any]], Mapping[str, str]]


class ReportStatsStream(CatalogStream, ABC):
    """How often each issue occurs, as numbers that Pinterest sums up: a slice for each feed, or each catalog.

    Pinterest's description has the parameters nested in brackets, which it defines for one level only, and its own
    client writes them as JSON. So both are tried, until one is understood.
    """

    path_template = "catalogs/reports/stats"
    shape = ListShape(("code",))
    report_type: ClassVar[str]
    subjects: ClassVar[type[Catalogs | CatalogsFeeds]]

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.foreign_keys = (ForeignKey(self.subjects.stream_name(), self.partition_keys), *self.foreign_keys)
        self._write: Write = _in_brackets
        self._is_understood = False

    @property
    def _subjects(self) -> Catalogs | CatalogsFeeds:
        return self.shared.stream(self.subjects)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the feeds or catalogs."""
        yield from super().needed_ids()
        yield self._subjects.ids

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each feed or catalog of a kind that Pinterest has such numbers of."""
        for outer in super().slices():
            yield from [outer] if failure_of(outer) else self._slices_of(dict(outer.partition))

    def _slices_of(self, owner: dict[str, str]) -> Iterator[StreamSlice]:
        try:
            subjects = self._subjects.ids.of(tuple(owner.values()))
        except SliceError as error:
            yield failed_slice(owner, error)
            return
        for subject in subjects:
            if self._subjects.types.get(subject) in TYPES_WITH_STATS:
                yield partition_slice({**owner, self.partition_keys[-1]: subject})

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and which numbers of what."""
        own_key = self.partition_keys[-1]
        subject = kwargs["stream_slice"][own_key]
        report = {"report_type": self.report_type, own_key: subject}
        parameters = {"catalog_type": self._subjects.types[subject], "report": report}
        return {**super().request_params(*args, **kwargs), **self._write(parameters)}

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The pages of a list, asked for in a way that Pinterest understands."""
        written = self._write
        try:
            for answer in super().answers(stream_slice, **more):
                self._is_understood = True
                yield answer
        except BadRequestError:
            if self._is_understood or written is _as_json:
                raise
            self._write = _as_json
            yield from super().answers(stream_slice, **more)


def _in_brackets(parameters: Mapping[str, Any], within: str = "parameters") -> Mapping[str, str]:
    written: dict[str, str] = {}
    for name, value in parameters.items():
        place = f"{within}[{name}]"
        written |= _in_brackets(value, place) if isinstance(value, Mapping) else {place: value}
    return written


def _as_json(parameters: Mapping[str, Any]) -> Mapping[str, str]:
    return {"parameters": json.dumps(parameters)}
