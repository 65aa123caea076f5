"""The progress table of a sync."""

import io
import re
import time
from contextlib import ExitStack
from itertools import islice

import pytest
from airbyte_cdk.models import AirbyteStreamStatus
from rich.console import Console

from source_pinterest.api.usage import QuotaUsage, Usage
from source_pinterest.cli import progress_table
from source_pinterest.engine.progress import Progress
from source_pinterest.streams import STREAMS

QUOTAS = [
    QuotaUsage("ads_read", 3, 1_000, None),
    QuotaUsage("ads_analytics", 300, 300, 30.0),
    QuotaUsage("org_read", 12, 1_000, None),
    QuotaUsage("org_analytics", 60, 60, 12.5),
    QuotaUsage("catalogs_read", 99, 100, None),
    QuotaUsage("safety_net", 7, 100, None),
]
STREAM_NAMES = [stream.stream_name() for stream in STREAMS]


def shown(progress: Progress) -> list[str]:
    """The lines of a terminal that shows the progress after 61.4 s."""
    console = Console(
        file=io.StringIO(), width=80, height=24, record=True, force_terminal=True, color_system="standard"
    )
    console.print(progress_table.Screen(progress, 61.4))
    return [line.rstrip() for line in console.export_text().splitlines()]


def row(lines: list[str], name: str) -> list[str]:
    """The cells of a stream's row."""
    [line] = [line for line in lines if line.startswith(f"{name} ")]
    return re.split(r" {2,}", line.removeprefix(name).strip())


class Sync:
    """The streams of a sync, each at some stage."""

    def __init__(self, names: list[str]) -> None:
        self.usage = Usage()
        self.usage.quota_usage = lambda: QUOTAS
        self.progress = Progress(self.usage, names)
        self.waits = ExitStack()

    def run(self, *names: str, records: int = 0) -> None:
        for name in names:
            self.usage.stream(name).count_task(None)
            self.usage.stream(name).count_sent()
            self.progress.records[name] = records

    def wait(self, *names: str) -> None:
        self.run(*names)
        for name in names:
            self.waits.enter_context(self.usage.stream(name).waiting())

    def end(self, *names: str, status: AirbyteStreamStatus = AirbyteStreamStatus.COMPLETE, records: int = 0) -> None:
        self.run(*names, records=records)
        self.progress.ended.update(dict.fromkeys(names, status))


@pytest.mark.parametrize(
    ("running", "waiting", "failed", "done"),
    [(10, 3, 2, 30), (20, 10, 15, 5), (0, 0, 55, 0), (55, 0, 0, 0), (0, 0, 0, 0)],
)
def test_one_screen_has_room_for_every_stream_in_any_state(running: int, waiting: int, failed: int, done: int) -> None:
    names = STREAM_NAMES
    sync, left = Sync(names), iter(names)
    sync.run(*islice(left, running), records=1_234_567)
    sync.wait(*islice(left, waiting))
    sync.end(*islice(left, failed), status=AirbyteStreamStatus.INCOMPLETE)
    finished = list(islice(left, done))
    sync.end(*finished, records=4_321)

    lines = shown(sync.progress)

    assert len(lines) < 24
    assert max(map(len, lines)) <= 80
    assert f"{done} of {len(names)} streams done" in lines[0]
    rows = [line for line in lines if re.match(r"[a-z_]+…? +[\d,]+ ", line)]
    assert not [line for line in rows if line.split()[0] in finished], "they are folded"
    assert sum(line.startswith("Done: ") for line in lines) == (done > 0)
    assert sum(line.startswith("Pending, ") for line in lines) == (running + waiting + failed + done < len(names))
    for word, count in (("waiting", waiting), ("incomplete", failed)):
        seen = sum(line.endswith(word) for line in rows)
        more = [int(found[1]) for line in lines if (found := re.search(rf"(\d+) more {word}", line))]
        assert seen + sum(more) == count
        assert bool(seen) is bool(count)
    text = " ".join(lines)
    assert [quota for quota in QUOTAS if f"{quota.category} {quota.used:,} of {quota.limit:,}" not in text] == []
    assert re.search(r"org_analytics 60 of 60 requests used, waiting until [\d:]{8} UTC", text)


def test_a_row_says_how_far_a_stream_is() -> None:
    sync = Sync(["boards", "campaigns", "ads", "pins", "audiences", "keywords"])
    sync.end("boards", records=4_321)
    sync.run("campaigns", records=1_000)
    sync.run("ads")
    sync.wait("pins")
    sync.end("audiences", status=AirbyteStreamStatus.INCOMPLETE, records=7)
    for name in ("campaigns", "ads"):
        stream = sync.usage.stream(name)
        for _ in range(2):
            stream.count_task(None)
            stream.count_read_task()
        stream.began_at = time.monotonic() - 100_000
    sync.usage.stream("campaigns").finish_planning()

    lines = shown(sync.progress)

    assert lines[0] == "Pinterest, 0:01:01: 5,328 records, 87/s, 1 of 6 streams done"
    assert row(lines, "campaigns") == ["1,000", "0", "2 of 3", "1", "13:53:20"]
    assert row(lines, "ads")[2:] == ["2 of 3+", "1"], "more may be planned"
    assert row(lines, "pins")[2:] == ["0 of 1+", "1", "waiting"]
    assert row(lines, "audiences")[3:] == ["1", "incomplete"]
    assert "Done: boards 4,321" in lines
    assert "Pending, 1: keywords" in lines


def test_a_name_that_looks_like_markup_is_a_name_and_a_long_one_hides_no_number() -> None:
    names = ["custom_[/boards]", "custom_[bold", "custom_:smile:", "custom_[red]a[/red]", f"custom_{'a b ' * 30}"]
    sync = Sync([*names, "custom_[done]", "custom_[/to come]"])
    sync.run(*names, records=1_234_567)
    sync.end("custom_[done]", records=4_321)

    lines = shown(sync.progress)

    assert [row(lines, name)[0] for name in names[:-1]] == ["1,234,567"] * 4
    [long] = [line for line in lines if line.startswith("custom_a b")]
    assert re.search(r"…  1,234,567 +[\d,]+  0 of 1\+ +1$", long)
    assert "Done: custom_[done] 4,321" in lines
    assert "Pending, 1: custom_[/to come]" in lines
