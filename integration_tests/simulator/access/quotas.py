"""How many calls are left, and how do the response headers tell it?

Fixed windows, one for each rate category and one for all calls together ("universal"), as published on
https://developers.pinterest.com/docs/reference/rate-limits/. A window opens with its first call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import NamedTuple

UNIVERSAL = "universal"
_MINUTE = 60
_DAY = 86_400
_CATEGORIES = ("ads_analytics", "ads_read", "org_read", "org_analytics", "catalogs_read", "trends_read")


class Allowance(NamedTuple):
    calls: int
    seconds: int

    def of_a_day(self, share: float) -> "Allowance":
        """Only a share of it, if it lasts a day."""
        return Allowance(round(self.calls * share), self.seconds) if self.seconds == _DAY else self


PROFILES: Mapping[str, Mapping[str, Allowance]] = {
    "ample": dict.fromkeys((UNIVERSAL, *_CATEGORIES), Allowance(100_000, _MINUTE)),
    "standard": {
        UNIVERSAL: Allowance(100, 1),
        "ads_analytics": Allowance(300, _MINUTE),
        "ads_read": Allowance(1_000, _MINUTE),
        "org_read": Allowance(1_000, _MINUTE),
        "org_analytics": Allowance(60, _MINUTE),
        "catalogs_read": Allowance(100, _MINUTE),
        "trends_read": Allowance(60, _MINUTE),
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


class HeaderStyle(StrEnum):
    """How the x-ratelimit headers look."""

    PLAIN = "plain"
    LIST = "list"
    ABSENT = "absent"


@dataclass
class Window:
    """The calls of one allowance since its window opened."""

    allowance: Allowance
    opened: float = float("-inf")
    used: int = 0

    def roll(self, now: float) -> None:
        """Closes the window when its time is over."""
        if now >= self.opened + self.allowance.seconds:
            self.opened, self.used = now, 0

    @property
    def remaining(self) -> int:
        return self.allowance.calls - self.used

    def reset_seconds(self, now: float) -> int:
        return max(1, ceil(self.opened + self.allowance.seconds - now))


class Quotas:
    """Counts the calls of one user of one app."""

    def __init__(
        self, profile: str, clock: Callable[[], float], header_style: HeaderStyle, daily_share: float = 1
    ) -> None:
        self._windows = {
            category: Window(allowance.of_a_day(daily_share)) for category, allowance in PROFILES[profile].items()
        }
        self._clock = clock
        self._header_style = header_style

    def spend(self, category: str) -> bool:
        """Takes one call out of every window that covers the category; False, and nothing taken, if one is empty."""
        windows = self._covering(category)
        if any(window.remaining == 0 for window in windows):
            return False
        for window in windows:
            window.used += 1
        return True

    def headers(self, category: str) -> dict[str, str]:
        windows = self._covering(category)
        now = self._clock()
        if self._header_style is HeaderStyle.ABSENT:
            return {}
        if self._header_style is HeaderStyle.PLAIN:
            windows = [min(reversed(windows), key=lambda window: window.remaining > 0)]
        policies = [f"{window.allowance.calls};w={window.allowance.seconds}" for window in windows]
        as_list = self._header_style is HeaderStyle.LIST
        limits = [str(windows[0].allowance.calls), *(policies if as_list else ())]
        return {
            "x-ratelimit-limit": ", ".join(limits),
            "x-ratelimit-remaining": ", ".join(str(window.remaining) for window in windows),
            "x-ratelimit-reset": ", ".join(str(window.reset_seconds(now)) for window in windows),
        }

    def _covering(self, category: str) -> list[Window]:
        """The universal window, then the category's own; either may be missing."""
        windows = [self._windows[name] for name in (UNIVERSAL, category) if name in self._windows]
        now = self._clock()
        for window in windows:
            window.roll(now)
        return windows
