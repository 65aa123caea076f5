"""The pins that a stream owes: they could not be read, and later syncs ask for them again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Self

from source_pinterest import limits
from source_pinterest.dates import DateWindow
from source_pinterest.state.days import DaySet, Owner
from source_pinterest.state.formats import ACCOUNT_KEY

PIN_KEY = "pin_id"


@dataclass(frozen=True)
class Debt:
    """What is owed of one pin.

    Attributes:
        days: the days that it lacks; none in a stream that has one record for each pin.
        failed_syncs: the number of syncs in which it could not be read.
    """

    days: DaySet = field(default_factory=DaySet)
    failed_syncs: int = 0

    @classmethod
    def from_state(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the state.

        Raises:
            KeyError, ValueError, TypeError: a value is missing, or of another type.
        """
        return cls(DaySet.from_state(entry.get("unread")), int(entry["failures"]))

    def to_state(self) -> dict[str, Any]:
        """Return the entry for the state."""
        return {**({"unread": self.days.to_state()} if self.days else {}), "failures": self.failed_syncs}


class Owed:
    """The pins that a stream owes, by owner. Those that were asked for longest ago come first.

    Args:
        entries: those of the state.
    """

    def __init__(self, entries: Iterable[Mapping[str, Any]] = ()) -> None:
        self._debts: dict[tuple[Owner, str], Debt] = {
            (entry.get(ACCOUNT_KEY), str(entry[PIN_KEY])): Debt.from_state(entry) for entry in entries
        }

    def to_state(self) -> list[dict[str, Any]]:
        """Return the entries for the state."""
        return [
            {**({ACCOUNT_KEY: owner} if owner else {}), PIN_KEY: pin, **debt.to_state()}
            for (owner, pin), debt in self._debts.items()
        ]

    def debts(self, owner: Owner) -> dict[str, Debt]:
        """Return what is owed of an owner's pins, by their ids."""
        return {pin: debt for (debtor, pin), debt in self._debts.items() if debtor == owner}

    def due(self, owners: Collection[Owner]) -> frozenset[tuple[Owner, str]]:
        """Return the pins of some owners that a sync asks for: a hundred at most."""
        return frozenset(islice((key for key in self._debts if key[0] in owners), limits.PINS_OWED_IN_A_SYNC))

    def fail(self, owner: Owner, pin: str, lacking: Iterable[DateWindow] = ()) -> None:
        """Owe a pin that could not be read, behind all others. If it was owed before, it lacks the same days."""
        known = self._debts.pop((owner, pin), None) or Debt(DaySet().plus(lacking))
        self._debts[owner, pin] = replace(known, failed_syncs=known.failed_syncs + 1)

    def set_days(self, owner: Owner, pin: str, days: DaySet) -> None:
        """Set the days that a pin lacks. The pin keeps its place, and without such days it is still owed."""
        self._debts[owner, pin] = replace(self._debts.get((owner, pin), Debt()), days=days)

    def settle(self, owner: Owner, pin: str) -> None:
        """Forget a pin that was read or is no longer wanted."""
        self._debts.pop((owner, pin), None)
