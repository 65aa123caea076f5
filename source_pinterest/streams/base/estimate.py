"""What is an analytics stream going to ask for, and how long does that take at the very least?"""

import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow
from source_pinterest.reporting.job import ReportRequest

LOGGER = logging.getLogger("airbyte")

_CALLS_PER_REPORT = 2
"""One to ask for it, and one that finds it finished."""


@dataclass(frozen=True)
class Estimate:
    """What a stream is going to ask for.

    Attributes:
        accounts: ad accounts, or profiles, that have something to read.
        windows: windows of days, those of reports included.
        reports: asynchronous reports.
        calls: the fewest calls, since how many entities an account has is not known yet.
    """

    accounts: int
    windows: int
    reports: int
    calls: int

    @classmethod
    def of_days(cls, unread: Iterable[Sequence[DateWindow]], border: Date) -> Self:
        """The estimate for the unread days of each account; those before the border come from reports."""
        owed = [windows for windows in unread if windows]
        recent = [part for windows in owed for window in windows if (part := window.clamp(border))]
        old = [part for windows in owed for window in windows if (part := window.before(border))]
        calls = sum(math.ceil(window.days / limits.ANALYTICS_WINDOW_DAYS) for window in recent)
        reports = sum(math.ceil(window.days / limits.REPORT_WINDOW_DAYS) for window in old)
        return cls(len(owed), calls + reports, reports, calls + _CALLS_PER_REPORT * reports)

    @classmethod
    def of_reports(cls, requests: Sequence[ReportRequest]) -> Self:
        """The estimate for reports alone."""
        windows = {(request.ad_account_id, request.window) for request in requests}
        accounts = {request.ad_account_id for request in requests}
        return cls(len(accounts), len(windows), len(requests), _CALLS_PER_REPORT * len(requests))

    @classmethod
    def of_profiles(cls, unread: Iterable[Sequence[DateWindow]], calls_per_window: int) -> Self:
        """The estimate for the unread days of profiles, which reports don't know."""
        owed = [windows for windows in unread if windows]
        windows = sum(map(len, owed))
        return cls(len(owed), windows, 0, windows * calls_per_window)

    def log(self, stream: str, calls_per_second: float) -> None:
        """Log the estimate."""
        minutes = math.ceil(self.calls / (60 * calls_per_second))
        LOGGER.info(
            f"{stream}: the estimate is accounts {self.accounts:,}, windows {self.windows:,}, report jobs "
            f"{self.reports:,}, calls at least {self.calls:,}; at Pinterest's present quota that takes {minutes:,} min "
            "or more.",
        )
