"""What is made of the rows of a report's file? Completed, checked and written down, before the first is emitted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from source_pinterest.api.errors import KeyInDoubtError, KeysChangedError, MalformedAnswerError, RepeatedKeyError
from source_pinterest.api.rows import Record, text_of, write_texts
from source_pinterest.columns import DATE, ENTITY_ID, ID_COLUMNS, ITEM_ID, TARGETING_TYPE, TARGETING_VALUE, text_columns
from source_pinterest.dates import Granularity
from source_pinterest.engine.pages import Page, pages_of, spooled
from source_pinterest.engine.progress import Notices
from source_pinterest.reporting.file import Filed
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.day_cursor import KeyColumns
from source_pinterest.streams.base.listing import within


class RowKey(NamedTuple):
    """What tells the rows of an answer apart.

    Attributes:
        columns: its parts.
        optional: those of them that may be empty.
    """

    columns: tuple[str, ...]
    optional: frozenset[str] = frozenset()


class KeyDoubts:
    """What becomes of rows whose key is in doubt, in one stream.

    Args:
        notices: the warnings of the stream.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._merges_by_key = True

    def heed(self, *, merges_by_key: bool) -> None:
        """Take note of what the destination does: it replaces rows by their key, or it keeps every row."""
        self._merges_by_key = merges_by_key

    def judge(self, error: KeyInDoubtError) -> None:
        """Give the rows up where the destination would merge them by their key, or else warn that they are emitted.

        Raises:
            KeyInDoubtError: they are given up.
        """
        if self._merges_by_key:
            raise error
        self._notices.warn(error.about, error.emitted)


class KeyCheck:
    """Looks at every row of an answer before the first is emitted. Keeps hashes: a report may have a million rows.

    Args:
        stream: whose rows they are.
        key: what tells one row from another.
        judge: decides, of the first row whose key is in doubt, whether the answer is given up.
    """

    def __init__(self, stream: str, key: RowKey, judge: Callable[[KeyInDoubtError], None]) -> None:
        self._stream = stream
        self._key, self._judge = key.columns, judge
        self._needed: Sequence[int] = [at for at, column in enumerate(key.columns) if column not in key.optional]
        self._seen: set[int] = set()
        self._is_judged = False

    def check(self, row: Record) -> None:
        """Take note of a row.

        Raises:
            MalformedAnswerError: a part of its key is no plain value.
            RepeatedKeyError: another row has its key, or a part of the key is missing, and the answer is given up.
        """
        if self._is_judged:
            return
        values = tuple([row.get(column) for column in self._key])
        try:
            mark = hash(values)
        except TypeError as error:
            raise MalformedAnswerError("A part of a row's key is an object or a list.") from error
        if mark in self._seen or None in values or ("" in values and any(values[at] == "" for at in self._needed)):
            texts = tuple("" if value is None else text_of(value) for value in values)
            self._judge(RepeatedKeyError(self._stream, self._key, texts))
            self._is_judged = True
        self._seen.add(mark)


_STAND_INS = {"AD_ID": "PIN_PROMOTION_ID", ITEM_ID: ENTITY_ID}
"""Where else an id may stand: under its older name, or as what the row is listed under."""

_EMPTY = (None, "")


@dataclass(frozen=True)
class ReportKey:
    """What tells the rows of one stream's reports apart.

    Attributes:
        columns: all parts but those that are stamped on the rows.
        ids: the parts that are ids and that a row may lack.
        keyed: with which of these ids the rows of an account were keyed in earlier syncs.
        refused: the columns that Pinterest is known to refuse by now.
        parts: those that say which part of an entity a row is about, which may be none in particular.
    """

    columns: tuple[str, ...]
    ids: tuple[str, ...] = ()
    keyed: Callable[[str], KeyColumns | None] = lambda _: None
    refused: Callable[[], frozenset[str]] = frozenset
    parts: tuple[str, ...] = (TARGETING_TYPE, TARGETING_VALUE)

    @property
    def row_key(self) -> RowKey:
        """The parts, some of which may be empty."""
        return RowKey(self.columns, frozenset((*self.ids, ENTITY_ID, *self.parts)))


class KeyFiller:
    """Fills the empty parts of the keys of one report, and counts them.

    Args:
        key: what tells its rows apart.
    """

    def __init__(self, key: ReportKey) -> None:
        self._ids = key.ids
        self._others = tuple(part for part in key.parts if part in key.columns)
        self._rows = 0
        self._lacking: Counter[str] = Counter()

    def fill(self, row: Record) -> None:
        """See to it that each part which Pinterest may leave out has a value."""
        self._rows += 1
        for column in self._ids:
            if row.get(column) in _EMPTY:
                row[column] = (column in _STAND_INS and row.get(_STAND_INS[column])) or ""
            if row[column] == "" or (column == ITEM_ID and text_of(row[column]) == row[ENTITY_ID]):
                self._lacking[column] += 1
        for column in self._others:
            if row.get(column) is None:
                row[column] = ""

    def key_columns(self) -> KeyColumns | None:
        """The ids that the rows so far have brought; None where there is nothing to know of."""
        return KeyColumns.counted(self._ids, self._rows, self._lacking) if self._ids else None


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
