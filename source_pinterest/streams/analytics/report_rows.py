"""What is made of the rows of a report's file? Completed, checked and written down, before the first is emitted."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from source_pinterest.api.bodies import Record, write_texts
from source_pinterest.columns import TARGETING_VALUE, text_columns
from source_pinterest.engine.pages import Page, PageSpool, pages_of
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.reporting.reader import Filed
from source_pinterest.streams.analytics.keys import KeyCheck

ITEM_ID = "PRODUCT_ITEM_ID"
"""Not a column: what Pinterest files a product item's rows under."""


@dataclass(frozen=True)
class ReportRows:
    """The rows of one stream's reports.

    Attributes:
        stream: whose rows they are.
        key: what tells one row of a report from another.
        columns: those that are asked for.
        stamped: fields that say which days a row is about, after the request's own.
    """

    stream: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    stamped: Mapping[str, str] = field(default_factory=dict)

    def pages(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterable[Page]:
        """The rows as finished pages; ids, names and targeting values are strings, whatever Pinterest sends.

        Raises:
            MalformedAnswerError: the file is no report.
            RepeatedKeyError: two rows have the same key.
        """
        with ExitStack() as failing:
            spool = failing.enter_context(PageSpool())
            spool.write(pages_of(self.stream, self._checked(request, rows)))
            failing.pop_all()
        return _emptied(spool)

    def _checked(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterator[Record]:
        keys, texts = KeyCheck(self.stream, self.key), self._texts()
        days = dict(zip(("start_date", "end_date"), request.window.as_pair(), strict=True))
        stamps = {name: days[of] for name, of in self.stamped.items()}
        for entity, row in rows:
            row.setdefault("AD_ACCOUNT_ID", request.ad_account_id)
            if ITEM_ID in self.key:
                row.setdefault(ITEM_ID, entity)
            write_texts(row, texts)
            keys.check(row)
            row.update(stamps)
            yield row

    def _texts(self) -> tuple[str, ...]:
        names = (*self.key, TARGETING_VALUE, *text_columns(self.columns))
        return tuple(dict.fromkeys(names))


def _emptied(spool: PageSpool) -> Iterator[Page]:
    with spool:
        yield from spool.pages()
