"""The progress of a sync as a table that fits one screen, on standard error if that is a terminal."""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import chain, zip_longest

from airbyte_cdk.models import AirbyteStreamStatus
from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.table import Table
from rich.text import Text

from source_pinterest.api.usage import QuotaUsage, StreamUsage
from source_pinterest.engine.progress import Progress

NO_PROGRESS_VARIABLE = "NO_PROGRESS"
"""The environment variable that switches the table off if it is 1."""

_REFRESHES_PER_SECOND = 2
_HEAD_LINES = 3
"""The first line, the titles of the columns and the rule below them."""


class Stage(Enum):
    """How far a stream is. The value is shown."""

    RUNNING = "running"
    WAITING = "waiting"
    INCOMPLETE = "incomplete"
    DONE = "done"
    PENDING = "pending"


_IN_ROWS = (Stage.RUNNING, Stage.WAITING, Stage.INCOMPLETE)
_COLOURS = {Stage.WAITING: "yellow", Stage.INCOMPLETE: "red"}


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

    def render() -> RenderableType:
        current = progress()
        return Screen(current, time.monotonic() - began_at) if current else Text("Starting ...")

    console = Console(file=sys.__stderr__, highlight=False, markup=False, emoji=False)
    live = Live(
        console=console,
        get_renderable=render,
        refresh_per_second=_REFRESHES_PER_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with live:
        yield


class Screen:
    """The progress of a sync, on one screen however many streams there are.

    Streams that run, wait or have failed have a row each, as far as there is room. Finished streams share a line, and
    so do pending ones. The quotas come last and are always visible.

    Args:
        progress: the progress so far.
        seconds: the time since the sync began.
    """

    def __init__(self, progress: Progress, seconds: float) -> None:
        self._progress = progress
        self._seconds = seconds
        self._costs = progress.usage.by_stream()
        self._streams: Mapping[Stage, list[str]] = defaultdict(list)
        for name in progress.streams:
            self._streams[self._stage(name)].append(name)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines and the table for rich to draw."""
        below = [*self._folded(), *self._quotas()]
        lines_below = sum(len(console.render_lines(line, options)) for line in below)
        yield self._summary()
        yield from self._rows(options.max_height - _HEAD_LINES - lines_below - 1)
        yield from below

    def _stage(self, name: str) -> Stage:
        cost, end = self._costs.get(name), self._progress.ended.get(name)
        if end:
            return Stage.DONE if end is AirbyteStreamStatus.COMPLETE else Stage.INCOMPLETE
        if cost and cost.is_waiting:
            return Stage.WAITING
        return Stage.RUNNING if cost and (cost.sent or cost.tasks_read) else Stage.PENDING

    def _summary(self) -> Text:
        records, done = self._progress.records.total(), len(self._streams[Stage.DONE])
        return _line(
            f"Pinterest, {_duration(self._seconds)}: {records:,} records, {_rate(records, self._seconds)}/s, "
            f"{done} of {len(self._progress.streams)} streams done"
        )

    def _rows(self, room: int) -> RenderResult:
        """Yield a row for each stream that runs, waits or has failed. Without enough room, each kind has a share."""
        kinds = [self._streams[stage] for stage in _IN_ROWS]
        names = list(chain.from_iterable(kinds))
        in_turn = list(filter(None, chain.from_iterable(zip_longest(*kinds))))
        hidden = in_turn[max(1, room - 1) :] if len(names) > room else []
        if names:
            yield _table([(self._stage(name), self._cells(name)) for name in names if name not in hidden])
        if hidden:
            counts = {stage.value: len(set(hidden).intersection(self._streams[stage])) for stage in _IN_ROWS}
            yield _line(", ".join(f"{count} more {stage}" for stage, count in counts.items() if count))

    def _cells(self, name: str) -> Sequence[str]:
        records, cost = self._progress.records[name], self._costs.get(name)
        if cost is None:
            return name, f"{records:,}", "", "", "", _time_left(self._stage(name), None)
        tasks = f"{cost.tasks_read:,} of {cost.tasks:,}{'' if cost.is_planned else '+'}" if cost.tasks else ""
        rate = _rate(records, cost.seconds_read()) if cost.tasks else ""
        return name, f"{records:,}", rate, tasks, f"{cost.sent:,}", _time_left(self._stage(name), cost)

    def _folded(self) -> Generator[Text, None, None]:
        """Yield a line about the finished streams, the last one first, and a line about the pending ones."""
        done = [name for name in reversed(list(self._progress.ended)) if name in self._streams[Stage.DONE]]
        if done:
            yield _line("Done: " + ", ".join(f"{name} {self._progress.records[name]:,}" for name in done))
        if pending := self._streams[Stage.PENDING]:
            yield _line(f"Pending, {len(pending)}: {', '.join(pending)}")

    def _quotas(self) -> Generator[Text, None, None]:
        """Yield a line about the quotas with requests left, and a line about each quota that is waited for."""
        quotas = list(self._progress.usage.quota_usage())
        idle = [_used(quota) for quota in quotas if quota.frees_up_in_seconds is None]
        if idle:
            yield Text(f"Quota used: {', '.join(idle)}")
        for quota in quotas:
            if quota.frees_up_in_seconds is not None:
                until = datetime.now(UTC) + timedelta(seconds=quota.frees_up_in_seconds)
                waits = f"{_used(quota)} requests used, waiting until {until:%H:%M:%S} UTC"
                yield Text(waits, style=_COLOURS[Stage.WAITING], no_wrap=True, overflow="ellipsis")


def _table(rows: Sequence[tuple[Stage, Sequence[str]]]) -> Table:
    """Return a table of the rows. Names are cut if the table is too wide."""
    table = Table("Stream", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, 1))
    for title in ("Records", "Records/s", "Slices", "Requests", "Time left"):
        table.add_column(title, no_wrap=True, justify="right")
    for stage, cells in rows:
        # As texts, because a name may look like rich's markup.
        table.add_row(*map(_line, cells), style=_COLOURS.get(stage, ""))
    return table


def _time_left(stage: Stage, cost: StreamUsage | None) -> str:
    if stage is not Stage.RUNNING:
        return str(stage.value)
    seconds = cost.seconds_left() if cost else None
    return "" if seconds is None else _duration(seconds)


def _used(quota: QuotaUsage) -> str:
    return f"{quota.category} {quota.used:,} of {quota.limit:,}"


def _rate(records: int, seconds: float) -> str:
    return f"{records / seconds:,.0f}" if seconds > 0 else "0"


def _line(text: str) -> Text:
    """Return a text that is cut off at the end of the line."""
    return Text(text, no_wrap=True, overflow="ellipsis")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
