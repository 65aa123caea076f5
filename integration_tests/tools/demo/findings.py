"""Compare the two reads of the demo with Pinterest's data and report missing records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table

from integration_tests.tools.demo.connector import Key, Reading, Record
from integration_tests.tools.stream_pages import AREAS, area_of
from source_pinterest.streams import STREAMS


@dataclass(frozen=True)
class Finding:
    """One stream in both reads."""

    stream: str
    expected: int
    first: int
    second: int
    changed: int
    first_requests: int
    second_requests: int
    distinct: int

    @property
    def is_whole(self) -> bool:
        """Whether the first read has each record once, and the second adds no record that does not exist."""
        return self.first == self.distinct == self.expected

    @property
    def trouble(self) -> str:
        """What is wrong with a stream that is not whole."""
        return (
            f"{self.stream} is not complete: Pinterest holds {self.expected:,} records, the first read brought "
            f"{self.first:,}, and both reads together {self.distinct:,} different ones."
        )

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those that the table shows, in its order."""
        return self.first, self.first_requests, self.second, self.changed, self.second_requests


def findings(
    keys: Mapping[str, list[str]],
    expected: Mapping[str, int],
    readings: tuple[Reading, Reading],
) -> Iterator[Finding]:
    """Compare, stream by stream, what was read with what Pinterest has."""
    for stream, key in keys.items():
        first, second = (by_key(reading.records[stream], key) for reading in readings)
        yield Finding(
            stream=stream,
            expected=expected[stream],
            first=len(readings[0].records[stream]),
            second=len(readings[1].records[stream]),
            changed=sum(first.get(identity) not in (None, record) for identity, record in second.items()),
            first_requests=readings[0].requests[stream],
            second_requests=readings[1].requests[stream],
            distinct=len(first | second),
        )


def by_key(records: list[Record], key: list[str]) -> dict[Key, Record]:
    return {tuple(record[name] for name in key): record for record in records}


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
