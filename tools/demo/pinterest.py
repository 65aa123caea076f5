"""The Pinterest of the demos: the simulator, with a configuration and a connector that reads it."""

import json
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from integration_tests.simulator import Kind, Rotation
from integration_tests.simulator.__main__ import parse
from integration_tests.support.expected_records import KEYS, Key, by_key
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import Simulator, World
from tools.demo.connector import CONFIG, READ, Connector

WORLD = (
    *("--shop", "true", "--seed", "12", "--ad-accounts", "3", "--shared-ad-accounts", "0", "--active-percent", "99"),
    *("--campaigns", "4", "--ad-groups", "4", "--ads", "5", "--product-groups", "1", "--product-items", "1"),
    *("--boards", "3", "--sections-per-board", "2", "--pins-per-board", "40", "--pins-per-section", "10"),
)
"""A shop with three ad accounts, each in a currency of its own: the same in each demo."""
HISTORY_DAYS = 92
RESTATED_DAYS = 7
"""So many days get late conversions between two reads."""
FINAL_AFTER_DAYS = 2
"""So old is a day once its spend is final."""
_SPAN_DAYS = 30
_MICROS = 1_000_000
BEHAVIOUR: Mapping[str, Any] = {
    "profile": "ample",
    "open_betas": ["multi_pins/analytics"],
    "refresh_rotation": Rotation.REVOKE,
}

_NO_QUOTA = ("oauth/token", "report/download")
"""Requests that count against no quota: tokens, and the files of reports, which are on another host."""


class LocalPinterest(Simulator):
    """A simulated Pinterest, and what a connector reads of it.

    Attributes:
        start: the first day of analytics that the connector reads.
        connector: reads it.
    """

    start: date
    connector: Connector

    def requests(self) -> int:
        """How many requests Pinterest has counted since the last time."""
        found = sum(entry.operation_id not in _NO_QUOTA for entry in self.log)
        self.log.clear()
        return found

    def synced(self, streams: Iterable[str]) -> dict[str, set[Key]]:
        """The keys of the records of each stream, analytics from the first day until today."""
        return {stream: set(by_key(KEYS[stream], self.world.synced(stream, self.start))) for stream in streams}

    def pause(self, campaign: Record) -> None:
        """Pause a campaign, as an advertiser does."""
        self.world.edit(campaign["ad_account_id"], Kind.CAMPAIGNS, campaign["id"], int(time.time()), status="PAUSED")


@contextmanager
def local_pinterest(folder: Path, options: Sequence[str] = WORLD) -> Iterator[LocalPinterest]:
    """Start a Pinterest, and write a configuration with which the connector reads it.

    Args:
        folder: of the demo. What an earlier run has read is removed: its state belongs to a Pinterest that has ended.
        options: of the simulator, for its world.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / READ).exists():
        shutil.rmtree(folder / READ)
    world, _ = parse([*options, "--now", datetime.now(UTC).isoformat()])
    with LocalPinterest(World(**world), **BEHAVIOUR) as pinterest:
        pinterest.start = pinterest.world.today - timedelta(days=HISTORY_DAYS)
        pinterest.connector = Connector(pinterest.url, folder)
        text = json.dumps(pinterest.config(start_date=str(pinterest.start)), indent=2)
        (folder / CONFIG).write_text(text, encoding="utf-8")
        yield pinterest
        (folder / CONFIG).write_text(text, encoding="utf-8")  # one that is started anew knows its first token alone


def spend_of_records(records: Iterable[Record]) -> Iterator[tuple[date, str, Decimal]]:
    """Yield the day, the currency and the spend of records of analytics."""
    for record in records:
        spend = Decimal(record.get("SPEND_IN_MICRO_DOLLAR") or 0) / _MICROS
        yield date.fromisoformat(record["DATE"]), record["CURRENCY"], spend


def told_spend(rows: Iterable[tuple[date, str, Decimal]], today: date) -> str:
    """Return the sentence that each demo ends with: the spend of the newest 30 days whose spend is final."""
    last = today - timedelta(days=FINAL_AFTER_DAYS)
    first = last - timedelta(days=_SPAN_DAYS - 1)
    sums: dict[str, Decimal] = {}
    for day, currency, spend in rows:
        if first <= day <= last:
            sums[currency] = sums.get(currency, Decimal()) + spend
    amounts = ", ".join(f"{amount:,.2f} {currency}" for currency, amount in sorted(sums.items()))
    return f"Spend from {first} to {last}: {amounts}"
