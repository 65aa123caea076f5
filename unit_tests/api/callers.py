"""A caller that would rather give up than wait, with a clock that it moves itself."""

from collections.abc import Mapping
from threading import Condition

from source_pinterest import limits
from source_pinterest.api.quota import Budget

CATEGORY = "ads_analytics"
SAFETY_NET = '100;w=1;name="safety_net_app_id_user_id"'
ADS_ANALYTICS = '300;w=60;name="ads_analytics_app_id_user_id"'
GET_REPORT = '800;w=60;name="analytics_get_report_app_id"'
"""Quotas as headers name them."""


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, condition: Condition, seconds: float) -> None:  # noqa: ARG002 - as `Condition.wait` does
        """Let the time of a wait go by."""
        self.now += seconds


def headers(limit: str | None, remaining: object, reset: object) -> dict[str, str]:
    told = {"x-ratelimit-remaining": str(remaining), "x-ratelimit-reset": str(reset)}
    return told if limit is None else {**told, "x-ratelimit-limit": limit}


def alone(limit: object, remaining: object, reset: object, seconds: int = 60) -> dict[str, str]:
    """Headers that list one quota, without a name."""
    return headers(f"{limit}, {limit};w={seconds}", remaining, reset)


def recorded(tightest: int, remaining: int, reset: int, *quotas: str) -> dict[str, str]:
    """Headers as they were seen: the tightest quota's number, then all quotas; what is left is the tightest's."""
    return headers(", ".join([str(tightest), SAFETY_NET, *quotas]), remaining, reset)


class Caller:
    """Makes calls against a budget that would rather give up than wait."""

    def __init__(self, max_wait_seconds: float = 0) -> None:
        self.clock = Clock()
        self.budget = Budget(max_wait_seconds, clock=self.clock, wait=self.clock.wait)
        self._sent: list[float] = []

    def send(self, operation: str = CATEGORY) -> None:
        self._sent.append(self.budget.acquire(operation))

    def release(
        self, told: Mapping[str, str] | None = None, operation: str = CATEGORY, *, newest: bool = False
    ) -> None:
        """Have the oldest request answered, or the newest one."""
        self.budget.release(operation, self._sent.pop(-1 if newest else 0), told or {})

    def call(self, told: Mapping[str, str] | None = None, operation: str = CATEGORY) -> None:
        self.send(operation)
        self.release(told, operation, newest=True)

    def calls_until_refused(self, operation: str = CATEGORY, most: int = 3_000) -> int:
        """How many calls go out before the budget would wait, a little slower than the cap of a second."""
        for made in range(most):
            self.clock.now += 1.2 / limits.REQUESTS_PER_SECOND
            if self.wait(operation):
                return made
        return most

    def wait(self, operation: str = CATEGORY) -> float:
        """How long the next call would have to wait; 0 if it is made."""
        return self.budget.take(operation)
