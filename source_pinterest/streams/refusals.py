"""What does it mean when Pinterest refuses the report of an account's older days?

An account whose newest days are refused as well was never readable, and is left out. Otherwise days are lost, and the
sync has to say so.
"""

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import (
    AccountUnreadableError,
    HistoryRefusedError,
    PinterestError,
    RefusedError,
    ReportRefusedError,
)
from source_pinterest.streams.partitions import failed_slice, failure_of
from source_pinterest.sync.day_cursor import window_of


class Refusals:
    """Remembers the accounts that a stream has left out."""

    def __init__(self) -> None:
        self._left_out: set[str] = set()

    def left_out(self, ad_account_id: str) -> None:
        """Tell that an account can't be read at all."""
        self._left_out.add(ad_account_id)

    def judge(self, report: StreamSlice) -> StreamSlice:
        """The slice of a report; one that was refused fails as a loss of its days."""
        loss = self._loss(report)
        return failed_slice(report.partition, loss, report.cursor_slice) if loss else report

    def _loss(self, report: StreamSlice) -> PinterestError | None:
        error, account = failure_of(report), report["ad_account_id"]
        if isinstance(error, ReportRefusedError):
            return HistoryRefusedError(account, window_of(report), str(error.message))
        if isinstance(error, RefusedError) and account not in self._left_out:
            return AccountUnreadableError(account, str(error.message))
        return None
