"""The tasks of the pins behind the others, which each sync asks for first, once.

An earlier sync could not read these pins, or the days that it read of them were not final.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeVar

from source_pinterest.api.errors import SliceError
from source_pinterest.engine.tasks import Parents, Task
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.streams.base.stream import PinterestStream

Pin = TypeVar("Pin", int, str)


def tasks_of_pins_behind(
    stream: PinterestStream,
    parents: Mapping[str, str],
    failed_syncs: Mapping[Pin, int],
    asked_for: Collection[tuple[str | None, Pin]],
    task_of: Callable[[Pin], Task],
) -> Iterator[Task]:
    """Yield a task for each pin that this sync asks for, and a failed one that stands for those that wait.

    If five fail in the way of an outage, the others wait for the next sync: the tasks of other pins show whether it is
    one. They count apart from these.

    Args:
        stream: the stream.
        parents: the ids that the pins belong to; none for those of the token's own user.
        failed_syncs: the number of earlier syncs in which each pin failed; those first that were asked for longest ago.
        asked_for: the pins that this sync asks for, each with its ad account.
        task_of: returns the task of a pin, once that of the pin before has ended.
    """
    account, waiting = parents.get(ACCOUNT_KEY), dict(failed_syncs)
    parent: Parents = tuple(parents.values())
    queue = (*parent, "behind")
    for pin in failed_syncs:
        if (account, pin) not in asked_for:
            continue
        if not stream.ledger.may_read(queue):
            break
        task = task_of(pin)
        task.parent, task.failed_syncs = queue, waiting.pop(pin)
        yield task
    if waiting:
        first = next(iter(waiting))
        error = SliceError(
            f"{stream.name}: {len(waiting):,} pins that could not be read before, such as {first}, wait for the next "
            "sync.",
            is_isolated=True,
        )
        task = Task.failed({**parents, "waiting_pin": str(first)}, error)
        task.parent, task.failed_syncs = parent, min(waiting.values())
        yield task
