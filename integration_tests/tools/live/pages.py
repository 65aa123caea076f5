"""How is a stream asked for one page? As the connector asks, but once; what comes is looked at as Pinterest sent it."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, cast

from airbyte_cdk.sources.types import StreamSlice

from integration_tests.tools.live.calls import Calls, Sighting, UncountedCallError
from integration_tests.tools.live.first_call import FirstCall, OneCallError
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import Record, shape_of
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.api.rows import ListPage
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.base.stream import PinterestStream, Sync


class NothingToAskError(Exception):
    """There is nothing of the kind; the text says of which."""


class Pages:
    """One page of each stream, and the ids in it.

    Args:
        sync: the connector's streams.
        calls: asks Pinterest.
        seen: takes the shapes.
    """

    def __init__(self, sync: Sync, calls: Calls, seen: Seen) -> None:
        self.sync, self._calls, self._seen = sync, calls, seen
        self._items: dict[type[PinterestStream], list[Record]] = {}

    def read(self, of: type[PinterestStream], parents: Mapping[str, str], **more: Any) -> Sighting:
        """Ask for the first page of a list, and keep what is in it."""
        stream, part = self.sync.stream(of), partition_slice(parents)
        params = {**stream.request_params(stream_slice=part), **more}
        sighting = self._calls.get(stream.name, stream.path(stream_slice=part), params, params.keys())
        self._items[of] = []
        if sighting.is_fine:
            try:
                self._items[of] = list(stream.parse(iter([json.dumps(sighting.body).encode()])).items)
            except MalformedResponseError:
                self._seen.unexpected.add(stream.name)
            self.note(stream, self._items[of])
        return sighting

    def read_by_itself(self, of: type[PinterestStream], wanted: StreamSlice | None) -> None:
        """Have a stream make its first call for a slice, or for the first that it has, and compare its records.

        Raises:
            NothingToAskError: it makes none, or needs others before it.
        """
        stream = self.sync.stream(of)
        first, client = FirstCall(self._calls, stream.name), stream.client
        self._items[of] = []
        stream.client = cast("PinterestClient", first)
        try:
            part = next(iter(stream.slices()), None) if wanted is None else wanted
            listed = None if part is None else next(iter(stream.listing(part)), None)
            self._items[of] = list(listed.records) if listed else []
            self.note(stream, self._items[of])
        except (UncountedCallError, LookupError):
            if first.sighting is not None:
                raise
        except MalformedResponseError:
            self._seen.unexpected.add(stream.name)
        except OneCallError:
            pass
        finally:
            stream.client = client
        if first.sighting is None:
            raise NothingToAskError("nothing that one call could ask for")

    def note(self, stream: PinterestStream, records: Sequence[Record], texts: Container[str] = ()) -> None:
        """Compare records with the stream's schema."""
        self._seen.shapes[stream.name] = shape_of(records, stream.get_json_schema(), texts)

    def items(self, of: type[PinterestStream]) -> list[Record]:
        """What the page held, the newest first where it tells."""
        return sorted(self._items.get(of, ()), key=_edited, reverse=True)

    def ids(self, of: type[PinterestStream]) -> tuple[str, ...]:
        """The ids in the page.

        Raises:
            NothingToAskError: there are none.
        """
        return _any(of, (str(item["id"]) for item in self.items(of) if item.get("id")))

    def for_children(self, of: type[PinterestStream]) -> tuple[str, ...]:
        """What the page holds to ask for children with: ids in most streams, the texts of keywords.

        Raises:
            NothingToAskError: there is nothing.
        """
        return _any(of, map(str, self.sync.stream(of).ids_for_children(map(dict, self.items(of)))))

    def have_remembered(self, of: type[PinterestStream]) -> None:
        """Have a stream remember what it would if it had listed the page itself."""
        page = ListPage([dict(item) for item in self.items(of)])
        self.sync.stream(of).records(page, partition_slice({}))


def _edited(item: Record) -> int:
    edited = item.get("updated_time")
    return edited if isinstance(edited, int) else 0


def _any(of: type[PinterestStream], found: Iterable[str]) -> tuple[str, ...]:
    names = tuple(found)
    if not names:
        raise NothingToAskError(f"no {of.stream_name()}")
    return names
