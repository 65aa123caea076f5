"""The progress of a sync as a table on a terminal."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta

from airbyte_cdk.models import AirbyteStreamStatus
from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from source_pinterest.engine.progress import Progress

_REFRESHES_PER_SECOND = 2


@contextmanager
def watched(progress: Callable[[], Progress | None]) -> Generator[None, None, None]:
    """Show the progress of a sync while the block runs on standard error, a terminal.

    Args:
        progress: the progress so far; None until the sync has begun.
    """
    began_at = time.monotonic()

    def render() -> Table | Text:
        current = progress()
        return table_of(current, time.monotonic() - began_at) if current else Text("Starting ...")

    with Live(
        console=Console(file=sys.__stderr__, highlight=False, markup=False, emoji=False),
        get_renderable=render,
        refresh_per_second=_REFRESHES_PER_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield


def table_of(progress: Progress, seconds: float) -> Table:
    """Return a row for each stream that has begun, those that still run first. A screen shows as many as it can."""
    begun = [name for name in progress.streams if progress.usage.stream(name)["sent"] or name in progress.ended]
    title = f"Pinterest, {timedelta(seconds=round(seconds))}: {progress.records.total():,} records, "
    title += f"{len(progress.ended)} of {len(progress.streams)} streams ended"
    table = Table("Stream", title=title, box=box.SIMPLE_HEAD, show_edge=False, title_justify="left")
    for heading in ("Records", "Tasks", "Requests", ""):
        table.add_column(heading, no_wrap=True, justify="right")
    for name in sorted(begun, key=progress.ended.__contains__):
        usage, end = progress.usage.stream(name), progress.ended.get(name)
        tasks = f"{usage['tasks read']:,} of {usage['tasks']:,}"
        state = "done" if end is AirbyteStreamStatus.COMPLETE else "incomplete" if end else "running"
        cells = (name, f"{progress.records[name]:,}", tasks, f"{usage['sent']:,}", state)
        table.add_row(*map(Text, cells), style="red" if state == "incomplete" else "")
    return table
