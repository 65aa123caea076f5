"""Which records does a state promise not to bring again? They must have come before it."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from integration_tests.support.assertions import Key
from integration_tests.support.outputs import Record


def promised_keys(state: Mapping[str, Any], truth: Mapping[Key, Record]) -> set[Key]:
    """The keys that a state of an incremental stream covers, parent by parent; a full refresh promises nothing."""
    cursors = {parent: entry["cursor"] for entry in state.get("states", ()) for parent in entry["partition"].items()}
    days = {parent: set(_days(cursor)) for parent, cursor in cursors.items() if "DATE" in cursor}
    promised = set()
    for key, record in truth.items():
        for parent in _parents_of(record):
            if parent in cursors and (parent not in days or record["DATE"] in days[parent]):
                promised.add(key)
    return promised


def _parents_of(record: Record) -> Iterator[tuple[str, str]]:
    """The ad account or the board that a state would name for a record."""
    for name in ("ad_account_id", "board_id"):
        value = record.get(name) or record.get(name.upper())
        if value:
            yield name, str(value)


def _days(cursor: Mapping[str, Any]) -> Iterator[str]:
    missing = [pair for pair in cursor.get("missing", ()) if pair]
    day, last = date.fromisoformat(cursor["from"]), date.fromisoformat(cursor["DATE"])
    while day <= last:
        if not any(start <= str(day) <= end for start, end in missing):
            yield str(day)
        day += timedelta(days=1)
