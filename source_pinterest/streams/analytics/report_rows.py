"""What is made of the rows of a report's file? Completed, checked and written down, before the first is emitted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from source_pinterest.api.bodies import Record, write_texts
from source_pinterest.columns import DATE, TARGETING_VALUE, text_columns
from source_pinterest.engine.notices import Notices
from source_pinterest.engine.pages import Page, pages_of, spooled
from source_pinterest.granularity import Granularity
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.reporting.reader import Filed
from source_pinterest.streams.analytics.keys import KeyCheck
from source_pinterest.streams.base.asked_days import within

ITEM_ID = "PRODUCT_ITEM_ID"
"""Not a column: what Pinterest files a product item's rows under."""


@dataclass(frozen=True)
class ReportRows:
    """The rows of one stream's reports.

    Attributes:
        stream: whose rows they are.
        notices: the warnings of the stream.
        key: what tells one row of a report from another.
        columns: those that are asked for.
        stamped: fields that say which days a row is about, after the request's own.
    """

    stream: str
    notices: Notices
    key: tuple[str, ...]
    columns: tuple[str, ...]
    stamped: Mapping[str, str] = field(default_factory=dict)

    def pages(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterable[Page]:
        """The rows as finished pages; ids, names and targeting values are strings, whatever Pinterest sends.

        Raises:
            MalformedAnswerError: the file is no report.
            RepeatedKeyError: two rows have the same key.
        """
        return spooled(pages_of(self.stream, self._checked(request, rows)))

    def _checked(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterator[Record]:
        keys, texts = KeyCheck(self.stream, self.key), self._texts()
        days = dict(zip(("start_date", "end_date"), request.window.as_pair(), strict=True))
        stamps = {name: days[of] for name, of in self.stamped.items()}
        granularity = Granularity(request.body["granularity"])
        for row in within(self._completed(request, rows), request.window, DATE, self.notices, granularity):
            write_texts(row, texts)
            keys.check(row)
            row.update(stamps)
            yield row

    def _completed(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterator[Record]:
        for entity, row in rows:
            row.setdefault("AD_ACCOUNT_ID", request.ad_account_id)
            if ITEM_ID in self.key:
                row.setdefault(ITEM_ID, entity)
            yield row

    def _texts(self) -> tuple[str, ...]:
        names = (*self.key, TARGETING_VALUE, *text_columns(self.columns))
        return tuple(dict.fromkeys(names))
