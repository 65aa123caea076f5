"""What does somebody who watches a sync see? A live table on standard error, if that is a terminal."""

import os
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from airbyte_cdk.models import AirbyteStreamStatus
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from source_pinterest.api.usage import QuotaUsage, StreamUsage
from source_pinterest.engine.progress import Progress

NO_PROGRESS_VARIABLE = "NO_PROGRESS"
"""Set to 1 to switch the table off."""

_LOOKS_PER_SECOND = 2
_COLUMNS = ("Stream", "Records", "Parts", "Calls", "Time left")


@contextmanager
def watched(progress: Callable[[], Progress | None]) -> Generator[None, None, None]:
    """Show the progress of a sync while the block runs, if standard error is a terminal.

    Args:
        progress: the progress so far; None until the sync has begun.
    """
    if not sys.__stderr__ or not sys.__stderr__.isatty() or os.environ.get(NO_PROGRESS_VARIABLE) == "1":
        yield
        return
    began_at = time.monotonic()

    def look() -> RenderableType:
        seen = progress()
        return picture(seen, time.monotonic() - began_at) if seen else Text("Starting ...")

    console = Console(file=sys.__stderr__, highlight=False, markup=False, emoji=False)
    live = Live(
        console=console,
        get_renderable=look,
        refresh_per_second=_LOOKS_PER_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with live:
        yield


def picture(progress: Progress, seconds: float) -> RenderableType:
    """The progress of a sync after so many seconds: a table of the streams, with the quotas below it."""
    table = Table(*_COLUMNS, title=f"Pinterest, {_duration(seconds)}", title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    usage = progress.usage.by_stream()
    for name in progress.streams:
        table.add_row(*map(Text, _row(progress, name, usage.get(name))))  # a name may look like rich's markup
    return Group(table, *(Text(_quota(quota)) for quota in progress.usage.quota_usage()))


def _row(progress: Progress, name: str, cost: StreamUsage | None) -> tuple[str, ...]:
    records = f"{progress.records[name]:,}"
    if cost is None:
        return name, records, "", "", ""
    parts = f"{cost.slices_read:,} of {cost.slices:,}{'' if cost.is_planned else ' or more'}"
    return name, records, parts, f"{cost.sent:,}", _time_left(progress.ended.get(name), cost.seconds_left())


def _time_left(end: AirbyteStreamStatus | None, seconds: float | None) -> str:
    if end:
        return "done" if end is AirbyteStreamStatus.COMPLETE else "incomplete"
    return "" if seconds is None else _duration(seconds)


def _quota(quota: QuotaUsage) -> str:
    line = f"{quota.category}: {quota.used:,} of {quota.limit:,} calls used"
    if quota.frees_up_in_seconds is None:
        return line
    until = datetime.now(UTC) + timedelta(seconds=quota.frees_up_in_seconds)
    return f"{line}, waiting until {until:%H:%M:%S} UTC"


def _duration(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
