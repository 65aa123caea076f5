"""Courses of syncs of pin analytics: what Pinterest had of each pin on each day, and what has arrived."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from integration_tests.simulator import Fault, FaultKind
from integration_tests.simulator.organic.pin_analytics import is_picture
from integration_tests.support.days import last_final_day
from integration_tests.support.expected_records import Key
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.sync_sequences import APPEND, StreamSequence
from source_pinterest import limits

STREAM = "pin_analytics"
ONE, BATCH = "pins/analytics", "multi_pins/analytics"
LOOKBACK_DAYS = 33
"""What each sync reads again where the destination merges."""
FULL_PASS_DAYS = 8
"""With the option Only Pins with Activity, all pins have been read after so many days."""
OUTAGE = 5
"""So many pins that fail in a row may be taken for an outage."""

REJECTED = FaultKind.UNAUTHORIZED
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


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What goes wrong in a sync. Pins are numbered by owner, then in the order of a pass.

    Attributes:
        pins: the pins that answer with a fault.
        outage: the fault with which all answer.
        absent: the pins without activity that responses about several lack.
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
    def rejected(self) -> set[int]:
        """The pins that Pinterest itself rejects."""
        return {pin for pin, kind in self.pins.items() if kind is REJECTED}

    @property
    def ends_early(self) -> bool:
        """Whether the sync may not reach every pin."""
        may_be_outage = len(self.pins.keys() - self.rejected) >= OUTAGE
        may_be_owner = len(self.rejected) >= limits.PINS_PER_ANALYTICS_REQUEST
        return bool(self.outage) or self.quota is not None or self.kill < 1 or may_be_outage or may_be_owner

    @property
    def is_none(self) -> bool:
        """Whether every response is right and whole."""
        return self == Trouble(late=self.late, shuffle=self.shuffle)


class PinSequence(StreamSequence):
    """Syncs of the analytics of a world of pins. A key is the ad account of an owner, a pin and a day.

    Args:
        destination: append or append_dedup.
        pins: how many each owner has.
        owners: more than one take the option Organic Content per Ad Account.
        batch: whether one request may name many pins.
        only_active: the option Only Pins with Activity.
        start: the days before the first sync that are wanted; None for the default start date, which moves.
        **settings: of the simulator.

    Attributes:
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
        sizes = {"boards": 1, "pins_per_board": pins, "sections_per_board": 0}
        world = World(**sizes, ad_accounts=owners, shared_ad_accounts=owners - 1)
        accounts = [world.account_id(index) for index in range(owners)] if owners > 1 else []
        betas = [BATCH] if batch else []
        super().__init__(STREAM, destination, world, start=start, owners=accounts, open_betas=betas, **settings)
        self.options["pin_analytics_only_active"] = only_active
        self.requests: list[tuple[str, ...]] = []
        listed = {owner: world.expected("pins", on_behalf_of=owner or None) for owner in self._owners}
        self.pins = [
            (owner, pin) for owner, pins in listed.items() for (pin,) in sorted(pins, key=lambda key: key[0][::-1])
        ]
        self._hidden: frozenset[str] = frozenset()
        self._lost: set[Key] = set()
        self._is_resumed = False
        self._passed_over: set[tuple[str, str]] = set()
        """Unlisted or rejected pins that a pass has come past which has not ended."""

    def sync(self, day: int, trouble: Trouble | None = None, **troubles: Any) -> Output:
        """Run a sync some days after the first one, and check what it brings.

        A stream that is COMPLETE has brought everything but what is owed; one that is not has brought all of the pins
        that answer, unless the sync ended early.
        """
        trouble, before = trouble or Trouble(**troubles), dict(self.arrived)
        output = self.read(day, lambda sim: self.prepare(sim, trouble), trouble.kill)
        self.requests = [
            tuple(entry.values("pin_ids") or [entry.path.split("/")[-2]])
            for entry in self.log
            if entry.operation_id in {ONE, BATCH}
        ]
        self._forgive(trouble, before)
        is_complete = output.status(STREAM) == "COMPLETE"
        if trouble.is_none:
            assert is_complete or self._failures(), output.text()
        if is_complete or not trouble.ends_early:
            excused, last = self._excused(trouble), self._last_days(trouble)
            is_due = lambda key: key[:2] not in excused and key[2] <= last.get(key[1], key[2])  # noqa: E731
            self.assert_complete({key: row for key, row in self.expected_records().items() if is_due(key)})
        is_begun = trouble.ends_early and not is_complete
        self._is_resumed = is_begun and (self._is_resumed or bool(trouble.late))
        self._passed_over = (self._passed_over | self._passed_over_in(trouble)) if is_begun else set()
        return output

    def oldest(self, count: int) -> list[int]:
        """The pins with the lowest ids."""
        return sorted(range(len(self.pins)), key=lambda number: int(self.pins[number][1]))[:count]

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

    def assert_complete(self, expected_records: Mapping[Key, Record] | None = None) -> None:
        """Everything that Pinterest has is there, but for days that no sync has to bring any more.

        A pass that an earlier sync began asks no pin again, although it may have had fewer days then.
        """
        sure = str(last_final_day(STREAM, self.world.today) if self._is_resumed else self.last_day)
        expected_records = self.expected_records() if expected_records is None else expected_records
        super().assert_complete(
            {key: row for key, row in expected_records.items() if key not in self._lost and key[2] <= sure}
        )

    @property
    def owed(self) -> dict[str, Mapping[str, Any]]:
        """The pins that the state owes."""
        state = (self.state or {}).get(STREAM, {})
        return {entry["pin_id"]: entry for entry in state.get("owed", ())}

    def rows_of(self, number: int) -> list[Key]:
        """The keys of a pin's rows that have arrived."""
        return sorted(key for key in self.arrived if key[:2] == self.pins[number])

    def expected_records(self) -> dict[Key, Record]:
        """The rows that a perfect destination has of the days that Pinterest still has."""
        return {
            key: {**row, "metrics": {name: row["metrics"][name] for name in row["metrics"].keys() - self._hidden}}
            for key, row in super().expected_records().items()
        }

    def _last_days(self, trouble: Trouble) -> dict[str, str]:
        """The last day that Pinterest has of each pin that lags."""
        today = self.world.today
        return {self.pins[number][1]: str(today - timedelta(days=days)) for number, days in trouble.late.items()}

    def prepare(self, sim: Simulator, trouble: Trouble) -> None:
        for on in (ONE, BATCH):
            if trouble.quota is not None:
                sim.add_fault(Fault("rate_limited", on=on, after=trouble.quota, times=None, seconds=7_200))
            if trouble.outage:
                sim.add_fault(Fault(trouble.outage, on=on, times=None))
        for number, kind in trouble.pins.items():
            for on in (ONE, *self.settings["open_betas"]):
                sim.add_fault(Fault(kind, on=on, pin=self.pins[number][1], times=None))
        absent, unlisted = ({self.pins[number][1] for number in some} for some in (trouble.absent, trouble.unlisted))
        last_days = self._last_days(trouble)
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

    def _forgive(self, trouble: Trouble, before: Mapping[Key, Record]) -> None:
        """Note the days that no sync has to bring any more.

        A pass that Pinterest rejects a pin, or whose list lacks it, is over for this pin; where the destination merges,
        the next passes read most of these days again.
        """
        kept = str(self.world.today - timedelta(days=LOOKBACK_DAYS))
        read = max((day for _, _, day in before), default="")
        expected_records = self.expected_records()
        for number in {*trouble.rejected, *trouble.unlisted}:
            since = read if self.pins[number][1] in self.owed else ""
            for key, row in expected_records.items():
                is_over = since < key[2] if self.destination == APPEND else key[2] < kept
                if key[:2] == self.pins[number] and is_over and self.arrived.get(key) != row:
                    self._lost.add(key)

    def _excused(self, trouble: Trouble) -> set[tuple[str, str]]:
        """The pins whose days may come later: those with a fault, and those that the state keeps."""
        numbers = {*trouble.pins, *trouble.unlisted}
        owed = {found for found in self.pins if found[1] in self.owed}
        idle = set(self.pins) if self.options["pin_analytics_only_active"] else set()
        return {self.pins[number] for number in numbers} | owed | idle | self._passed_over

    def _passed_over_in(self, trouble: Trouble) -> set[tuple[str, str]]:
        return {self.pins[number] for number in {*trouble.unlisted, *trouble.rejected}}

    def _failures(self) -> bool:
        """Whether a pin has failed in so few syncs that its stream is not COMPLETE."""
        return any(entry.get("failures") for entry in self.owed.values())


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
