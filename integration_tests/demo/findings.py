"""What did the two reads of the demo deliver, and is anything missing?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich import box
from rich.table import Table

from integration_tests.demo.connector import Key, Reading, Record


@dataclass(frozen=True)
class Finding:
    """One stream in both reads."""

    stream: str
    expected: int
    first: int
    second: int
    changed: int
    first_calls: int
    second_calls: int
    distinct: int

    @property
    def is_whole(self) -> bool:
        """Whether the first read has each record once, and the second adds no record that does not exist."""
        return self.first == self.distinct == self.expected


def findings(
    keys: Mapping[str, list[str]],
    expected: Mapping[str, int],
    readings: tuple[Reading, Reading],
) -> Iterator[Finding]:
    """Compare, stream by stream, what was read with what Pinterest has."""
    for stream in expected:
        first, second = (by_key(reading.records[stream], keys[stream]) for reading in readings)
        yield Finding(
            stream=stream,
            expected=expected[stream],
            first=len(readings[0].records[stream]),
            second=len(readings[1].records[stream]),
            changed=sum(first.get(identity) not in (None, record) for identity, record in second.items()),
            first_calls=readings[0].calls[stream],
            second_calls=readings[1].calls[stream],
            distinct=len(first | second),
        )


def by_key(records: list[Record], key: list[str]) -> dict[Key, Record]:
    return {tuple(record[name] for name in key): record for record in records}


def table(found: list[Finding]) -> Table:
    """The findings as a table of at most 80 columns; streams that are not complete are red, and say what is there."""
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, 1))
    drawn.add_column("Stream", no_wrap=True)
    for name in ("Records", "Calls", "Again", "Changed", "Calls"):
        drawn.add_column(name, justify="right")
    for item in found:
        numbers = (item.first_calls, item.second, item.changed, item.second_calls)
        records = f"{item.first:,}" if item.is_whole else f"{item.first:,} of {item.expected:,}"
        style = "" if item.is_whole else "bold red"
        drawn.add_row(item.stream, records, *(f"{number:,}" for number in numbers), style=style)
    return drawn


EXPLANATION = """
Records and Calls: what the first read brought, and the calls to Pinterest that
it took. Again and Calls: the same of the second read. Changed: how many of its
records differ from the first read's. Streams without a cursor come whole again,
the others bring what is new or may have changed.\
"""


def left_out(keys: Mapping[str, list[str]], found: list[Finding]) -> list[str]:
    """The streams that the demo does not read."""
    read = {item.stream for item in found}
    return [stream for stream in keys if stream not in read]
