"""The gate that rows of analytics pass, and the bundles of a report file.

No bundle is emitted before the last row of a response or file has been checked.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import compress, islice
from typing import Any

from pendulum import Date

from source_pinterest.api.errors import (
    FormError,
    MalformedResponseError,
    SliceError,
)
from source_pinterest.api.rows import Record, write_numbers, write_texts
from source_pinterest.columns import (
    AD_ACCOUNT_ID,
    CURRENCY,
    DATE,
    ENTITY_ID,
    HOUR,
    ID_COLUMNS,
    ITEM_ID,
    TARGETING_TYPE,
    TARGETING_VALUE,
    number_columns,
    text_columns,
)
from source_pinterest.dates import DateWindow, Granularity, parse_day, without_midnight
from source_pinterest.engine.bundles import Bundle, bundles_of, serialised, spooled
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.reporting.file import Filed
from source_pinterest.streams.base.stream import PinterestStream

_SUBSTITUTES = {"AD_ID": "PIN_PROMOTION_ID", ITEM_ID: ENTITY_ID}
"""The column that replaces an empty id column: its older name, or the entity under which a file lists the row."""

_EMPTY = (None, "")
_NO_ACCOUNT = (*_EMPTY, "0")
_DAY_LENGTH = len("2026-01-31")

_FEW_KEYS = 10
"""So many keys of a response may have several rows, however few keys it has. Of more, it may be half of the keys."""

_NAMED_KEYS = 100
"""A warning names so many keys: more than a keyword has in the days of a request."""


@dataclass(frozen=True)
class ReportKey:
    """The columns that identify a row within the reports of one stream.

    Attributes:
        columns: all fields of the key, except those that `ReportRows` stamps on the rows.
        ids: the fields that are ids and may be empty.
        refused: returns the columns that Pinterest refuses for an account.
        breakdowns: the columns that divide an entity, such as targeting values; they may be empty.
        entity: the field that the id under which a file lists a row replaces if Pinterest refuses the column.
    """

    columns: tuple[str, ...]
    ids: tuple[str, ...] = ()
    refused: Callable[[str], frozenset[str]] = lambda _: frozenset()
    breakdowns: tuple[str, ...] = (TARGETING_TYPE, TARGETING_VALUE)
    entity: str = ""

    @property
    def optional(self) -> frozenset[str]:
        """The fields that may be empty."""
        return frozenset((*self.ids, ENTITY_ID, *self.breakdowns))


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the rows of one response may be about.

    Attributes:
        key: the columns that identify a row.
        optional: the fields of the key that may be empty.
        texts: the columns that hold text, including ids.
        numbers: the columns that hold numbers.
        days: the days to emit; None if the rows have no day.
        requested: the requested days. Rows of those that are not in `days` are dropped without a warning.
        day: the column with the day.
        granularity: the time that a row covers. Only the form of a single day is known.
        account: the ad account of the request; empty if it has none.
        currency: the currency of the ad account, which each row gets; None if it is unknown.
        entities: the requested ids in the first field of the key; None if the response covers all of an account.
    """

    key: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    numbers: frozenset[str] = frozenset()
    days: DateWindow | None = None
    requested: DateWindow | None = None
    day: str = DATE
    granularity: Granularity = Granularity.DAY
    account: str = ""
    currency: str | None = None
    entities: frozenset[str] | None = None


class RowGate:
    """The gate that each row of a stream's responses and reports passes as it is parsed.

    Args:
        stream: the stream.
    """

    def __init__(self, stream: PinterestStream) -> None:
        self._stream = stream

    def bundles(self, rows: Iterable[Record], expected: Expected) -> Iterator[Bundle]:
        """Return the rows of a response as bundles, as `records` does. `asked_for` has returned the rows.

        Raises:
            MalformedResponseError: as `asked_for` and `records`.
            SliceError: as `records`.
        """
        keys = ResponseKeys(self._stream, expected)
        bundles = spooled(bundles_of(self._stream.name, keys.checked(rows), keys.admits))
        return keys.without_withheld(bundles)

    def records(self, rows: Iterable[Record], expected: Expected) -> list[Record]:
        """Return the rows of a response that were asked for, each once.

        If rows of one key differ, and the destination replaces rows by their key, none of these rows is returned, and
        a warning names the key. Other destinations get all of them.

        Raises:
            MalformedResponseError: as `asked_for`, or a field of the key is missing or no plain value.
            SliceError: the rows have another grain than their key. At least half of the keys, and more than a
                few, have several rows, and the destination replaces rows by their key.
        """
        keys = ResponseKeys(self._stream, expected)
        checked = keys.checked(self.asked_for(rows, expected))
        return keys.rows_without_withheld([row for row in checked if keys.admits(row, serialised(row))])

    def asked_for(self, rows: Iterable[Record], expected: Expected) -> Iterator[Record]:
        """Yield the rows of the expected days, account and entities, with texts and numbers in their columns.

        Other rows are dropped with a warning.

        Raises:
            MalformedResponseError: a day is not written as YYYY-MM-DD, an id of the key is not exact, or a row names
                another ad account.
        """
        texts, numbers, account = expected.texts, expected.numbers, expected.account
        added = {CURRENCY: expected.currency} if expected.currency else {}
        entities, entity = expected.entities, expected.key[0]
        day_column = expected.day if expected.days else None
        replaced = self._stream.notices.replacement
        days: dict[str, str] = {}
        older = _SUBSTITUTES.get(entity, "")
        for row in rows:
            if older and row.get(entity) in _EMPTY:
                row[entity] = row.get(older)
            write_texts(row, texts, expected.key, replaced)
            write_numbers(row, numbers, replaced)
            if day_column and (day := row.get(day_column)) not in _EMPTY:
                if (wanted := days.get(sent := str(day))) is None:
                    wanted = days[sent] = self._wanted_day(sent, expected)
                if not wanted:
                    continue
                row[day_column] = wanted
            if account and row.get(AD_ACCOUNT_ID) != account:
                _write_account(row, account)
            row.update(added)
            if entities is None or (found := row.get(entity)) in entities or found in _EMPTY:
                yield row
            else:
                self._warn("others", f"sent rows of ids that were not asked for, such as {found}. They are left out.")

    def _wanted_day(self, sent: str, expected: Expected) -> str:
        """Return the day of a row as its record has it; empty if such rows are dropped.

        Raises:
            MalformedResponseError: the rows are daily, and the day is not written as YYYY-MM-DD. Or they are of weeks
                or months, and the day was not requested: they may begin on other days than is assumed.
        """
        wanted, is_daily = expected.days, expected.granularity is Granularity.DAY
        requested = expected.requested or wanted
        if wanted is None or requested is None:
            return sent
        day = sent if expected.granularity is Granularity.HOUR else without_midnight(sent)  # which may be an hour
        try:
            found = parse_day(day if is_daily else day[:_DAY_LENGTH])
        except ValueError as error:
            if is_daily:
                sentence = f"{sent!r} is not a day written as YYYY-MM-DD."
                raise FormError(sentence, expected.day) from error
            return day
        if not _covers(requested, found, expected.granularity):
            if expected.granularity in (Granularity.WEEK, Granularity.MONTH):
                weekday = found.day_of_week.name.capitalize()
                sentence = f"A row has the {expected.day} {day}, a {weekday}, outside of {requested}."
                raise FormError(sentence, expected.day)
            others = f"rows of days that were not asked for, such as {day} for {requested}"
            self._warn("other days", f"sent {others}. They are left out.")
        return day if _covers(wanted, found, expected.granularity) else ""

    def _warn(self, about: str, what: str) -> None:
        self._stream.notices.warn(about, f"Pinterest {what}")


class ResponseKeys:
    """The keys of the rows of one response.

    It keeps hashes, since a report may have a million rows: of each key, and of the data of its first row.

    Args:
        stream: the stream.
        expected: has the columns of the key.
    """

    def __init__(self, stream: PinterestStream, expected: Expected) -> None:
        self._stream, self._expected = stream, expected
        self._keys: dict[int, None] = {}  # in the order of their first rows
        self._data = array("q")  # of these rows; a dictionary of all would need twice the memory
        self._data_by_key: dict[int, int] = {}  # filled when a key comes twice
        self._others: set[int] = set()  # the data of other rows, where the destination keeps every row
        self._withheld: dict[int, tuple[Any, ...]] = {}  # the keys whose rows differ, where it replaces rows

    def checked(self, rows: Iterable[Record]) -> Iterator[Record]:
        """Yield the rows, for `admits`. After the last one, warn of keys that are withheld.

        Raises:
            SliceError: these are at least half of the keys, and more than a few.
        """
        yield from rows
        withheld, keys = len(self._withheld), len(self._keys)
        if not withheld:
            return
        named = list(islice(self._withheld.values(), _NAMED_KEYS))
        if withheld > _FEW_KEYS and withheld * 2 >= keys:
            self._doubt(named[0])
        more = f" and {withheld - len(named):,} more" if withheld > len(named) else ""
        warning = (
            f"Pinterest sent rows that differ and have the same key ({', '.join(self._expected.key)}). They would "
            f"overwrite each other in the destination, so those of {withheld:,} of {keys:,} keys are left out: "
            f"{'; '.join(map(_listed, named))}{more}. All other rows are emitted."
        )
        self._stream.notices.warn(warning, warning)

    def admits(self, row: Record, data: bytes) -> bool:
        """Return whether to emit a row, as far as the rows up to it tell.

        Args:
            row: the row.
            data: the row, serialised.

        Raises:
            MalformedResponseError: a field of the key is missing, or is an object or a list.
            SliceError: the hour is missing, and the destination replaces rows by their key.
        """
        values = tuple([row.get(column) for column in self._expected.key])
        try:
            key = hash(values)
        except TypeError as error:
            raise FormError("A part of a row's key is an object or a list.", ", ".join(self._expected.key)) from error
        if (None in values or "" in values) and not self._is_complete(values):
            return True
        content = hash(data)
        if key in self._keys:
            return key not in self._withheld and self._admits_another(key, values, content)
        self._keys[key] = None
        self._data.append(content)
        return True

    def _admits_another(self, key: int, values: tuple[Any, ...], content: int) -> bool:
        """Return whether to emit a row whose key has come before."""
        newest_first = zip(reversed(self._keys), reversed(self._data), strict=True)
        self._data_by_key.update(islice(newest_first, len(self._keys) - len(self._data_by_key)))
        if content == self._data_by_key[key] or content in self._others:
            equal = f"Pinterest sent rows twice, such as one of {_listed(values)}. One of them is used."
            self._stream.notices.warn("equal rows", equal)
            return False
        if self._stream.merges_by_key:
            self._withheld[key] = values
            return False
        self._others.add(content)
        self._doubt(values)
        return True

    def _is_complete(self, values: tuple[Any, ...]) -> bool:
        """Return whether a key lacks only optional fields; False if it lacks the hour, and the destination appends.

        Raises:
            MalformedResponseError: another field is missing.
            SliceError: the hour is missing, and the destination replaces rows by their key.
        """
        fields = zip(self._expected.key, values, strict=True)
        missing = [name for name, value in fields if value in _EMPTY and name not in self._expected.optional]
        if missing == [HOUR]:
            self._doubt(values)
        elif missing:
            raise FormError(f"A row has no {' and no '.join(missing)}.", ", ".join(missing))
        return not missing

    def _doubt(self, values: tuple[Any, ...]) -> None:
        """Say that a key comes twice or is incomplete: warn once, since the rows are emitted.

        Raises:
            SliceError: the destination replaces rows by their key. It concerns one response, however often it occurs.
        """
        *others, last = self._expected.key
        columns = f"{', '.join(others)} and {last}" if others else last
        found = f"a response of Pinterest does not have one row per {columns}: {values} comes twice or is incomplete."
        if self._stream.merges_by_key:
            raise SliceError(
                f"{self._stream.name}: {found} None of its rows is used, because they would overwrite each other in "
                "the destination. The next sync asks for them again. If this happens again, please report it; a "
                "destination that appends gets such rows as they are.",
                is_isolated=True,
            )
        kept = "All of its rows are emitted, since the destination keeps each of them."
        self._stream.notices.warn("keys", f"{found} {kept}")

    def without_withheld(self, bundles: Iterator[Bundle]) -> Iterator[Bundle]:
        """Return bundles of the rows that were admitted, without those whose key is withheld by now."""
        return self._without_withheld(bundles) if self._withheld else bundles  # which keeps no hashes in memory

    def _without_withheld(self, bundles: Iterator[Bundle]) -> Iterator[Bundle]:
        is_kept = self._is_kept()
        for bundle in bundles:
            kept = list(islice(is_kept, bundle.count))
            if all(kept):
                yield bundle
            elif any(kept):
                lines = compress(bundle.lines.splitlines(keepends=True), kept)
                yield Bundle(bundle.stream, b"".join(lines), sum(kept))

    def rows_without_withheld(self, rows: list[Record]) -> list[Record]:
        """Return the rows that were admitted, without those whose key is withheld by now."""
        return list(compress(rows, self._is_kept())) if self._withheld else rows

    def _is_kept(self) -> Iterator[bool]:
        """Yield for each row that was admitted whether it is still emitted. It is the first of its key."""
        return (key not in self._withheld for key in self._keys)


def _write_account(row: Record, account: str) -> None:
    """Write the ad account of the request into a row that names none.

    Raises:
        MalformedResponseError: the row names another one.
    """
    if (named := row.get(AD_ACCOUNT_ID)) not in _NO_ACCOUNT:
        raise MalformedResponseError(f"A row names ad account {named}, not {account}.")
    row[AD_ACCOUNT_ID] = account


def _covers(window: DateWindow, day: Date, granularity: Granularity) -> bool:
    """Return whether a day lies in a window, or in a week or month that overlaps it."""
    return granularity.bucket_of(window.start).start <= day <= granularity.bucket_of(window.end).end


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
    """

    stream: str
    gate: RowGate
    key: ReportKey
    columns: tuple[str, ...]
    stamped: Mapping[str, str] = field(default_factory=dict)
    currency_of: Callable[[str], str | None] = lambda _: None

    def bundles(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterable[Bundle]:
        """Return the rows of a file as bundles.

        Ids, names and targeting values become strings.

        Raises:
            MalformedResponseError: the file is not a report.
            SliceError: the rows have another grain than their key.
        """
        expected = self._expected(request)
        asked_for = self.gate.asked_for(self._completed(request, rows), expected)
        return self.gate.bundles(self._stamped(request, asked_for), expected)

    def _expected(self, request: ReportRequest) -> Expected:
        return Expected(
            key=self.key.columns,
            optional=self.key.optional,
            texts=self._text_columns(),
            numbers=number_columns(self.columns),
            days=request.window if DATE in self.key.columns else None,
            requested=request.requested_window,
            granularity=Granularity(request.body["granularity"]),
            account=request.ad_account_id,
            currency=self.currency_of(request.ad_account_id),
        )

    def _stamped(self, request: ReportRequest, rows: Iterable[Record]) -> Iterator[Record]:
        days = dict(zip(("start_date", "end_date"), request.window.as_pair(), strict=True))
        stamps = {name: days[of] for name, of in self.stamped.items()}
        for row in rows:
            row.update(stamps)
            yield row

    def _completed(self, request: ReportRequest, rows: Iterable[Filed]) -> Iterator[Record]:
        """Give each optional field of a row's key a value: its substitute, or the empty string."""
        breakdowns = tuple(column for column in self.key.breakdowns if column in self.key.columns)
        lacks_entity = self.key.entity in self.key.refused(request.ad_account_id)
        for entity, row in rows:
            if lacks_entity and entity:
                row.setdefault(self.key.entity, entity)
            if self.key.ids:
                row[ENTITY_ID] = entity
            for column in self.key.ids:
                if row.get(column) in _EMPTY:
                    row[column] = (column in _SUBSTITUTES and row.get(_SUBSTITUTES[column])) or ""
            for column in breakdowns:
                if row.get(column) is None:
                    row[column] = ""
            yield row

    def _text_columns(self) -> tuple[str, ...]:
        always = ID_COLUMNS if self.key.ids else ()  # Pinterest may send ids that were not requested
        names = (*self.key.columns, AD_ACCOUNT_ID, TARGETING_VALUE, *text_columns(self.columns), *always)
        return tuple(dict.fromkeys(names))
