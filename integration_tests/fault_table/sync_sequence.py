"""Courses of syncs on which faults of the table fall, or faults of one item; each COMPLETE stream holds the truth."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from airbyte_cdk.sources.streams import Stream

from integration_tests.fault_table.columns import Column
from integration_tests.fault_table.outcomes import CallPosition
from integration_tests.fault_table.rows import Row
from integration_tests.fault_table.world import OPTIONS, PAGE_CAP, small_world
from integration_tests.simulator import FaultKind
from integration_tests.support.assertions import assert_succeeded, key_of, without_nulls
from integration_tests.support.catalogs import CURSOR_FIELDS
from integration_tests.support.days import last_final_day
from integration_tests.support.expected_records import Key
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pauses import SHORT_POLLS, PassingPauses
from integration_tests.support.pinterest import Simulator
from integration_tests.support.secrets import assert_no_secret
from integration_tests.support.sync_sequences import APPEND, MERGE, SyncSequence, has_cursor
from source_pinterest.api.retries import BackoffDelays

_LOOKBACK_DAYS = 33
"""By default, where the destination merges."""
_SHOWN = 5
LONGEST_LOOKBACK_DAYS = 89
"""Together with two days between two syncs, it reaches into the days that only reports have."""
_NOT_PLAYED = {FaultKind.ACCOUNT_VANISHES, FaultKind.NEVER_ANSWERS}
"""The first never ends, and the second takes too long."""
_FEW_WAITS = {"max_retries": 1, "max_wait_minutes": 0.01, "report_timeout_minutes": 0.01}
OWNERS = ("board_id", "feed_id", "ad_account_id", "AD_ACCOUNT_ID", "ad_group_id", "parent_id", "trend_type", "region")
"""The fields that name what a record is skipped with in one sync; the next one has it."""


@dataclass(frozen=True)
class InjectedFault:
    """A fault that stays for some syncs.

    Attributes:
        first: the sync in which it begins.
        last: the last sync that it hits.
        what: its description, for a test that fails.
        start: adds it to a simulated Pinterest.
        on: the operation that it hits, if it is of the fault table.
        row: of the fault table, whose config and settings the syncs have.
        kill: the share of a sync's messages after which it is killed; 1 if it is not.
    """

    first: int
    last: int
    what: str
    start: Callable[[Simulator], object] = field(repr=False)
    row: Row | None = field(default=None, repr=False)
    on: str = ""
    kill: float = 1

    @classmethod
    def of_the_table(cls, row: Row, column: Column, place: CallPosition, first: int, last: int) -> Self:
        """Return a cell of the fault table, at one place."""
        world = small_world()
        if place is CallPosition.ALL_BUT_FIRST:
            fault = column.lasting_fault(row.kind, world, row.details, of_one=row.rejects)
        else:
            fault = column.fault(row.kind, place, world, row.details)
        return cls(first, last, f"{row.fault}, {column.name}, {place}", lambda sim: sim.add_fault(fault), row, fault.on)


class FaultSequence(SyncSequence):
    """Some syncs of some streams on which faults fall, and one more without a fault.

    Before each sync, late conversions change the numbers of the days that it reads again.

    Args:
        columns: the kinds of stream.
        destination: append, append_dedup or overwrite.
        lookback_days: the option; None for its default.
        days: the days that pass before each sync.
        injected_faults: the faults.
        waits: whether a sync that is hit waits and tries again as often as by default.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        destination: str,
        lookback_days: int | None,
        days: Sequence[int],
        injected_faults: Sequence[InjectedFault],
        *,
        waits: bool = False,
    ) -> None:
        super().__init__(small_world(), [column.stream for column in columns], destination, page_cap=PAGE_CAP)
        self._columns, self._passing, self._incidents, self._waits = columns, days, injected_faults, waits
        self._lookback, self._days = lookback_days, list[date]()
        self._start = min(column.start(self.world) for column in columns)

    def __repr__(self) -> str:
        kinds = [column.name for column in self._columns]
        return f"FaultSequence({kinds}, {self.destination}, {self._lookback}, {self._passing}, {self._incidents})"

    def run(self) -> None:
        """Play the syncs that are left. The last one completes every stream."""
        for _ in self._passing[len(self.outputs) :]:
            self.sync()
        assert_succeeded(self.outputs[-1], self.streams)

    def sync(self) -> Output:
        """Play the next sync; each stream that is COMPLETE holds the truth."""
        number = len(self.outputs)
        days, injected_faults = self._passing[number], self._at(number)
        rows = [one.row for one in injected_faults if one.row]
        few = {} if self._waits or not injected_faults else _FEW_WAITS
        lookback = {} if self._lookback is None else {"lookback_days": self._lookback}
        start, gone = str(self._start), sorted(self._gone())
        self.options = {"start_date": start, **OPTIONS, "exclude_account_ids": gone, **few, **lookback}
        self.options |= {name: value for row in rows for name, value in row.config.items()}

        def prepare(sim: Simulator) -> None:
            if days:
                self.world.restate(days_back=days + (self._lookback_days if self.destination == MERGE else 1))
            for one in injected_faults:
                one.start(sim)

        settings = {name: value for row in rows for name, value in row.settings.items()}
        kill = min((one.kill for one in injected_faults), default=1)
        output = self.read(sum(self._passing[: number + 1]), prepare, kill, **settings)
        assert_no_secret(output, self.secrets)
        self._days.append(self.world.today)
        for column in self._columns:
            if output.status(column.stream) == "COMPLETE":
                self._assert_holds_the_truth(column)
        Stream.get_json_schema.cache_clear()
        return output

    def pauses(self, sim: Simulator) -> BackoffDelays:
        """Pinterest's clock passes in the pauses of a sync whose fault ends by itself."""
        lasts = any(one.row and "lasts" in one.row.details for one in self._at(len(self.outputs)))
        return PassingPauses(**SHORT_POLLS, advance=sim.advance) if lasts else super().pauses(sim)

    @property
    def _lookback_days(self) -> int:
        """How many days before the last sync each sync reads again."""
        return _LOOKBACK_DAYS if self._lookback is None else self._lookback

    def _at(self, number: int) -> list[InjectedFault]:
        """The faults that fall on a sync."""
        return [one for one in self._incidents if one.first <= number <= one.last]

    def _gone(self) -> set[str]:
        """The ad accounts that are gone."""
        every = range(self.world.ad_accounts)
        return {self.world.account_id(one) for one in every if one not in self.world.account_indexes()}

    def _assert_holds_the_truth(self, column: Column) -> None:
        """A table has every record, whole and once, but for those that a warning names."""
        expected_records, table = self._expected_records(column), self.table(column.stream, column.known_as)
        found = {key_of(column.known_as, record): record for record in table}
        marked = {key for key, record in found.items() if record.get("is_readable") is False}  # the record says so
        is_of_today = (
            has_cursor(column.stream) or self.outputs[-1].records[column.stream]
        )  # else of an attempt days ago
        lacking = [
            key
            for key, record in expected_records.items()
            if key not in marked and (found.get(key) != without_nulls(record) if is_of_today else key not in found)
        ]
        twice = [record for record in table if record is not found[key_of(column.known_as, record)]]
        trouble = {
            "missing without a word": [key for key in lacking if not self._is_named(column, expected_records[key])],
            "invented": [
                key for key in found if key not in expected_records and self._gone().isdisjoint(found[key].values())
            ],
            "twice without a word": [
                key_of(column.known_as, record) for record in twice if not self._may_come_twice(column, record)
            ],
        }
        told = {name: (len(keys), keys[:_SHOWN]) for name, keys in trouble.items() if keys}
        assert not told, f"{column.name}, sync {len(self.outputs) - 1}: {told}"

    def _expected_records(self, column: Column) -> Mapping[Key, Record]:
        """The records of a perfect destination today; one that appends has the days that are final."""
        is_held_back = self.destination == APPEND and has_days(column)
        last = last_final_day(column.stream, self.world.today) if is_held_back else None
        return column.expected_records(self.world, start=self._start, end=last)

    def _warnings(self, column: Column) -> list[tuple[date, str]]:
        """The warnings of a stream, each with the day of its sync."""
        days = zip(self._days, self.outputs, strict=True)
        own = f"{column.stream}: "
        return [(day, text) for day, output in days for text in output.warnings() if text.startswith(own)]

    def _is_named(self, column: Column, record: Record) -> bool:
        """Whether a warning names a record that the table lacks."""
        own = self._warnings(column)
        now = " ".join(text for text in self.outputs[-1].warnings() if text.startswith(f"{column.stream}: "))
        owners = [str(record[name]) for name in OWNERS if name in record]
        gone = re.compile(rf"{record.get('pin_id') or record.get('CAMPAIGN_ID')} is skipped")
        return (
            any(re.search(rf"{owner}(,| is skipped| was deleted)", now) for owner in map(re.escape, owners))
            or f"pin {record.get('pin_id')} can't be read" in now
            or any(gone.search(text) for day, text in own if _day_of(record) <= str(day))
        )

    def _may_come_twice(self, column: Column, record: Record) -> bool:
        """Whether a warning names the day or the board of a record as one that is repeated."""
        told = [text for _, text in self._warnings(column) if "twice" in text]
        if day := _day_of(record):
            spans = [span for text in told for span in re.findall(r"the days (\S+) to (\S+) were", text)]
            return any(first <= day <= last for first, last in spans)
        return any(str(record.get("board_id")) in text for text in told)


def may_be_played(row: Row) -> bool:
    """Return whether a course can have a row of the fault table."""
    return row.kind not in _NOT_PLAYED and "lasts" not in row.details


def from_a_state(row: Row, column: Column, place: CallPosition) -> FaultSequence:
    """Return a course whose second sync has the fault and reads almost all days again, which have other numbers now."""
    injected_fault = InjectedFault.of_the_table(row, column, place, first=1, last=1)
    return FaultSequence((column,), MERGE, LONGEST_LOOKBACK_DAYS, (0, 2, 0), (injected_fault,))


def has_days(column: Column) -> bool:
    """Whether the cursor of a stream is a day."""
    return has_cursor(column.stream) and str(CURSOR_FIELDS.get(column.stream, "DATE")).lower() == "date"


def _day_of(record: Record) -> str:
    """The day of a row of analytics, "" of any other record."""
    return str(record.get("DATE") or record.get("date") or "")
