"""Simulate workers that request as fast as the budget lets them: minutes in a moment, without a socket.

The connector's budget and the simulator's quotas live on the same clock, which jumps from one event to the next.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Self

from integration_tests.simulator import HeaderStyle
from integration_tests.simulator.access.quotas import Quotas
from source_pinterest.api.error_mapping import ErrorResponse
from source_pinterest.api.quota import Budget
from source_pinterest.limits import rate_category, rated_operation

FULL_MINUTE = 1_200_000.0
"""When a minute of the server's clock begins."""

Event = Callable[[], tuple[float, Any]]
"""Something that happens to a worker; it returns in how many seconds what happens next."""


class Operation(NamedTuple):
    """What is called, as the server knows it and as the budget does."""

    operation_id: str
    category: str
    rated: str

    @classmethod
    def of(cls, operation_id: str, method: str, path: str) -> Self:
        return cls(operation_id, rate_category(path), rated_operation(method, path))


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Traffic:
    """Workers, each of which makes one call after another.

    Args:
        workers: for each of them the operations among which it picks the next one.
        style: of the server's headers.
        second: of the minute in which they begin.
        slow: so large a share of the answers takes up to eight seconds instead of a tenth.
        elsewhere: what other programs do to the quotas each second.

    Attributes:
        taken: calls that were answered, by the minute of the server's clock and the operation; the first minute is 0.
        rejected: calls that were not, alike.
    """

    def __init__(
        self,
        workers: Sequence[Sequence[Operation]],
        style: HeaderStyle = HeaderStyle.RECORDED,
        *,
        second: float = 0,
        slow: float = 0,
        elsewhere: Callable[[Quotas, int], object] = lambda _quotas, _second: None,
    ) -> None:
        self.taken: Counter[tuple[int, str]] = Counter()
        self.rejected: Counter[tuple[int, str]] = Counter()
        self._workers, self._slow, self._elsewhere = workers, slow, elsewhere
        self._clock = Clock(FULL_MINUTE + second)
        self._budget = Budget(3_600, clock=self._clock)
        self._quotas = Quotas("standard", self._clock, header_style=style)
        self._dice = random.Random(f"{len(workers)} {second}")  # noqa: S311 - to be repeated

    def run(self, minutes: int) -> Self:
        """Let them call for what is left of the first minute, and for so many whole ones."""
        end = FULL_MINUTE + 60 * (minutes + 1)
        events: list[tuple[float, int, Event]] = [(self._clock.now, -1, self._call_elsewhere)]
        events += [(self._clock.now, number, self._next(worker)) for number, worker in enumerate(self._workers)]
        while events:
            self._clock.now, worker, happens = heapq.heappop(events)
            seconds, then = happens()
            if self._clock.now + seconds < end:
                heapq.heappush(events, (self._clock.now + seconds, worker, then))
        return self

    def taken_in(self, minute: int, operation_id: str = "") -> int:
        """Calls that were taken in a minute, of all operations or of one."""
        return sum(n for (when, what), n in self.taken.items() if when == minute and operation_id in {"", what})

    def rejected_since(self, minute: int) -> int:
        """Calls that were rejected from that minute on."""
        return sum(calls for (when, _), calls in self.rejected.items() if when >= minute)

    def _next(self, worker: Sequence[Operation]) -> Event:
        return partial(self._ask, worker, self._dice.choice(worker))

    def _ask(self, worker: Sequence[Operation], operation: Operation) -> tuple[float, Event]:
        if wait := self._budget.take(operation.rated):
            return wait, partial(self._ask, worker, operation)
        return self._dice.uniform(0.01, 0.1), partial(self._arrive, worker, operation, self._clock.now)

    def _arrive(self, worker: Sequence[Operation], operation: Operation, sent_at: float) -> tuple[float, Event]:
        """The call comes to the server, which says at once what is left; the answer may take its time."""
        is_taken = self._quotas.spend(operation.category, operation.operation_id)
        told = self._quotas.headers(operation.category, operation.operation_id)
        minute = int(self._clock.now - FULL_MINUTE) // 60
        (self.taken if is_taken else self.rejected)[minute, operation.operation_id] += 1
        takes = (1, 8) if is_taken and self._dice.random() < self._slow else (0.01, 0.1)
        return self._dice.uniform(*takes), partial(
            self._accepted if is_taken else self._throttled, worker, operation, sent_at, told
        )

    def _accepted(
        self, worker: Sequence[Operation], operation: Operation, sent_at: float, told: Mapping[str, str]
    ) -> tuple[float, Event]:
        self._budget.release(operation.rated, sent_at, told)
        self._budget.accepted(operation.rated)
        return 0, self._next(worker)

    def _throttled(
        self, worker: Sequence[Operation], operation: Operation, sent_at: float, told: Mapping[str, str]
    ) -> tuple[float, Event]:
        self._budget.release(operation.rated, sent_at, told)
        self._budget.back_off(operation.rated, ErrorResponse(429, "", told, b"").pause_hint_seconds())
        return 0, partial(self._ask, worker, operation)

    def _call_elsewhere(self) -> tuple[float, Event]:
        self._elsewhere(self._quotas, int(self._clock.now - FULL_MINUTE))
        return 1, self._call_elsewhere
