"""Compare the two reads of the demo with Pinterest's data and report missing records."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from rich import box
from rich.table import Table

from integration_tests.support.expected_records import Key
from integration_tests.support.outputs import Record
from source_pinterest.streams import STREAMS
from tools.demo.connector import Reading
from tools.stream_pages import AREAS, area_of


@dataclass(frozen=True)
class Finding:
    """One stream in both reads.

    Attributes:
        first, second: the records that a read brought.
        changed: how many records of the second differ from the first's.
        missing: records that Pinterest had when it was read, and that did not arrive.
        invented: records that Pinterest did not have then.
        twice: records that came again within a read.
    """

    stream: str
    first: int
    second: int
    changed: int
    first_requests: int
    second_requests: int
    missing: int
    invented: int
    twice: int

    @property
    def is_whole(self) -> bool:
        """Whether each read has each record once, and no record that does not exist."""
        return not (self.missing or self.invented or self.twice)

    @property
    def trouble(self) -> str:
        """What is wrong with a stream that is not whole."""
        return (
            f"{self.stream} is not complete: {self.missing:,} records are missing, Pinterest does not have "
            f"{self.invented:,}, and {self.twice:,} came twice."
        )

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those that the table shows, in its order."""
        return self.first, self.first_requests, self.second, self.changed, self.second_requests


def findings(
    keys: Mapping[str, list[str]],
    expected: Sequence[Mapping[str, AbstractSet[Key]]],
    readings: Sequence[Reading],
) -> Iterator[Finding]:
    """Compare, stream by stream, what two reads brought with what Pinterest had at the time of each.

    Args:
        keys: the primary key of each stream.
        expected: the keys of the records of each stream, before each read.
        readings: the two reads. The second need not bring again what the first has brought.
    """
    for stream, key in keys.items():
        brought = [reading.records[stream] for reading in readings]
        first, second = (by_key(records, key) for records in brought)
        before, after = (known[stream] for known in expected)
        yield Finding(
            stream=stream,
            first=len(brought[0]),
            second=len(brought[1]),
            changed=sum(first.get(identity) not in (None, record) for identity, record in second.items()),
            first_requests=readings[0].requests[stream],
            second_requests=readings[1].requests[stream],
            missing=len((before - first.keys()) | (after - first.keys() - second.keys())),
            invented=len((first.keys() - before) | (second.keys() - after)),
            twice=sum(map(len, brought)) - len(first) - len(second),
        )


def by_key(records: list[Record], key: list[str]) -> dict[Key, Record]:
    return {tuple(record.get(name) for name in key): record for record in records}


COLUMNS = ("First\nrecords", "First\nrequests", "Second\nrecords", "Second\ndiffer", "Second\nrequests")


def table(found: Sequence[Finding]) -> Table:
    """The findings, area by area, in at most 80 columns; streams that are not complete are red."""
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0, show_footer=True)
    drawn.add_column("Stream", f"{len(found)} streams", no_wrap=True)
    for name, total in zip(COLUMNS, totals(found), strict=True):
        drawn.add_column(name, total, justify="right")
    areas = {stream.stream_name(): area_of(stream) for stream in STREAMS}
    for area in AREAS:
        if members := [item for item in found if areas[item.stream] == area]:
            drawn.add_row(area, *totals(members), style="bold")
            for item in members:
                shown = (f"{number:,}" for number in item.numbers)
                drawn.add_row(item.stream, *shown, style="" if item.is_whole else "bold red")
            drawn.add_section()
    return drawn


def totals(found: Sequence[Finding]) -> list[str]:
    """The sum of each column of numbers."""
    return [f"{sum(column):,}" for column in zip(*(item.numbers for item in found), strict=True)]


EXPLANATION = """
First: the records that the first read brought, and the requests to Pinterest
that it took. Second: the same of the second read, and how many of its records
differ from the first read's. Streams without a cursor come whole again, the
others bring what is new or may have changed. The pins of boards that have not
changed cost no requests. The line of an area sums up its streams.\
"""
