"""Checks the keys of analytics rows, and turns the rows of a report file into pages.

No page is emitted before the last row of a response or file has been checked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from source_pinterest.api.errors import KeyInDoubtError, KeysChangedError, MalformedResponseError, RepeatedKeyError
from source_pinterest.api.rows import Record, text_of, write_texts
from source_pinterest.columns import DATE, ENTITY_ID, ID_COLUMNS, ITEM_ID, TARGETING_TYPE, TARGETING_VALUE, text_columns
from source_pinterest.dates import Granularity
from source_pinterest.engine.pages import Page, pages_of, spooled
from source_pinterest.engine.progress import Notices
from source_pinterest.reporting.file import Filed
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.day_cursor import KeyColumns
from source_pinterest.streams.base.listing import within

_SUBSTITUTES = {"AD_ID": "PIN_PROMOTION_ID", ITEM_ID: ENTITY_ID}
"""The column that replaces an empty id column: its older name, or the entity under which a file lists the row."""

_EMPTY = (None, "")


class RowKey(NamedTuple):
    """The columns that identify a row within a response.

    Attributes:
        columns: all parts of the key.
        optional: the parts that may be empty.
    """

    columns: tuple[str, ...]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ReportKey:
    """The columns that identify a row within the reports of one stream.

    Attributes:
        columns: all parts of the key, except those that `ReportRows` stamps on the rows.
        ids: the parts that are ids and may be empty.
        earlier_ids: returns the ids that an account's rows had in earlier syncs, or None if there were no rows.
        refused: returns the columns that Pinterest refuses for an account.
        parts: the columns that divide an entity, such as targeting values; they may be empty.
        entity: the part that the id under which a file lists a row replaces if Pinterest refuses the column.
    """

    columns: tuple[str, ...]
    ids: tuple[str, ...] = ()
    earlier_ids: Callable[[str], KeyColumns | None] = lambda _: None
    refused: Callable[[str], frozenset[str]] = lambda _: frozenset()
    parts: tuple[str, ...] = (TARGETING_TYPE, TARGETING_VALUE)
    entity: str = ""

    @property
    def row_key(self) -> RowKey:
        """The key of a row, with its optional parts."""
        return RowKey(self.columns, frozenset((*self.ids, ENTITY_ID, *self.parts)))


class KeyPolicy:
    """Decides whether rows with ambiguous keys are emitted.

    Attributes:
        merges_by_key: whether the destination replaces rows by their key. True until the sync's mode is known.

    Args:
        notices: the stream's warnings.
    """

    def __init__(self, notices: Notices) -> None:
        self.merges_by_key = True
        self._notices = notices

    def apply(self, error: KeyInDoubtError) -> None:
        """Raise the error if the destination replaces rows by their key, else warn that the rows are emitted.

        Raises:
            KeyInDoubtError: the error.
        """
        if self.merges_by_key:
            raise error
        self._notices.warn(error.about, error.warning)


class KeyCheck:
    """Checks that each row of a response has a key of its own.

    It keeps hashes of the keys, since a report may have a million rows.

    Args:
        stream: the stream's name, for messages.
        key: the columns that identify a row.
        on_doubt: called with the first repeated or incomplete key; it may raise the error. Later rows are not checked.
    """

    def __init__(self, stream: str, key: RowKey, on_doubt: Callable[[KeyInDoubtError], None]) -> None:
        self._stream = stream
        self._key, self._on_doubt = key.columns, on_doubt
        self._required: Sequence[int] = [at for at, column in enumerate(key.columns) if column not in key.optional]
        self._seen: set[int] = set()
        self._is_in_doubt = False

    def check(self, row: Record) -> None:
        """Check the key of a row.

        Raises:
            MalformedResponseError: a part of the key is an object or a list.
            RepeatedKeyError: the key is repeated or incomplete, and `on_doubt` raises the error.
        """
        if self._is_in_doubt:
            return
        values = tuple([row.get(column) for column in self._key])
        try:
            key = hash(values)
        except TypeError as error:
            raise MalformedResponseError("A part of a row's key is an object or a list.") from error
        if key in self._seen or None in values or ("" in values and any(values[at] == "" for at in self._required)):
            texts = tuple("" if value is None else text_of(value) for value in values)
            self._on_doubt(RepeatedKeyError(self._stream, self._key, texts))
            self._is_in_doubt = True
        self._seen.add(key)


@dataclass(frozen=True)
class ReportRows:
    """Turns the report files of one stream into pages.

    Attributes:
        stream: the stream's name.
        notices: the stream's warnings.
        key: the columns that identify a row.
        key_policy: decides whether rows with ambiguous keys are emitted.
        columns: the requested columns.
        stamped: fields that get the request's `start_date` or `end_date`.
    """

    stream: str
    notices: Notices
    key: ReportKey
    key_policy: KeyPolicy
    columns: tuple[str, ...]
    stamped: Mapping[str, str] = field(default_factory=dict)

    def pages(self, request: ReportRequest, rows: Iterable[Filed]) -> tuple[Iterable[Page], KeyColumns | None]:
        """Return the rows of a file as pages, and the id columns of their keys if these may vary.

        Ids, names and targeting values become strings.

        Raises:
            MalformedResponseError: the file is not a report.
            KeyInDoubtError: two rows have the same key, or the rows have other id columns than in earlier syncs.
        """
        filler = KeyFiller(self.key)
        pages = spooled(pages_of(self.stream, self._checked(request, rows, filler)))
        return pages, self._joined_with_earlier(request, filler.key_columns())

    def _checked(self, request: ReportRequest, rows: Iterable[Filed], filler: "KeyFiller") -> Iterator[Record]:
        keys, texts = KeyCheck(self.stream, self.key.row_key, self.key_policy.apply), self._text_columns()
        days = dict(zip(("start_date", "end_date"), request.window.as_pair(), strict=True))
        stamps = {name: days[of] for name, of in self.stamped.items()}
        granularity = Granularity(request.body["granularity"])
        for row in self._in_window(request, self._completed(request, rows), granularity):
            filler.fill(row)
            write_texts(row, texts)
            keys.check(row)
            row.update(stamps)
            yield row

    def _in_window(self, request: ReportRequest, rows: Iterable[Record], granularity: Granularity) -> Iterable[Record]:
        """Return the rows of the days that the cursor needs.

        A report may have a least number of days: rows of the days that were added for it are dropped without a warning.
        """
        found = within(rows, request.requested_window, DATE, self.notices, granularity)
        return (
            found
            if request.requested_window == request.window
            else within(found, request.window, DATE, None, granularity)
        )

    def _completed(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterator[Record]:
        lacks_entity = self.key.entity in self.key.refused(request.ad_account_id)
        for entity, row in rows:
            row.setdefault("AD_ACCOUNT_ID", request.ad_account_id)
            if lacks_entity and entity:
                row.setdefault(self.key.entity, entity)
            if self.key.ids:
                row[ENTITY_ID] = entity
            yield row

    def _joined_with_earlier(self, request: ReportRequest, found: KeyColumns | None) -> KeyColumns | None:
        """Compare the id columns of the rows with those of earlier syncs, and return both together.

        Raises:
            KeysChangedError: the columns differ, so that rows would get other keys than before.
        """
        earlier = self.key.earlier_ids(request.ad_account_id)
        if not found or not earlier:
            return found
        if change := earlier.change_to(found, self.key.refused(request.ad_account_id)):
            days = request.planned.window
            self.key_policy.apply(KeysChangedError(self.stream, request.ad_account_id, days, change))
            return found
        return earlier.joined(found)

    def _text_columns(self) -> tuple[str, ...]:
        always = ID_COLUMNS if self.key.ids else ()  # Pinterest may send ids that were not requested
        names = (*self.key.columns, TARGETING_VALUE, *text_columns(self.columns), *always)
        return tuple(dict.fromkeys(names))


class KeyFiller:
    """Fills the empty parts of the keys in one report file, and counts them.

    Args:
        key: the columns that identify a row.
    """

    def __init__(self, key: ReportKey) -> None:
        self._ids = key.ids
        self._parts = tuple(part for part in key.parts if part in key.columns)
        self._rows = 0
        self._empty: Counter[str] = Counter()

    def fill(self, row: Record) -> None:
        """Give each optional part of the key a value: its substitute, or the empty string."""
        self._rows += 1
        for column in self._ids:
            if row.get(column) in _EMPTY:
                row[column] = (column in _SUBSTITUTES and row.get(_SUBSTITUTES[column])) or ""
            if row[column] == "" or (column == ITEM_ID and text_of(row[column]) == row[ENTITY_ID]):
                self._empty[column] += 1
        for column in self._parts:
            if row.get(column) is None:
                row[column] = ""

    def key_columns(self) -> KeyColumns | None:
        """Return the id columns that the rows so far had, or None if the key has no ids or there were no rows."""
        return KeyColumns.counted(self._ids, self._rows, self._empty) if self._ids else None
