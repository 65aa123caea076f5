"""Count the requests that each quota has left, and report them in the response headers.

Fixed windows, one for each rate category and one for all calls together ("universal"), as published on
https://developers.pinterest.com/docs/reference/rate-limits/, and some of single operations, as seen in headers. It
counts as Envoy's rate limiter does, whose form the headers have: windows begin on the clock, a rejected call counts in
each of them, and of several quotas the one with the least left is told, the first of these where they are even.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import floor
from typing import NamedTuple

UNIVERSAL = "universal"
_MINUTE = 60
_DAY = 86_400
_OF_OPERATIONS: Mapping[str, str] = {
    "analytics/create_report": "analytics_get_report",
    "analytics/get_report": "analytics_get_report",
    "multi_pins/analytics": "multi_pins_analytics",
}
"""A quota that an operation counts against beside the one of its category."""

_NAMES: Mapping[str, str] = {
    UNIVERSAL: "safety_net_app_id_user_id",
    "analytics_get_report": "analytics_get_report_app_id",  # shared by all users of the app
    "multi_pins_analytics": "multi_pins_analytics",
}
"""How headers name a quota, where that is not its category with the app and the user."""

_CATEGORIES = ("ads_analytics", "ads_read", "org_read", "org_analytics", "catalogs_read", "trends_read")


class Allowance(NamedTuple):
    calls: int
    seconds: int

    def of_a_day(self, share: float) -> "Allowance":
        """Only a share of it, if it lasts a day."""
        return Allowance(round(self.calls * share), self.seconds) if self.seconds == _DAY else self


PROFILES: Mapping[str, Mapping[str, Allowance]] = {
    "ample": {UNIVERSAL: Allowance(10_000, 1), **dict.fromkeys(_CATEGORIES, Allowance(100_000, _MINUTE))},
    "standard": {
        UNIVERSAL: Allowance(100, 1),
        "ads_analytics": Allowance(300, _MINUTE),
        "ads_read": Allowance(1_000, _MINUTE),
        "org_read": Allowance(1_000, _MINUTE),
        "org_analytics": Allowance(60, _MINUTE),
        "catalogs_read": Allowance(100, _MINUTE),
        "trends_read": Allowance(60, _MINUTE),
        "analytics_get_report": Allowance(800, _MINUTE),
        "multi_pins_analytics": Allowance(100, 1),
    },
    "trial": {UNIVERSAL: Allowance(1_000, _DAY)},
    "docs_2022": {
        UNIVERSAL: Allowance(100, 1),
        "ads_analytics": Allowance(300, _DAY),
        "org_analytics": Allowance(300, _DAY),
        "ads_read": Allowance(1_000, _MINUTE),
        "org_read": Allowance(10, 1),
    },
}


_OF_ACCOUNTS: Mapping[str, Mapping[str, Allowance]] = {
    "standard": {"analytics/create_mmm_report": Allowance(5, _MINUTE)},
}
"""What an operation may be called for one ad account, by profile; no header tells of it."""


class HeaderStyle(StrEnum):
    """How the x-ratelimit headers look."""

    RECORDED = "recorded"  # as seen in 2026: the tightest quota, then all of them with their names
    NAMELESS = "nameless"  # as seen in 2024: the same, without names
    ABSENT = "absent"


@dataclass
class Window:
    """The calls of one allowance since its window began."""

    allowance: Allowance
    policy: str  # how a list of quotas names it
    epoch: float  # when one of its windows began
    began: float = float("-inf")
    used: int = 0

    def roll(self, now: float) -> None:
        """Begins the window of this moment."""
        seconds = self.allowance.seconds
        began = self.epoch + (now - self.epoch) // seconds * seconds
        if began > self.began:
            self.began, self.used = began, 0

    @property
    def remaining(self) -> int:
        return max(0, self.allowance.calls - self.used)

    def reset_seconds(self, now: float) -> int:
        return self.allowance.seconds - floor(now - self.began)


class Quotas:
    """Counts the calls of one user of one app."""

    def __init__(
        self,
        profile: str,
        clock: Callable[[], float],
        daily_share: float = 1,
        header_style: HeaderStyle = HeaderStyle.RECORDED,
    ) -> None:
        self._clock = clock
        self._header_style = header_style
        self._windows = {
            name: self._window(name, allowance.of_a_day(daily_share)) for name, allowance in PROFILES[profile].items()
        }
        self._allowances_of_accounts = _OF_ACCOUNTS.get(profile, {})
        self._of_accounts: dict[tuple[str, str], Window] = {}

    def spend(self, category: str, operation_id: str = "", account: str = "") -> bool:
        """Takes one call out of every window that covers it; False if one of them was empty."""
        windows = [*self._covering(category, operation_id), *self._of_account(operation_id, account)]
        is_allowed = all(window.remaining for window in windows)
        for window in windows:
            window.used += 1
        return is_allowed

    def spend_elsewhere(self, quota: str, calls: int) -> None:
        """Takes calls of another program, or of another user where all share the quota."""
        window = self._windows[quota]
        window.roll(self._clock())
        window.used += calls

    def headers(self, category: str, operation_id: str = "") -> dict[str, str]:
        windows = self._covering(category, operation_id)
        if self._header_style is HeaderStyle.ABSENT:
            return {}
        told = min(windows, key=lambda window: window.remaining)
        return {
            "x-ratelimit-limit": ", ".join([str(told.allowance.calls), *(window.policy for window in windows)]),
            "x-ratelimit-remaining": str(told.remaining),
            "x-ratelimit-reset": str(told.reset_seconds(self._clock())),
        }

    def wait_seconds(self, category: str, operation_id: str = "") -> int | None:
        """How long a rejection says to wait; None where it leaves that open."""
        windows = [window for window in self._covering(category, operation_id) if not window.remaining]
        if self._header_style is not HeaderStyle.RECORDED or not windows:
            return None
        return max(window.reset_seconds(self._clock()) for window in windows)

    def _of_account(self, operation_id: str, account: str) -> list[Window]:
        allowance = self._allowances_of_accounts.get(operation_id)
        if allowance is None:
            return []
        window = self._of_accounts.setdefault((operation_id, account), self._window(operation_id, allowance))
        window.roll(self._clock())
        return [window]

    def _window(self, name: str, allowance: Allowance) -> Window:
        policy = f"{allowance.calls};w={allowance.seconds}"
        if self._header_style is HeaderStyle.RECORDED:
            policy += f';name="{_NAMES.get(name, f"{name}_app_id_user_id")}"'
        # A day begins with the simulator, so that no test meets a midnight.
        return Window(allowance, policy, epoch=floor(self._clock()) if allowance.seconds == _DAY else 0)

    def _covering(self, category: str, operation_id: str) -> list[Window]:
        """The universal window, the category's own, and the operation's; each may be missing."""
        names = (UNIVERSAL, category, _OF_OPERATIONS.get(operation_id, ""))
        windows = [self._windows[name] for name in names if name in self._windows]
        now = self._clock()
        for window in windows:
            window.roll(now)
        return windows
