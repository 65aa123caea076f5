"""The pins that a stream owes: they could not be read. Each sync asks for them first, once and without retries."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from source_pinterest import limits
from source_pinterest.api.errors import SliceError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.ledger import Ledger
from source_pinterest.engine.tasks import Task
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


class Owed:
    """The pins that a stream owes, by owner. Those that were asked for longest ago come first.

    A pin may fail in one thread while another plans, so what is planned goes by a copy.

    Args:
        entries: those of the state.
    """

    def __init__(self, entries: Iterable[Mapping[str, Any]] = ()) -> None:
        self._debts = {
            (entry.get(ACCOUNT_KEY), str(entry[PIN_KEY])): Debt(
                DaySet.from_state(entry.get("unread")), int(entry["failures"])
            )
            for entry in entries
        }
        self._due: Collection[tuple[Owner, str]] = ()

    def to_state(self) -> list[dict[str, Any]]:
        """Return the entries for the state."""
        return [
            {
                **({ACCOUNT_KEY: owner} if owner else {}),
                PIN_KEY: pin,
                **({"unread": debt.days.to_state()} if debt.days else {}),
                "failures": debt.failed_syncs,
            }
            for (owner, pin), debt in self._debts.items()
        ]

    def debts(self, owner: Owner) -> dict[str, Debt]:
        """Return what is owed of an owner's pins, by their ids."""
        return {pin: debt for (debtor, pin), debt in list(self._debts.items()) if debtor == owner}

    def begin(self, owners: Collection[Owner]) -> None:
        """Choose the pins that this sync asks for, of the owners that it reads: a hundred at most."""
        self._due = frozenset(islice((key for key in self._debts if key[0] in owners), limits.PINS_OWED_IN_A_SYNC))

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

    def tasks(
        self, stream: str, ledger: Ledger, parents: Mapping[str, str], task_of: Callable[[str, Debt], Task]
    ) -> Iterator[Task]:
        """Yield a task for each pin that this sync asks for, and a failed task that stands for the pins that wait.

        The ledger counts the owed pins as a group of their own. If five of them fail in a row, the others wait for the
        next sync, and the pins that are not owed are read.

        Args:
            stream: the stream's name.
            ledger: counts how the tasks end.
            parents: the ids that the pins belong to; none for the pins of the token's own user.
            task_of: returns the task of a pin.
        """
        owner, queue = parents.get(ACCOUNT_KEY), (*parents.values(), "owed")
        waiting = self.debts(owner)
        for pin in [pin for pin in waiting if (owner, pin) in self._due]:
            if not ledger.may_read(queue):
                break
            debt = waiting.pop(pin)
            task = task_of(pin, debt)
            task.group, task.failed_syncs = queue, debt.failed_syncs
            yield task
        if waiting:
            first = next(iter(waiting))
            error = SliceError(
                f"{stream}: {len(waiting):,} pins that could not be read before, such as {first}, wait for the next "
                "sync.",
                is_isolated=True,
            )
            task = Task.failed({**parents, "waiting_pin": first}, error)
            task.group, task.failed_syncs = tuple(parents.values()), min(debt.failed_syncs for debt in waiting.values())
            yield task
