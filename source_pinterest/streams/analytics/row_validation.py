"""The check that rows of analytics pass, and the batches of a report file.

No batch is emitted before the last row of a response or file has been checked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

from pendulum import Date

from source_pinterest.api.bodies import Record, write_numbers, write_strings
from source_pinterest.api.errors import FormError
from source_pinterest.columns import (
    AD_ACCOUNT_ID,
    CURRENCY,
    DATE,
    ENTITY_ID,
    ID_COLUMNS,
    ITEM_ID,
    TARGETING_TYPE,
    TARGETING_VALUE,
    number_columns,
    text_columns,
)
from source_pinterest.dates import DateWindow, Granularity, parse_day, without_midnight
from source_pinterest.engine.progress import WarnOnce
from source_pinterest.engine.record_batches import RecordBatch, batch_records, buffer_until_complete
from source_pinterest.engine.tasks import END, START
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.reporting.file import Filed

_SUBSTITUTES = {"AD_ID": "PIN_PROMOTION_ID", ITEM_ID: ENTITY_ID}
"""The column that replaces an empty id column: its older name, or the entity under which a file lists the row."""

_EMPTY = (None, "")
_NO_ACCOUNT = (*_EMPTY, "0")
_DAY_LENGTH = len("2026-01-31")


@dataclass(frozen=True)
class ReportKey:
    """The columns that identify a row within the reports of one stream.

    Attributes:
        columns: all fields of the key, except those that `ReportRows` stamps on the rows.
        ids: the fields that are ids and may be empty.
        rejected: returns the columns that Pinterest rejects for an account.
        breakdowns: the columns that divide an entity, such as targeting values; they may be empty.
        entity: the field that gets the id under which a file lists a row, if Pinterest rejects the column of this name;
            empty if there is no such field.
    """

    columns: tuple[str, ...]
    ids: tuple[str, ...] = ()
    rejected: Callable[[str], frozenset[str]] = lambda _: frozenset()
    breakdowns: tuple[str, ...] = (TARGETING_TYPE, TARGETING_VALUE)
    entity: str = ""

    @property
    def optional(self) -> frozenset[str]:
        return frozenset((*self.ids, ENTITY_ID, *self.breakdowns))


@dataclass(frozen=True, kw_only=True)
class ExpectedRows:
    """What the rows of one response may be about.

    Attributes:
        key: the columns that identify a row.
        optional: the fields of the key that may be empty.
        strings: the columns that hold text, including ids.
        numbers: the columns that hold numbers.
        window: the days to emit; None if the rows have no day.
        requested: the requested days. Rows of requested days outside of `window` are dropped without a warning.
        day: the column with the day.
        granularity: the time that a row covers. How Pinterest writes another time than a day is not known.
        account: the ad account of the request; empty if it has none.
        currency: the currency of the ad account, which each row gets; None if it is unknown.
        entities: the requested ids in the first field of the key; None if the response covers all of an account.
    """

    key: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    strings: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()
    window: DateWindow | None = None
    requested: DateWindow | None = None
    day: str = DATE
    granularity: Granularity = Granularity.DAY
    account: str = ""
    currency: str | None = None
    entities: frozenset[str] | None = None


def admitted(rows: Iterable[Record], expected: ExpectedRows, notices: WarnOnce) -> Iterator[Record]:
    """Yield the rows of the wanted days, with strings in their columns, their account and its currency.

    Days that were not requested are skipped with a warning.

    Raises:
        FormError: a row lacks its key, is about another account or entity than was requested, or has a day of an
            unknown form.
    """
    account, entities, window = expected.account, expected.entities, expected.window
    day_column, entity_column = expected.day, expected.key[0]
    added = {CURRENCY: expected.currency} if expected.currency else {}
    substitutes = [(column, _SUBSTITUTES[column]) for column in expected.key if column in _SUBSTITUTES]
    needed = [column for column in expected.key if column not in expected.optional]
    wanted_day = cache(partial(_wanted_day, expected, notices))
    for row in rows:
        for column, other in substitutes:
            if row.get(column) in _EMPTY and row.get(other) not in _EMPTY:
                row[column] = row[other]
        write_strings(row, expected.strings)
        write_numbers(row, expected.numbers)
        _write_account(row, account)
        if any(row.get(column) in _EMPTY for column in needed):
            raise FormError(f"A row lacks its {' or its '.join(needed)}.")
        if entities is not None and row[entity_column] not in entities:
            raise FormError(f"A row has the {entity_column} {row[entity_column]}, which was not requested.")
        if window is not None:
            row[day_column] = wanted_day(str(row[day_column]))
            if not row[day_column]:
                continue
        row.update(added)
        yield row


def _wanted_day(expected: ExpectedRows, notices: WarnOnce, sent: str) -> str:
    """Return the day of a row as its record has it; empty if such rows are skipped.

    Raises:
        FormError: the day has an unknown form, or is of a week or month that was not requested: Pinterest may begin
            them on other days than is assumed.
    """
    window, granularity = expected.window, expected.granularity
    requested = expected.requested or window
    day = sent if granularity is Granularity.HOUR else without_midnight(sent)
    try:
        first_day = parse_day(day[:_DAY_LENGTH] if granularity is Granularity.HOUR else day)
    except ValueError as error:
        raise FormError(str(error)) from error
    if requested and not _covers(requested, first_day, granularity):
        if granularity in (Granularity.WEEK, Granularity.MONTH):
            raise FormError(f"A row has the {expected.day} {day}, outside of {requested}.")
        whose = f" of ad account {expected.account}" if expected.account else ""
        notices.warn(
            f"other days{whose}",
            f"Pinterest sent rows{whose} for days that were not requested, such as {day}. They are skipped.",
        )
    return day if window and _covers(window, first_day, granularity) else ""


def _write_account(row: Record, account: str) -> None:
    """Write the ad account of the request, if it has one, into a row that names none.

    Raises:
        FormError: the row names another one.
    """
    if not account:
        return
    named = row.get(AD_ACCOUNT_ID)
    if named != account and named not in _NO_ACCOUNT:
        raise FormError(f"A row names ad account {named}, not {account}.")
    row[AD_ACCOUNT_ID] = account


def _covers(window: DateWindow, day: Date, granularity: Granularity) -> bool:
    """Return whether a day is in a window, or in a week or month that overlaps it."""
    whole = granularity.expand_to_buckets(window)
    return whole.start <= day <= whole.end


@dataclass(frozen=True)
class ReportRows:
    """Turns the report files of one stream into batches.

    Attributes:
        stream: the stream's name.
        notices: the stream's warnings.
        key: the columns that identify a row.
        columns: the requested columns.
        stamped: fields that get the request's `start_date` or `end_date`.
        currency_of: returns the currency of an ad account.
    """

    stream: str
    notices: WarnOnce
    key: ReportKey
    columns: tuple[str, ...]
    stamped: Mapping[str, str] = field(default_factory=dict)
    currency_of: Callable[[str], str | None] = lambda _: None

    def record_batches(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterable[RecordBatch]:
        """Return the rows of a file as batches.

        Ids, names and targeting values become strings.

        Raises:
            MalformedResponseError: the file is not a report.
        """
        checked = admitted(self._completed(request, rows), self._expected(request), self.notices)
        return buffer_until_complete(batch_records(self.stream, checked))

    def _expected(self, request: ReportRequest) -> ExpectedRows:
        always = ID_COLUMNS if self.key.ids else ()  # Pinterest may send ids that were not requested
        strings = (*self.key.columns, AD_ACCOUNT_ID, TARGETING_VALUE, *text_columns(self.columns), *always)
        return ExpectedRows(
            key=self.key.columns,
            optional=self.key.optional,
            strings=tuple(dict.fromkeys(strings)),
            numbers=number_columns(self.columns),
            window=request.window if DATE in self.key.columns else None,
            requested=request.requested_window,
            granularity=Granularity(request.body["granularity"]),
            account=request.ad_account_id,
            currency=self.currency_of(request.ad_account_id),
        )

    def _completed(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterator[Record]:
        """Give each optional field of a row's key a value, the empty string if it has none, and stamp the row."""
        days = dict(zip((START, END), request.window.as_pair(), strict=True))
        stamps = {name: days[day] for name, day in self.stamped.items()}
        optional = (*self.key.ids, *(column for column in self.key.breakdowns if column in self.key.columns))
        lacks_entity = self.key.entity in self.key.rejected(request.ad_account_id)
        for entity, row in rows:
            if lacks_entity and entity:
                row.setdefault(self.key.entity, entity)
            if self.key.ids:
                row[ENTITY_ID] = entity
            for column in optional:
                if row.get(column) is None:
                    row[column] = ""
            row.update(stamps)
            yield row
