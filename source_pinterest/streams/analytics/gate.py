"""The gate that rows of analytics pass, and the bundles of a report file.

No bundle is emitted before the last row of a response or file has been checked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

from pendulum import Date

from source_pinterest.api.bodies import Record, write_texts
from source_pinterest.api.errors import FormError, MalformedResponseError
from source_pinterest.columns import (
    AD_ACCOUNT_ID,
    CURRENCY,
    DATE,
    ENTITY_ID,
    ID_COLUMNS,
    ITEM_ID,
    TARGETING_TYPE,
    TARGETING_VALUE,
    text_columns,
)
from source_pinterest.dates import DateWindow, Granularity, parse_day, without_midnight
from source_pinterest.engine.bundles import Bundle, bundles_of, serialised, spooled
from source_pinterest.engine.tasks import END, START
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.reporting.file import Filed
from source_pinterest.streams.base.stream import PinterestStream

_SUBSTITUTES = {"AD_ID": "PIN_PROMOTION_ID", ITEM_ID: ENTITY_ID}
"""The column that replaces an empty id column: its older name, or the entity under which a file lists the row."""

_EMPTY = (None, "")
_NO_ACCOUNT = (*_EMPTY, "0")
_DAY_LENGTH = len("2026-01-31")

_SPARED = 0.1
_NAMED_KEYS = 10
"""The keys that a warning names."""

_COMPARED_KEYS = 50_000
"""The keys of a stream that are compared between requests. Their hashes take 5 MB."""


@dataclass(frozen=True)
class ReportKey:
    """The columns that identify a row within the reports of one stream.

    Attributes:
        columns: all fields of the key, except those that `ReportRows` stamps on the rows.
        ids: the fields that are ids and may be empty.
        refused: returns the columns that Pinterest refuses for an account.
        breakdowns: the columns that divide an entity, such as targeting values; they may be empty.
        entity: the field that gets the id under which a file lists a row, if Pinterest refuses the column of this name;
            empty if there is no such field.
    """

    columns: tuple[str, ...]
    ids: tuple[str, ...] = ()
    refused: Callable[[str], frozenset[str]] = lambda _: frozenset()
    breakdowns: tuple[str, ...] = (TARGETING_TYPE, TARGETING_VALUE)
    entity: str = ""

    @property
    def optional(self) -> frozenset[str]:
        return frozenset((*self.ids, ENTITY_ID, *self.breakdowns))


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the rows of one response may be about.

    Attributes:
        key: the columns that identify a row.
        optional: the fields of the key that may be empty.
        texts: the columns that hold text, including ids.
        window: the days to emit; None if the rows have no day.
        requested: the requested days. Rows of requested days outside of `window` are dropped without a warning.
        day: the column with the day.
        granularity: the time that a row covers. How Pinterest writes another time than a day is not known.
        account: the ad account of the request; empty if it has none.
        currency: the currency of the ad account, which each row gets; None if it is unknown.
        entities: the requested ids in the first field of the key; None if the response covers all of an account.
        is_elsewhere: returns whether another request for the window had a key, by its hash.
    """

    key: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    window: DateWindow | None = None
    requested: DateWindow | None = None
    day: str = DATE
    granularity: Granularity = Granularity.DAY
    account: str = ""
    currency: str | None = None
    entities: frozenset[str] | None = None
    is_elsewhere: Callable[[int], bool] = lambda _: False


class RowGate:
    """The gate that each row of a stream's responses and reports passes as it is parsed.

    Args:
        stream: the stream.
    """

    def __init__(self, stream: PinterestStream) -> None:
        self._stream = stream

    def bundles(self, rows: Iterable[Record], expected: Expected) -> Iterator[Bundle]:
        """Return rows as bundles, equal ones once.

        Args:
            rows: those of a response.
            expected: what the rows may be about.

        Raises:
            MalformedResponseError: as `records`.
        """
        keys = ResponseKeys(self._stream, expected)
        bundles = spooled(bundles_of(self._stream.name, self._expected_rows(rows, expected, keys), keys.admits))
        keys.finish()
        return bundles

    def records(self, rows: Iterable[Record], expected: Expected) -> list[Record]:
        """Return the rows of a response that were asked for, equal ones once.

        Raises:
            MalformedResponseError: many rows lack their key, an id of a key is not exact, a row names another ad
                account, or the day of a week or month was not requested.
        """
        keys = ResponseKeys(self._stream, expected)
        wanted = self._expected_rows(rows, expected, keys)
        admitted = [row for row in wanted if keys.admits(row, serialised(row))]
        keys.finish()
        return admitted

    def _expected_rows(self, rows: Iterable[Record], expected: Expected, keys: "ResponseKeys") -> Iterator[Record]:
        """Yield the rows of the expected days, account and entities, with texts and numbers in their columns.

        Other rows are dropped with a warning.
        """
        account, entities, window = expected.account, expected.entities, expected.window
        day_column, entity_column = expected.day, expected.key[0]
        wanted_day = cache(partial(self._wanted_day, expected, window)) if window else str
        for row in self._written(rows, expected):
            if account:
                _write_account(row, account)
            if window and (day := row.get(day_column)) not in _EMPTY:
                row[day_column] = wanted = wanted_day(str(day))
                if wanted is None:
                    keys.leave_out(f"{day!r} is not a day written as YYYY-MM-DD.", day_column)
                if not wanted:
                    continue
            entity = row.get(entity_column)
            if entities is None or entity in entities or entity in _EMPTY:
                yield row
            else:
                self._warn("others", f"sent rows of ids that were not asked for, such as {entity}. They are left out.")

    def _written(self, rows: Iterable[Record], expected: Expected) -> Iterator[Record]:
        """Yield the rows with texts and numbers in their columns, the currency, and substitutes of empty ids."""
        texts = expected.texts
        added = {CURRENCY: expected.currency} if expected.currency else {}
        substitutes = [(column, _SUBSTITUTES[column]) for column in expected.key if column in _SUBSTITUTES]
        for row in rows:
            for column, other in substitutes:
                if row.get(column) in _EMPTY and row.get(other) not in _EMPTY:
                    row[column] = row[other]
            write_texts(row, texts)
            row.update(added)
            yield row

    def _wanted_day(self, expected: Expected, wanted: DateWindow, sent: str) -> str | None:
        """Return the day of a row as its record has it; empty if such rows are dropped, None if it is no day.

        Raises:
            MalformedResponseError: the rows are of weeks or months, and the day was not requested: they may begin on
                other days than is assumed.
        """
        is_daily = expected.granularity is Granularity.DAY
        requested = expected.requested or wanted
        day = sent if expected.granularity is Granularity.HOUR else without_midnight(sent)  # which may be an hour
        try:
            first_day = parse_day(day if is_daily else day[:_DAY_LENGTH])
        except ValueError:
            return None if is_daily else day
        if not _covers(requested, first_day, expected.granularity):
            if expected.granularity in (Granularity.WEEK, Granularity.MONTH):
                weekday = first_day.day_of_week.name.capitalize()
                sentence = f"A row has the {expected.day} {day}, a {weekday}, outside of {requested}."
                raise FormError(sentence)
            others = f"rows of days that were not asked for, such as {day} for {requested}"
            self._warn("other days", f"sent {others}. They are left out.")
        return day if _covers(wanted, first_day, expected.granularity) else ""

    def _warn(self, about: str, what: str) -> None:
        self._stream.notices.warn(about, f"Pinterest {what}")


class ResponseKeys:
    """The keys of the rows of one response. It keeps hashes, since a report may have a million rows.

    Args:
        stream: the stream.
        expected: has the columns of the key.
    """

    def __init__(self, stream: PinterestStream, expected: Expected) -> None:
        self._stream, self._expected = stream, expected
        self._data: dict[int, int] = {}  # of each key, the data of its first row
        self._other_data: set[int] = set()  # of later rows
        self._copied: dict[int, str] = {}  # the keys with several rows, of which a warning names the first
        self._left_out = 0  # rows without their key
        self._lack: FormError | None = None  # of the first of them

    def admits(self, row: Record, data: bytes) -> bool:
        """Return whether to emit a row: it has its key, and no row before was the same.

        Args:
            row: the row.
            data: the row, serialised.

        Raises:
            MalformedResponseError: a field of the key is an object or a list.
        """
        values = tuple([row.get(column) for column in self._expected.key])
        try:
            key = hash(values)
        except TypeError as error:
            raise FormError("A part of a row's key is an object or a list.") from error
        if (None in values or "" in values) and (missing := self._missing(values)):
            self.leave_out(f"A row has no {' and no '.join(missing)}.", ", ".join(missing))
            return False
        content = hash(data)
        if key not in self._data:
            self._data[key] = content
            if self._expected.is_elsewhere(key):
                self._note_copy(key, values)
            return True
        if content == self._data[key] or content in self._other_data:
            equal = f"Pinterest sent rows twice, such as one of {_listed(values)}. One of them is used."
            self._stream.notices.warn("equal rows", equal)
            return False
        self._other_data.add(content)
        self._note_copy(key, values)
        return True

    def _note_copy(self, key: int, values: tuple[Any, ...]) -> None:
        self._copied.setdefault(key, _listed(values) if len(self._copied) < _NAMED_KEYS else "")

    def _missing(self, values: tuple[Any, ...]) -> list[str]:
        fields = zip(self._expected.key, values, strict=True)
        return [name for name, value in fields if value in _EMPTY and name not in self._expected.optional]

    def leave_out(self, sentence: str, field: str) -> None:
        """Count a row without its key.

        Args:
            sentence: what it lacks.
            field: the field that it lacks.
        """
        self._left_out += 1
        self._lack = self._lack or FormError(sentence)

    def finish(self) -> None:
        """Warn of the rows without their key, and of the keys with several rows, also in other requests for the window.

        Raises:
            MalformedResponseError: no row has its key, or more than a tenth lack it: the rows have another form.
        """
        if self._lack:
            rows = self._left_out + len(self._data) + len(self._other_data)
            if not self._data or self._left_out > max(1, _SPARED * rows):
                raise self._lack
            account, window = self._expected.account, self._expected.window
            about = (f" of ad account {account}" if account else "") + (f" for {window}" if window else "")
            left_out = f"rows{about} without their key: {self._left_out:,} of {rows:,}. They are left out."
            self._stream.notices.warn(left_out, f"{left_out} {self._lack}")
        self._warn_of_copies()

    def _warn_of_copies(self) -> None:
        if not self._copied:
            return
        named = list(filter(None, self._copied.values()))
        more = f" and {len(self._copied) - len(named):,} more" if len(self._copied) > len(named) else ""
        columns, keys = ", ".join(self._expected.key), f"{len(self._copied):,} of {len(self._data):,} keys"
        warning = (
            f"Pinterest sent several rows that have the same key ({columns}), {keys}: {'; '.join(named)}{more}. All "
            "rows are emitted. A destination that replaces rows keeps one row of each key."
        )
        self._stream.notices.warn(warning, warning)


def _write_account(row: Record, account: str) -> None:
    """Write the ad account of the request into a row that names none.

    Raises:
        MalformedResponseError: the row names another one.
    """
    named = row.get(AD_ACCOUNT_ID)
    if named != account and named not in _NO_ACCOUNT:
        raise MalformedResponseError(f"A row names ad account {named}, not {account}.")
    row[AD_ACCOUNT_ID] = account


def _covers(window: DateWindow, day: Date, granularity: Granularity) -> bool:
    """Return whether a day lies in a window, or in a week or month that overlaps it."""
    whole = granularity.outward(window)
    return whole.start <= day <= whole.end


def _listed(values: tuple[Any, ...]) -> str:
    return ", ".join(map(str, values))


@dataclass(frozen=True)
class ReportRows:
    """Turns the report files of one stream into bundles.

    Attributes:
        stream: the stream's name.
        gate: the stream's gate.
        key: the columns that identify a row.
        columns: the requested columns.
        stamped: fields that get the request's `start_date` or `end_date`.
        currency_of: returns the currency of an ad account.
        filters_differ: whether a window has several requests with different filters. No row should be in two.
        requests_of: the number of the request that first had a key, by the hash of the key.
    """

    stream: str
    gate: RowGate
    key: ReportKey
    columns: tuple[str, ...]
    stamped: Mapping[str, str] = field(default_factory=dict)
    currency_of: Callable[[str], str | None] = lambda _: None
    filters_differ: bool = False
    requests_of: dict[int, int] = field(default_factory=dict)

    def bundles(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterable[Bundle]:
        """Return the rows of a file as bundles.

        Ids, names and targeting values become strings.

        Raises:
            MalformedResponseError: the file is not a report.
        """
        expected = self._expected(request)
        if self.filters_differ:
            expected = replace(expected, is_elsewhere=partial(self._is_elsewhere, request.number))
        return self.gate.bundles(self._completed(request, rows), expected)

    def _expected(self, request: ReportRequest) -> Expected:
        always = ID_COLUMNS if self.key.ids else ()  # Pinterest may send ids that were not requested
        texts = (*self.key.columns, AD_ACCOUNT_ID, TARGETING_VALUE, *text_columns(self.columns), *always)
        return Expected(
            key=self.key.columns,
            optional=self.key.optional,
            texts=tuple(dict.fromkeys(texts)),
            window=request.window if DATE in self.key.columns else None,
            requested=request.requested_window,
            granularity=Granularity(request.body["granularity"]),
            account=request.ad_account_id,
            currency=self.currency_of(request.ad_account_id),
        )

    def _is_elsewhere(self, request: int, key: int) -> bool:
        """Return whether another request had a key. A request that is read again has its own keys."""
        if len(self.requests_of) >= _COMPARED_KEYS:
            return self.requests_of.get(key, request) != request
        return self.requests_of.setdefault(key, request) != request

    def _completed(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterator[Record]:
        """Give each optional field of a row's key a value, the empty string if it has none, and stamp the row."""
        days = dict(zip((START, END), request.window.as_pair(), strict=True))
        stamps = {name: days[day] for name, day in self.stamped.items()}
        optional = (*self.key.ids, *(column for column in self.key.breakdowns if column in self.key.columns))
        lacks_entity = self.key.entity in self.key.refused(request.ad_account_id)
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
