"""What comes next: planning a stream's reports, polling one, or creating one? By turns, so that none waits for ever."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from source_pinterest.reporting.job import Job
from source_pinterest.reporting.orders import Orders, Waiting

_CALLS_KEPT_FOR_A_REPORT = 3
"""Where a quota will not be renewed in this sync: what is only ordered is lost with it, what is fetched is read."""


class Plan(NamedTuple):
    """Ask a stream which reports it wants."""

    orders: Orders


class Poll(NamedTuple):
    """Ask Pinterest how far a report is."""

    orders: Orders
    job: Job


class Creation(NamedTuple):
    """Have Pinterest create a report."""

    orders: Orders
    waiting: Waiting


Turn = Plan | Poll | Creation


class Turns:
    """Decides what the runner does next, among the reports of all streams. Only the runner asks, with its lock held.

    Args:
        windows: for how many windows of one stream Pinterest works on reports at once.
        clock: seconds that only grow.
        calls_left: how many the quota allows in this sync.
    """

    def __init__(self, windows: int, clock: Callable[[], float], calls_left: Callable[[], float]) -> None:
        self._windows = windows
        self._clock, self._calls_left = clock, calls_left
        self._kinds = deque((self._next_poll, self._next_creation))

    def take(self, all_orders: Sequence[Orders]) -> Turn | None:
        """What to do now: plan; else poll or create, by turns, so that slow answers keep neither waiting."""
        open_orders = [orders for orders in all_orders if not orders.is_closed]
        for orders in open_orders:
            if not orders.is_planned:
                return Plan(orders)
        for kind in tuple(self._kinds):
            if turn := kind(open_orders):
                self._kinds.remove(kind)
                self._kinds.append(kind)
                return turn
        return None

    def seconds_to_next(self, all_orders: Sequence[Orders]) -> float | None:
        """How long there is nothing to do, in seconds; None where only a stream can change that."""
        due = [job.next_poll for orders in all_orders if orders.is_open_for_polls for job in orders.jobs]
        open_orders = [orders for orders in all_orders if not orders.is_closed]
        due += [one.due for orders in self._may_create(open_orders) for one in orders.postponed]
        return max(0.0, min(due) - self._clock()) if due else None

    def _next_poll(self, open_orders: Sequence[Orders]) -> Turn | None:
        """The job that has been due for longest, whichever stream's it is."""
        now = self._clock()
        due = [Poll(orders, job) for orders in open_orders if (job := orders.due(now))]
        return min(due, key=lambda poll: poll.job.next_poll, default=None)

    def _next_creation(self, open_orders: Sequence[Orders]) -> Turn | None:
        now = self._clock()
        for orders in self._may_create(open_orders):
            if waiting := orders.next_to_create(self._windows, now):
                return Creation(orders, waiting)
        return None

    def _may_create(self, open_orders: Sequence[Orders]) -> Sequence[Orders]:
        """The orders of which another report may be created: where calls run short, first those in flight are ended."""
        left = self._calls_left()
        if math.isinf(left):
            return open_orders
        polled = [orders for orders in open_orders if orders.is_open_for_polls]
        jobs = sum(len(orders.jobs) for orders in polled)
        return polled if not jobs or left >= _CALLS_KEPT_FOR_A_REPORT * (jobs + 1) else ()
