"""What does it mean when Pinterest refuses the report of an account's older days?

An account whose newest days are refused as well was never readable, and is left out. Otherwise days are lost, and the
sync has to say so. Both are asked for at the same time, so that the report is judged once the newest days are read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import AccountUnreadableError, RefusedError
from source_pinterest.api.threads import Signal
from source_pinterest.reporting.errors import HistoryRefusedError, ReportRefusedError
from source_pinterest.state.day_cursor import planned_window
from source_pinterest.streams.base.slices import failed_slice, failure_of


class RefusedHistory:
    """Judges the refused reports of a stream by what becomes of the newest days of their accounts."""

    def __init__(self) -> None:
        self._progress = Signal()
        self._unread: Counter[str] = Counter()
        self._left_out: set[str] = set()

    def begin(self, newest: StreamSlice) -> None:
        """A slice of an account's newest days is about to be read."""
        with self._progress:
            self._unread[newest["ad_account_id"]] += 1

    def end(self, newest: StreamSlice) -> None:
        """Such a slice has come to its end, read or not."""
        with self._progress:
            self._unread[newest["ad_account_id"]] -= 1
            self._progress.notify_all()

    def leave_out(self, ad_account_id: str) -> None:
        """An account can't be read at all."""
        self._left_out.add(ad_account_id)

    def judged(self, reports: Iterable[StreamSlice]) -> Iterator[StreamSlice]:
        """The slices of reports; those that were refused come last, and only where their days are lost by that."""
        refused: list[tuple[StreamSlice, RefusedError | AccountUnreadableError]] = []
        for report in reports:
            error = failure_of(report)
            if isinstance(error, RefusedError | AccountUnreadableError):
                refused.append((report, error))
            elif isinstance(error, ReportRefusedError):
                loss = HistoryRefusedError(report["ad_account_id"], planned_window(report).window, error.answer)
                yield failed_slice(report.partition, loss, planned_window(report))
            else:
                yield report
        for report, error in refused:
            account = report["ad_account_id"]
            if not self._is_left_out(account):
                known = isinstance(error, AccountUnreadableError)
                unreadable = error if known else AccountUnreadableError(account, str(error.message))
                yield failed_slice(report.partition, unreadable, planned_window(report))

    def _is_left_out(self, ad_account_id: str) -> bool:
        with self._progress:
            self._progress.wait_for(lambda: not self._unread[ad_account_id])
        return ad_account_id in self._left_out
