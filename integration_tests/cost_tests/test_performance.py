"""Peak memory, processor time and requests of a large sync, in a process of its own; by `make bench`.

The simulator runs as another process, and records are counted as they come, so that only the connector is measured.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests

from integration_tests.support import measured
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.pinterest import World, oauth_config
from integration_tests.support.processes import ROOT, clean_environment
from integration_tests.support.syncs import SYNCHRONOUS_DAYS, read_arguments
from integration_tests.support.truth import PRIMARY_KEYS, REPORT_KEYS
from integration_tests.tools.benchmarks.measure import start_of, take
from integration_tests.tools.benchmarks.readers import BARE_LOOP, CONNECTOR
from integration_tests.tools.benchmarks.runs import BY_STREAM

KEYS = {**PRIMARY_KEYS, **REPORT_KEYS}
MIB = 1024 * 1024
HISTORY_DAYS = 90

pytestmark = pytest.mark.full_size


@dataclass
class Measured:
    """What a sync gave and what it took.

    Attributes:
        keys: of each stream, how many records, and the sum of the hashes of their keys.
        mib: the most memory beyond that of a start without a read.
    """

    exit_code: int
    records: Counter[str]
    keys: Counter[str]
    mib: float
    calls: Counter[str]


@contextmanager
def simulator(folder: Path, world: dict[str, Any]) -> Iterator[str]:
    """A Pinterest in a process of its own, and where to reach it; its connector config lies in the folder."""
    options = [text for name, value in world.items() for text in (f"--{name.replace('_', '-')}", option(value))]
    command = [sys.executable, "-m", "integration_tests.simulator", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            credentials = json.loads((process.stdout or pytest.fail("no output")).readline())
            url = credentials.pop("url")
            (folder / "given.json").write_text(json.dumps(oauth_config(credentials)), encoding="utf-8")
            yield url
        finally:
            process.terminate()


def option(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def measure(folder: Path, world: dict[str, Any], streams: Sequence[str], **config: Any) -> Measured:
    """Read streams with `main.py`, and count while its output runs by."""
    with simulator(folder, world) as url:
        given = json.loads((folder / "given.json").read_text(encoding="utf-8"))
        start = (datetime.now(UTC).date() - timedelta(days=SYNCHRONOUS_DAYS)).isoformat()
        command = [
            *(sys.executable, measured.__file__, f"{folder}/usage.json"),
            *(sys.executable, "main.py"),
            *read_arguments(folder, catalog_of(streams), {"start_date": start, **given, **config}),
        ]
        records, keys = Counter[str](), Counter[str]()
        with subprocess.Popen(command, cwd=ROOT, env=environment(url), stdout=subprocess.PIPE) as process:
            for line in process.stdout or ():
                if line.startswith(b'{"type":"RECORD"'):
                    record = orjson.loads(line)["record"]
                    records[record["stream"]] += 1
                    keys[record["stream"]] += checksum(record["stream"], record["data"])
        log = requests.get(url.replace("/v5", "/_simulator/log"), timeout=60).json()
    usage = json.loads((folder / "usage.json").read_text(encoding="utf-8"))
    return Measured(
        exit_code=process.returncode,
        records=records,
        keys=keys,
        mib=usage["peak_bytes"] / MIB - start_of(CONNECTOR).peak_mib,
        calls=Counter(entry["operation_id"] for entry in log),
    )


def environment(url: str) -> dict[str, str]:
    """Without coverage, which would be measured along."""
    return {name: value for name, value in clean_environment(url).items() if not name.startswith("COVERAGE_")}


def checksum(stream: str, record: dict[str, Any]) -> int:
    """A number of the key; the sum over a stream tells whether the same keys came, in whatever order."""
    return hash(tuple(record[name] for name in KEYS[stream]))


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


def test_every_column_of_every_campaign(tmp_path: Path) -> None:
    today, campaigns = datetime.now(UTC).date(), 1_000
    world = {
        "ad_accounts": 5,
        "campaigns": campaigns,
        "active_percent": 100,
        "full_rows": True,
    }
    seen = measure(tmp_path, world, ["campaign_analytics"], num_workers=10)

    assert seen.exit_code == 0
    ids = [record["id"] for record in World(ad_accounts=5, campaigns=campaigns).records("campaigns")]
    assert len(ids) == 5 * campaigns
    assert seen.records == {"campaign_analytics": len(ids) * HISTORY_DAYS}
    assert seen.keys["campaign_analytics"] == sum(hash((campaign, day)) for campaign in ids for day in days(today))
    assert seen.mib <= 170


def days(today: date, count: int = HISTORY_DAYS) -> list[str]:
    return [(today - timedelta(days=back)).isoformat() for back in range(count)]


def test_a_report_passes_through_whatever_its_size(tmp_path: Path) -> None:
    """The file has more than 300 MB."""
    today, campaigns, days_of_a_report = datetime.now(UTC).date(), 700, 186
    start = (today - timedelta(days=days_of_a_report - 1)).isoformat()
    world = {"ad_accounts": 1, "campaigns": campaigns, "active_percent": 100, "full_rows": True}
    seen = measure(tmp_path, world, ["campaign_analytics_report"], start_date=start)

    assert seen.exit_code == 0
    assert seen.records == {"campaign_analytics_report": campaigns * days_of_a_report}
    assert seen.calls["analytics/create_report"] == seen.calls["report/download"] == 1
    assert seen.mib <= 60, "a report is never held in memory"


def test_a_first_sync_of_all_history(tmp_path: Path) -> None:
    today, campaigns, first = datetime.now(UTC).date(), 1_000, 900
    world = {"ad_accounts": 1, "campaigns": campaigns, "active_percent": 100, "full_rows": True}
    start = (today - timedelta(days=first)).isoformat()
    seen = measure(tmp_path, world, ["campaign_analytics"], start_date=start)

    ids = [record["id"] for record in World(ad_accounts=1, campaigns=campaigns).records("campaigns")]
    assert seen.exit_code == 0
    assert seen.records == {"campaign_analytics": campaigns * (first + 1)}
    assert seen.keys["campaign_analytics"] == sum(hash((one, day)) for one in ids for day in days(today, first + 1))
    assert seen.calls["analytics/create_report"] == ceil((first - SYNCHRONOUS_DAYS) / 186) == 5
    assert seen.mib <= 220


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
    cursor = {"DATE": "2025-06-30", "from": str(last - timedelta(days=999)), "settled": str(last)}
    entries = [{"partition": {"ad_account_id": account}, "cursor": cursor} for account in accounts]
    states = [
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": {"states": entries}}}
        for name in ("ad_analytics", "ad_account_analytics")
    ]
    (tmp_path / "state.json").write_text(json.dumps(states), encoding="utf-8")
    usage = tmp_path / "usage.json"
    command = [sys.executable, measured.__file__, str(usage), sys.executable, "-m", "source_pinterest.report"]
    subprocess.run(
        [*command, "--output", str(tmp_path)], cwd=ROOT, env=clean_environment("http://127.0.0.1:9"), check=True
    )
    taken = json.loads(usage.read_text(encoding="utf-8"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "the sums equal Pinterest&#39;s own totals on 1000 days of 40 ad accounts" in page.replace("'", "&#39;")
    assert taken["cpu_seconds"] <= 60, taken
    assert taken["peak_bytes"] <= 700 * MIB, taken


def record_line(stream: str, data: dict[str, Any]) -> bytes:
    record = {"stream": stream, "data": data, "emitted_at": 1_751_277_600_000}
    return orjson.dumps({"type": "RECORD", "record": record}) + b"\n"
