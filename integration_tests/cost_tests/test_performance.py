"""Peak memory and processor time of large syncs, each in a process of its own; by `make bench`."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from integration_tests.support import measured
from integration_tests.support.processes import ROOT, clean_environment
from integration_tests.support.syncs import SYNCHRONOUS_DAYS
from tools.benchmarks.measure import Taken, take
from tools.benchmarks.readers import BARE_LOOP, CONNECTOR
from tools.benchmarks.runs import BY_STREAM

MIB = 1024 * 1024

pytestmark = pytest.mark.full_size


@pytest.mark.parametrize(
    ("stream", "times_the_loops_cpu", "mib"),
    [
        ("board_pins", 2.0, 50),
        ("ads", 2.0, 50),
        ("campaign_analytics", 1.8, 80),
        ("campaign_analytics_report", 2.0, 60),
    ],
)
def test_a_workload_of_the_benchmarks(stream: str, times_the_loops_cpu: float, mib: float) -> None:
    """The ratio of two processor times depends little on how fast the machine is and how busy.

    Memory is that beyond a start without a read, which takes more or less on other machines.
    """
    loop, seen = (take(reader, BY_STREAM[stream]) for reader in (BARE_LOOP, CONNECTOR))

    assert seen.records == loop.records
    assert seen.cpu_seconds <= times_the_loops_cpu * loop.cpu_seconds
    assert seen.peak_mib - seen.start_mib <= mib


def read_campaigns(stream: str, days: int, accounts: int, campaigns: int) -> Taken:
    """Read every column of every campaign on each of the last days."""
    sizes = {"ad_accounts": accounts, "campaigns": campaigns, "active_percent": 100, "full_rows": True}
    start = datetime.now(UTC).date() - timedelta(days=days - 1)
    workload = replace(BY_STREAM[stream], world=sizes)
    seen = take(CONNECTOR, workload, start_date=str(start))

    assert seen.records == accounts * campaigns * days
    return seen


def test_analytics_of_five_accounts_take_170_mib() -> None:
    seen = read_campaigns("campaign_analytics", SYNCHRONOUS_DAYS + 1, accounts=5, campaigns=1_000)
    assert seen.peak_mib - seen.start_mib <= 170


def test_a_report_of_300_mb_is_never_held_in_memory() -> None:
    seen = read_campaigns("campaign_analytics_report", 186, accounts=1, campaigns=700)
    assert seen.peak_mib - seen.start_mib <= 60


def test_a_first_sync_of_all_history_takes_220_mib() -> None:
    seen = read_campaigns("campaign_analytics", 901, accounts=1, campaigns=1_000)
    assert seen.peak_mib - seen.start_mib <= 220


def test_the_page_about_a_million_days_of_ads_takes_a_minute_and_700_mib(tmp_path: Path) -> None:
    """1,000 ads of 40 ad accounts over 1,000 days, 2.9 KB a row, with the accounts' own totals and states."""
    last = date(2025, 6, 28)
    accounts = [str(7000 + number) for number in range(40)]
    padding = {f"OTHER_COLUMN_{number}": 1234567.0 for number in range(97)}
    with (tmp_path / "messages-2025-06-30T10-00-00-000000Z.jsonl").open("wb") as file:
        for back in range(1000):
            row = {"DATE": str(last - timedelta(days=back)), "IMPRESSION_1": 100.0, "CLICKTHROUGH_1": 5.0, **padding}
            for number in range(1000):
                ids = {"AD_ID": str(10**11 + number), "AD_ACCOUNT_ID": accounts[number % 40], "CAMPAIGN_ID": "1"}
                file.write(record_line("ad_analytics", {**row, **ids, "SPEND_IN_MICRO_DOLLAR": number * 1000}))
            for at, account in enumerate(accounts):
                spend = sum(range(at, 1000, 40)) * 1000
                whole = {**row, "AD_ACCOUNT_ID": account, "SPEND_IN_MICRO_DOLLAR": spend}
                whole |= {"IMPRESSION_1": 2500.0, "CLICKTHROUGH_1": 125.0}
                file.write(record_line("ad_account_analytics", whole))
    cursor = {"DATE": "2025-06-30", "from": str(last - timedelta(days=999))}
    entries = [{"partition": {"ad_account_id": account}, "cursor": cursor} for account in accounts]
    states = [
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": {"states": entries}}}
        for name in ("ad_analytics", "ad_account_analytics")
    ]
    (tmp_path / "state.json").write_text(json.dumps(states), encoding="utf-8")
    usage = tmp_path / "usage.json"
    command = [sys.executable, measured.__file__, str(usage), sys.executable, "-m", "source_pinterest.page"]
    subprocess.run(
        [*command, "--output", str(tmp_path)], cwd=ROOT, env=clean_environment("http://127.0.0.1:9"), check=True
    )
    taken = json.loads(usage.read_text(encoding="utf-8"))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "adds up to Pinterest's own totals, on 1000 days of 40 ad accounts" in page
    assert taken["cpu_seconds"] <= 60, taken
    assert taken["peak_bytes"] <= 700 * MIB, taken


def record_line(stream: str, data: dict[str, Any]) -> bytes:
    record = {"stream": stream, "data": data, "emitted_at": 1_751_277_600_000}
    return orjson.dumps({"type": "RECORD", "record": record}) + b"\n"
