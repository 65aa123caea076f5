"""Assert that each foreign key refers to a record of the other stream."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from integration_tests.support.outputs import Record
from source_pinterest.streams.base.declaration import ForeignKey
from source_pinterest.streams.base.stream import PinterestStream
from tools.stream_table import key_fields


def assert_foreign_keys_hold(streams: Iterable[PinterestStream], records: Mapping[str, Sequence[Record]]) -> None:
    """Each key that is filled names a record, and each is filled somewhere: otherwise nothing was looked at.

    Keys whose stream says when the record is missing are passed over, as are those to streams that were not read.
    """
    by_name = {stream.name: stream for stream in streams}
    dangling: dict[tuple[str, ForeignKey], set[Any]] = {}
    empty: list[tuple[str, ForeignKey]] = []
    for name, stream in by_name.items():
        for key in stream.foreign_keys:
            if key.unless or not records.get(name) or key.stream not in records:
                continue
            own_key = key_fields(by_name[key.stream])[-len(key.fields) :]
            parents = set(_values(own_key, records[key.stream]))
            named = set(_values(key.fields, records[name]))
            if missing := named - parents:
                dangling[name, key] = missing
            if not named:
                empty.append((name, key))
    assert not dangling, dangling
    assert not empty, empty


def _values(fields: Sequence[str], records: Iterable[Record]) -> Iterator[tuple[Any, ...]]:
    """What the fields hold, of the records that fill all of them."""
    for record in records:
        values = tuple(record.get(field) for field in fields)
        if all(values):
            yield values
