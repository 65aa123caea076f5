"""What did the two reads of the demo deliver, and is anything missing?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

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
    cursor: str

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
            cursor=cursor_of(readings[1].states.get(stream, {}).get("stream", {}).get("stream_state", {})),
        )


def by_key(records: list[Record], key: list[str]) -> dict[Key, Record]:
    return {tuple(record[name] for name in key): record for record in records}


def cursor_of(state: Mapping[str, Any]) -> str:
    """The cursor in a few words; if each ad account has its own, that of the account furthest behind."""
    if boards := state.get("boards"):
        return f"one for each of {len(boards)} boards"
    cursors = [state, *(entry["cursor"] for entry in state.get("states", ()))]
    values = [(name, cursor[name]) for name in ("DATE", "date", "updated_time") for cursor in cursors if name in cursor]
    if not values:
        return "full refresh"
    name, value = min(values)
    return (
        f"{name} {datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M}" if isinstance(value, int) else f"{name} {value}"
    )


def table(found: list[Finding]) -> Table:
    """The findings as a table; streams that are not complete are red."""
    drawn = Table(box=box.SIMPLE_HEAD)
    drawn.add_column("Stream", no_wrap=True)
    for name in ("In Pinterest", "1st read", "Calls", "2nd read", "Changed", "Calls"):
        drawn.add_column(name, justify="right")
    drawn.add_column("Cursor")
    for item in found:
        numbers = (item.expected, item.first, item.first_calls, item.second, item.changed, item.second_calls)
        drawn.add_row(
            item.stream,
            *(f"{number:,}" for number in numbers),
            item.cursor,
            style="" if item.is_whole else "bold red",
        )
    return drawn
