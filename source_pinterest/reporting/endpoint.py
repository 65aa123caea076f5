"""Where is a kind of report asked for, and what holds for every report of that kind?"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pendulum import Date

from source_pinterest.api.bodies import OnReplacement
from source_pinterest.api.errors import PinterestError
from source_pinterest.reporting.errors import ReportRefusedError
from source_pinterest.reporting.forms import rows_of_any_form, rows_of_unseen_reports
from source_pinterest.reporting.reader import Filed

ReadRows = Callable[[Iterable[bytes], Collection[str], OnReplacement | None], Iterator[Filed]]
"""Takes a file in chunks, the columns that were asked for, and a sentence on what of a row could not be kept."""


@dataclass(frozen=True)
class ReportEndpoint:
    """A POST of the path creates a report, a GET asks how far it is.

    Attributes:
        path: with the ad account's id left open.
        always: what every request says.
        least_days: how many days a request covers at least, first and last day included.
        first_day: before which no request may begin; None where only the age of a day counts.
        read: makes rows of a file.
        refused: what it means that Pinterest calls a request wrong, from its body and Pinterest's words.
    """

    path: str
    always: Mapping[str, Any] = field(default_factory=dict)
    least_days: int = 1
    first_day: Date | None = None
    read: ReadRows = rows_of_unseen_reports
    refused: Callable[[Mapping[str, Any], str], PinterestError] = lambda _, answer: ReportRefusedError(answer)


ANALYTICS_REPORTS = ReportEndpoint(
    "ad_accounts/{ad_account_id}/reports", {"report_format": "JSON"}, read=rows_of_any_form
)
