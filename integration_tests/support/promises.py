"""Which records does a state promise not to bring again? They must have come before it."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from integration_tests.support.assertions import Key
from integration_tests.support.outputs import Record


def promised_keys(state: Mapping[str, Any], truth: Mapping[Key, Record]) -> set[Key]:
    """The keys that a state of an incremental stream covers, account by account; a full refresh promises nothing."""
    cursors = {entry["partition"]["ad_account_id"]: entry["cursor"] for entry in state.get("states", ())}
    days = {account: set(_days(cursor)) for account, cursor in cursors.items() if "DATE" in cursor}
    promised = set()
    for key, record in truth.items():
        account = str(record.get("ad_account_id") or record.get("AD_ACCOUNT_ID"))
        if account in cursors and (account not in days or record["DATE"] in days[account]):
            promised.add(key)
    return promised


def _days(cursor: Mapping[str, Any]) -> Iterator[str]:
    missing = [pair for pair in cursor.get("missing", ()) if pair]
    day, last = date.fromisoformat(cursor["from"]), date.fromisoformat(cursor["DATE"])
    while day <= last:
        if not any(start <= str(day) <= end for start, end in missing):
            yield str(day)
        day += timedelta(days=1)
