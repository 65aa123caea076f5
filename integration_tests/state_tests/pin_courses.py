"""Courses of syncs of pin analytics: what Pinterest had of each pin on each day, and what has arrived."""

import random
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from airbyte_cdk.models import Type

from integration_tests.simulator import Fault, FaultKind
from integration_tests.simulator.organic.pin_analytics import is_picture
from integration_tests.support.assertions import without_nulls
from integration_tests.support.days import last_final_day
from integration_tests.support.interrupted import killed, with_every_state
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import State, run_sync

STREAM = "pin_analytics"
APPEND, MERGE = "append", "append_dedup"
ONE, BATCH = "pins/analytics", "multi_pins/analytics"
HISTORY_DAYS = 89
LOOKBACK_DAYS = 33
"""What each sync reads again where the destination merges."""
IDLE_AFTER_DAYS = 7
"""A day that is older and has no row had no activity."""
FULL_PASS_DAYS = 8
"""With the option Only Pins with Activity, all pins have been read after so many days."""
OUTAGE = 5
"""So many pins that fail in a row may be taken for an outage."""

REFUSED = FaultKind.UNAUTHORIZED
ODD = (
    FaultKind.SERVER_ERROR,
    FaultKind.UNAVAILABLE,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.ERROR_WITH_200,
    FaultKind.BAD_GATEWAY_HTML,
    FaultKind.NOT_FOUND_EMPTY,
    FaultKind.LAST_90_DAYS_400,
    FaultKind.OTHER_FORM,
    FaultKind.CUT_BODY,
    FaultKind.RESET_BEFORE_BODY,
)
"""What one pin may answer for days, while all others are well."""

Key = tuple[str, str, str]
"""The ad account of an owner, or "" for the token's own user; the pin; the day."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What goes wrong in a sync. Pins are numbered by owner, then by id.

    Attributes:
        pins: the pins that answer with a fault.
        outage: the fault with which all answer.
        absent: the pins that responses about several lack.
        unlisted: the pins that the list lacks.
        late: for how many of its newest days a pin has no rows yet.
        quota: how many requests for analytics are answered, before Pinterest wants two hours to pass.
        kill: the share of its messages after which the sync is killed.
        shuffle: whether lists and responses come in another order.
    """

    pins: Mapping[int, FaultKind] = field(default_factory=dict)
    outage: FaultKind | None = None
    absent: frozenset[int] = frozenset()
    unlisted: frozenset[int] = frozenset()
    late: Mapping[int, int] = field(default_factory=dict)
    quota: int | None = None
    kill: float = 1
    shuffle: bool = False

    @property
    def refused(self) -> set[int]:
        """The pins that Pinterest itself refuses."""
        return {pin for pin, kind in self.pins.items() if kind is REFUSED}

    @property
    def ends_early(self) -> bool:
        """Whether the sync may not reach every pin."""
        may_be_outage = len({*self.pins, *self.absent} - self.refused) >= OUTAGE
        return bool(self.outage) or self.quota is not None or self.kill < 1 or may_be_outage

    @property
    def is_none(self) -> bool:
        """Whether every response is right and whole."""
        return self == Trouble(late=self.late, shuffle=self.shuffle)


class PinCourse:
    """A world of pins, syncs one after another, and the books of both.

    Args:
        destination: append or append_dedup.
        pins: how many each owner has.
        owners: more than one take the option Organic Content per Ad Account.
        batch: whether one request may name many pins.
        only_active: the option Only Pins with Activity.
        start: the days before the first sync that are wanted; None for the default start date, which moves.
        **settings: of the simulator.

    Attributes:
        arrived: the rows of the destination.
        state: the last one.
        requests: the pins that each request for analytics of the last sync named.
    """

    def __init__(
        self,
        destination: str,
        *,
        pins: int = 6,
        owners: int = 1,
        batch: bool = False,
        only_active: bool = False,
        start: int | None = 20,
        **settings: Any,
    ) -> None:
        self.world = World(
            boards=1, pins_per_board=pins, sections_per_board=0, ad_accounts=owners, shared_ad_accounts=owners - 1
        )
        self.arrived: dict[Key, Record] = {}
        self.state: State | None = None
        self.requests: list[tuple[str, ...]] = []
        self._destination, self._start_days = destination, start
        self._options: dict[str, Any] = {"max_retries": 0, "max_wait_minutes": 0.01}
        self._options |= {"organic_per_ad_account": True} if owners > 1 else {}
        self._options |= {"pin_analytics_only_active": True} if only_active else {}
        self._only_active = only_active
        self._settings = {"open_betas": [BATCH] if batch else [], "profile": "ample", **settings}
        self._begun, self._first = (
            self.world.now,
            self.world.today - timedelta(days=HISTORY_DAYS if start is None else start),
        )
        self._owners = [self.world.account_id(index) for index in range(owners)] if owners > 1 else [""]
        self.pins = [(owner, pin) for owner in self._owners for pin in sorted(self._pins_of(owner), key=int)]
        self._hidden: frozenset[str] = frozenset()
        self._lost: set[Key] = set()
        self._is_resumed = False
        self._passed_over: set[tuple[str, str]] = set()  # by a pass that has not ended, since the list lacked them

    def sync(self, day: int, trouble: Trouble | None = None, **troubles: Any) -> Output:
        """Run a sync some days after the first one, and check what it brings.

        Each row is one that Pinterest has. Where the destination appends, it is final and comes once. A stream that is
        COMPLETE has brought everything but what is owed; one that is not has brought all of the pins that
        answer, unless the sync ended early.
        """
        trouble = trouble or Trouble(**troubles)
        self.world.now = self._begun + timedelta(days=day)
        truth, before = self._truth(trouble), dict(self.arrived)
        with Simulator(self.world, **self._settings) as sim:
            self._prepare(sim, trouble)
            with with_every_state() if trouble.kill < 1 else nullcontext():
                output = run_sync(
                    sim, [STREAM], destination=self._destination, config=self._config(sim), state=self.state
                )
            self.requests = [
                tuple(entry.values("pin_ids") or [entry.path.split("/")[-2]])
                for entry in sim.log
                if entry.operation_id in {ONE, BATCH}
            ]
        records = output.records.get(STREAM, [])
        if trouble.kill < 1:
            output, records = killed_with(output, STREAM, trouble.kill)
        self._take(records, truth)
        self.state = {**(self.state or {}), **output.states}
        self._forgive(trouble, before)
        is_complete = output.status(STREAM) == "COMPLETE"
        if trouble.is_none:
            assert is_complete or self._failures(), output.text()
        if is_complete or not trouble.ends_early:
            self._assert_arrived(truth, excused=self._excused(trouble))
        is_begun = trouble.ends_early and not is_complete
        self._is_resumed = is_begun and (self._is_resumed or bool(trouble.late))
        self._passed_over = (self._passed_over | self._unlisted(trouble)) if is_begun else set()
        return output

    def rest(self, numbers: Iterable[int]) -> None:
        """Have pins without any activity, neither in the list's totals nor in days."""
        self.world.active_since |= {self.pins[number][1]: date.max for number in numbers}

    def hide_metrics(self, names: Iterable[str]) -> None:
        """Have rows without these metrics."""
        self._hidden = frozenset(names)

    @property
    def videos(self) -> list[int]:
        """The pins with a video."""
        return [number for number, (_, pin) in enumerate(self.pins) if not is_picture(self.world, pin)]

    def assert_complete(self) -> None:
        """Everything that Pinterest has is there."""
        self._assert_arrived(self._truth(Trouble()), excused=set())

    @property
    def owed(self) -> dict[str, Mapping[str, Any]]:
        """The pins that the state owes."""
        state = (self.state or {}).get(STREAM, {})
        return {entry["pin_id"]: entry for entry in state.get("skipped", ())}

    def rows_of(self, number: int) -> list[Key]:
        """The keys of a pin's rows that have arrived."""
        return sorted(key for key in self.arrived if key[:2] == self.pins[number])

    def _pins_of(self, owner: str) -> Iterable[str]:
        return (pin for (pin,) in self.world.expected("pins", on_behalf_of=owner or None))

    @property
    def last_day(self) -> date:
        """The last day that a sync emits."""
        return last_final_day(STREAM, self.world.today) if self._destination == APPEND else self.world.today

    def _truth(self, trouble: Trouble) -> dict[Key, Record]:
        """The rows that a sync may emit today."""
        first = max(self._first, self.world.today - timedelta(days=HISTORY_DAYS))
        truth: dict[Key, Record] = {}
        for owner in self._owners:
            rows = self.world.records(STREAM, start=first, end=self.last_day, on_behalf_of=owner or None)
            stamp = {"ad_account_id": owner} if owner else {}
            truth |= {(owner, row["pin_id"], row["date"]): {**stamp, **self._shown(row)} for row in rows}
        late = {self.pins[number]: days for number, days in trouble.late.items()}
        return {
            key: row
            for key, row in truth.items()
            if key[2] <= str(self.world.today - timedelta(days=late.get(key[:2], 0)))
        }

    def _shown(self, row: Record) -> Record:
        metrics = {name: value for name, value in row["metrics"].items() if name not in self._hidden}
        return without_nulls({**row, "metrics": metrics})

    def _config(self, sim: Simulator) -> dict[str, Any]:
        start = None if self._start_days is None else str(self._first)
        return sim.config(start_date=start, **self._options)

    def _prepare(self, sim: Simulator, trouble: Trouble) -> None:
        for on in (ONE, BATCH):
            if trouble.quota is not None:
                sim.add_fault(Fault("rate_limited", on=on, after=trouble.quota, times=None, seconds=7_200))
            if trouble.outage:
                sim.add_fault(Fault(trouble.outage, on=on, times=None))
        for number, kind in trouble.pins.items():
            for on in (ONE, *self._settings["open_betas"]):
                sim.add_fault(Fault(kind, on=on, pin=self.pins[number][1], times=None))
        absent, unlisted = ({self.pins[number][1] for number in some} for some in (trouble.absent, trouble.unlisted))
        last_days = {
            self.pins[number][1]: str(self.world.today - timedelta(days=days)) for number, days in trouble.late.items()
        }
        sim.alter(
            "pins/list", lambda _, page: {**page, "items": [pin for pin in page["items"] if pin["id"] not in unlisted]}
        )
        sim.alter(ONE, lambda entry, body: _until(last_days.get(entry.path.split("/")[-2]), body))
        sim.alter(
            BATCH,
            lambda _, body: {
                pin: _until(last_days.get(pin), found) for pin, found in body.items() if pin not in absent
            },
        )
        if trouble.shuffle:
            dice = random.Random(str(self.world.today))  # noqa: S311 - to be repeated
            for on in ("pins/list", ONE, BATCH):
                sim.alter(on, lambda _, body: _shuffled(dice, body))

    def _take(self, records: Iterable[Record], truth: Mapping[Key, Record]) -> None:
        """Write the rows of a sync into the destination."""
        for row in records:
            key = (row.get("ad_account_id", ""), row["pin_id"], row["date"])
            assert row == truth.get(key), f"{key} is not what Pinterest has"
            if self._destination == APPEND:
                assert key not in self.arrived, f"{key} comes twice"
                assert row["data_status"] == "READY", f"{key} is not final"
            self.arrived[key] = row

    def _forgive(self, trouble: Trouble, before: Mapping[Key, Record]) -> None:
        """Note the days that no sync has to bring any more.

        A pass that Pinterest refuses a pin, or whose list lacks it, is over for this pin, and a response that lacks few
        of its pins is right; where the destination merges, the next passes read most of these days again.
        """
        kept = str(self.world.today - timedelta(days=LOOKBACK_DAYS))
        read = max((day for _, _, day in before), default="")
        truth = self._truth(Trouble())
        for number in {*trouble.refused, *trouble.unlisted, *self._absent_among_others(trouble)}:
            since = read if self.pins[number][1] in self.owed else ""
            for key, row in truth.items():
                is_over = since < key[2] if self._destination == APPEND else key[2] < kept
                if key[:2] == self.pins[number] and is_over and self.arrived.get(key) != row:
                    self._lost.add(key)

    def _absent_among_others(self, trouble: Trouble) -> Iterable[int]:
        """The pins that a response lacks which has as many others."""
        absent = {self.pins[number][1]: number for number in trouble.absent}
        for request in self.requests:
            if 2 * len(lacking := absent.keys() & request) <= len(request):
                yield from (absent[pin] for pin in lacking)

    def _excused(self, trouble: Trouble) -> set[tuple[str, str]]:
        """The pins whose days may come later: those with a fault, and those that the state keeps."""
        numbers = {*trouble.pins, *trouble.absent, *trouble.unlisted}
        owed = {found for found in self.pins if found[1] in self.owed}
        idle = set(self.pins) if self._only_active else set()
        return {self.pins[number] for number in numbers} | owed | idle | self._passed_over

    def _unlisted(self, trouble: Trouble) -> set[tuple[str, str]]:
        return {self.pins[number] for number in trouble.unlisted}

    def _failures(self) -> bool:
        """Whether a pin has failed in so few syncs that its stream is not COMPLETE."""
        return any(entry.get("failures") for entry in self.owed.values())

    def _assert_arrived(self, truth: Mapping[Key, Record], *, excused: set[tuple[str, str]]) -> None:
        last = self._last_sure_day()
        lacking = [
            key
            for key, row in truth.items()
            if key[:2] not in excused and key not in self._lost and key[2] <= last and self.arrived.get(key) != row
        ]
        some = [(key, "stale" if key in self.arrived else "missing") for key in lacking[:4]]
        assert not lacking, f"{len(lacking)} of {len(truth)} rows on {self.world.today}, such as {some}"

    def _last_sure_day(self) -> str:
        """The last day that a COMPLETE sync has of every pin.

        A pass that an earlier sync began asks no pin again, although it may have had fewer days then.
        """
        return str(last_final_day(STREAM, self.world.today) if self._is_resumed else self.last_day)


def killed_with(output: Output, stream: str, share: float) -> tuple[Output, list[Record]]:
    """The output of a sync that was killed, and the records that the destination has committed with the last state."""
    rest = killed(output, share)
    last = max((at for at, message in enumerate(rest.messages) if message.type is Type.STATE), default=0)
    return rest, Output(rest.messages[:last], rest.exit_code).records.get(stream, [])


def _until(last: str | None, body: Any) -> Any:
    """The days of a pin up to the last one that Pinterest has."""
    if last is None or "all" not in body:
        return body
    days = [day for day in body["all"]["daily_metrics"] if day["date"] <= last]
    return {**body, "all": {**body["all"], "daily_metrics": days}}


def _shuffled(dice: random.Random, body: Any) -> Any:
    """The same JSON with its objects and lists in another order."""
    if isinstance(body, dict):
        items = [(name, _shuffled(dice, value)) for name, value in body.items()]
        return dict(dice.sample(items, len(items)))
    return dice.sample(body, len(body)) if isinstance(body, list) else body
