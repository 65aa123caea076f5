"""What is made of the rows of a report's file? Completed, checked and written down, before the first is emitted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from source_pinterest.api.bodies import Record, write_texts
from source_pinterest.columns import DATE, ENTITY_ID, ID_COLUMNS, TARGETING_VALUE, text_columns
from source_pinterest.engine.notices import Notices
from source_pinterest.engine.pages import Page, pages_of, spooled
from source_pinterest.granularity import Granularity
from source_pinterest.reporting.errors import KeysChangedError
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.reporting.reader import Filed
from source_pinterest.state.keyed import KeyColumns
from source_pinterest.streams.analytics.keys import KeyCheck, KeyDoubts
from source_pinterest.streams.analytics.report_key import KeyFiller, ReportKey
from source_pinterest.streams.base.asked_days import within


@dataclass(frozen=True)
class ReportRows:
    """The rows of one stream's reports.

    Attributes:
        stream: whose rows they are.
        notices: the warnings of the stream.
        key: what tells one row of a report from another.
        doubts: decides what becomes of rows whose key is in doubt.
        columns: those that are asked for.
        stamped: fields that say which days a row is about, after the request's own.
    """

    stream: str
    notices: Notices
    key: ReportKey
    doubts: KeyDoubts
    columns: tuple[str, ...]
    stamped: Mapping[str, str] = field(default_factory=dict)

    def pages(self, request: ReportRequest, rows: Iterable[Filed]) -> tuple[Iterable[Page], KeyColumns | None]:
        """The rows as finished pages, and with which ids they are keyed, where that may vary.

        Ids, names and targeting values are strings, whatever Pinterest sends.

        Raises:
            MalformedAnswerError: the file is no report.
            KeyInDoubtError: two rows have the same key, or all have other keys than before, and are given up.
        """
        filler = KeyFiller(self.key)
        pages = spooled(pages_of(self.stream, self._checked(request, rows, filler)))
        return pages, self._compared(request, filler.key_columns())

    def _checked(self, request: ReportRequest, rows: Iterable[Filed], filler: KeyFiller) -> Iterator[Record]:
        keys, texts = KeyCheck(self.stream, self.key.row_key, self.doubts.judge), self._texts()
        days = dict(zip(("start_date", "end_date"), request.window.as_pair(), strict=True))
        stamps = {name: days[of] for name, of in self.stamped.items()}
        granularity = Granularity(request.body["granularity"])
        for row in self._wanted(request, self._completed(request, rows), granularity):
            filler.fill(row)
            write_texts(row, texts)
            keys.check(row)
            row.update(stamps)
            yield row

    def _wanted(self, request: ReportRequest, rows: Iterable[Record], granularity: Granularity) -> Iterable[Record]:
        """The rows of the days that are wanted; nothing is said of days that came with them because they had to."""
        found = within(rows, request.asked, DATE, self.notices, granularity)
        return found if request.asked == request.window else within(found, request.window, DATE, None, granularity)

    def _completed(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterator[Record]:
        for entity, row in rows:
            row.setdefault("AD_ACCOUNT_ID", request.ad_account_id)
            if self.key.ids:
                row[ENTITY_ID] = entity
            yield row

    def _compared(self, request: ReportRequest, found: KeyColumns | None) -> KeyColumns | None:
        """With which ids the account's rows are keyed from now on.

        Raises:
            KeysChangedError: these rows have other keys than those of earlier syncs, and are given up.
        """
        known = self.key.keyed(request.ad_account_id)
        if not found or not known:
            return found
        if change := known.change_to(found, self.key.refused()):
            days = request.planned.window
            self.doubts.judge(KeysChangedError(self.stream, request.ad_account_id, days, change))
            return found
        return known.joined(found)

    def _texts(self) -> tuple[str, ...]:
        unasked = ID_COLUMNS if self.key.ids else ()
        names = (*self.key.columns, TARGETING_VALUE, *text_columns(self.columns), *unasked)
        return tuple(dict.fromkeys(names))
