"""The progress of a sync on a terminal: a table, and under it the newest log message."""

import logging
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta

from airbyte_cdk.models import AirbyteStreamStatus
from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from source_pinterest.engine.progress import Progress
from source_pinterest.masking import redact

_REFRESHES_PER_SECOND = 2
_OTHER_LINES = 6
"""The lines of the screen that show no stream: title, headings, the message, and the spaces between them."""


@contextmanager
def show_progress(progress: Callable[[], Progress | None]) -> Generator[None, None, None]:
    """Show the progress of a sync while the block runs on standard error, a terminal.

    Args:
        progress: the progress so far; None until the sync has begun.
    """
    began_at, newest = time.monotonic(), _NewestMessage(logging.INFO)
    console = Console(file=sys.__stderr__, highlight=False, markup=False, emoji=False)

    def render() -> Group | Text:
        current = progress()
        if not current:
            return Text("Starting ...")
        table = table_of(current, time.monotonic() - began_at, console.height - _OTHER_LINES)
        return Group(table, Text(newest.message, no_wrap=True, overflow="ellipsis"))

    logging.getLogger().addHandler(newest)
    try:
        with Live(
            console=console,
            get_renderable=render,
            refresh_per_second=_REFRESHES_PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        ):
            yield
    finally:
        logging.getLogger().removeHandler(newest)


class _NewestMessage(logging.Handler):
    message = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.message = redact(record.getMessage())


def table_of(progress: Progress, seconds: float, most_rows: int) -> Table:
    """Return a row for each stream that has begun, those that still run first."""
    begun = [name for name in progress.streams if progress.usage.stream(name)["sent"] or name in progress.ended]
    title = f"Pinterest, {timedelta(seconds=round(seconds))}: {progress.records.total():,} records, "
    title += f"{len(progress.ended)} of {len(progress.streams)} streams ended"
    table = Table("Stream", title=title, box=box.SIMPLE_HEAD, show_edge=False, title_justify="left")
    for heading in ("Records", "Tasks", "Requests", ""):
        table.add_column(heading, no_wrap=True, justify="right")
    for name in sorted(begun, key=progress.ended.__contains__)[: max(1, most_rows)]:
        usage, end = progress.usage.stream(name), progress.ended.get(name)
        tasks = f"{usage['tasks read']:,} of {usage['tasks']:,}"
        state = "done" if end is AirbyteStreamStatus.COMPLETE else "incomplete" if end else "running"
        if not end and usage["reports done"] < usage["reports"]:
            state = f"{usage['reports done']:,} of {usage['reports']:,} reports"
        cells = (name, f"{progress.records[name]:,}", tasks, f"{usage['sent']:,}", state)
        table.add_row(*map(Text, cells), style="red" if state == "incomplete" else "")
    return table
