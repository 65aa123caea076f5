"""What two syncs brought together, and what the second one requested."""

from datetime import UTC, datetime
from typing import Any

from integration_tests.support.assertions import key_of
from integration_tests.support.catalogs import ADS_ANALYTICS, CURSOR_FIELDS
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator

LOOKBACK_DAYS = 33
FINAL_AFTER_DAYS = 2
DAY_STREAMS = (*ADS_ANALYTICS, "user_account_analytics")


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def emitted_days(output: Output, stream: str) -> list[str]:
    """The days with records, each once, in order."""
    field = CURSOR_FIELDS[stream]
    return sorted({record[field] for record in output.records[stream]})


def asked_days(sim: Simulator, operation: str) -> set[tuple[str, str]]:
    """The windows of the calls of an operation."""
    return {(entry.values("start_date")[0], entry.values("end_date")[0]) for entry in sim.calls(operation)}


def upserted(stream: str, *outputs: Output) -> list[Record]:
    """What a destination that deduplicates holds."""
    return list({key_of(stream, record): record for output in outputs for record in output.records[stream]}.values())


def entry_of(output: Output, stream: str, account: str) -> dict[str, Any]:
    [cursor] = [
        item["cursor"] for item in output.states[stream]["states"] if item["partition"] == {"ad_account_id": account}
    ]
    return dict(cursor)
