"""The tasks of the pins that are owed. Each sync asks for them first, once and without retries."""

from collections.abc import Callable, Collection, Iterator, Mapping

from source_pinterest.api.errors import SliceError
from source_pinterest.engine.tasks import Task
from source_pinterest.state.days import Owner
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.owed import Debt
from source_pinterest.streams.base.stream import PinterestStream


def tasks_of_owed(
    stream: PinterestStream,
    parents: Mapping[str, str],
    owed: Mapping[str, Debt],
    due: Collection[tuple[Owner, str]],
    task_of: Callable[[str], Task],
) -> Iterator[Task]:
    """Yield a task for each pin that this sync asks for, and a failed task that stands for the pins that wait.

    The ledger counts the owed pins as a group of their own. If five of them fail in a row, the others wait for the next
    sync, and the pins that are not owed are read.

    Args:
        stream: the stream.
        parents: the ids that the pins belong to; none for the pins of the token's own user.
        owed: the pins of these parents that are owed.
        due: the pins of all parents that this sync asks for, each with its ad account.
        task_of: returns the task of a pin, once the task of the pin before has ended.
    """
    waiting, queue = dict(owed), (*parents.values(), "owed")
    for pin in owed:
        if (parents.get(ACCOUNT_KEY), pin) not in due:
            continue
        if not stream.ledger.may_read(queue):
            break
        task = task_of(pin)
        task.group, task.failed_syncs = queue, waiting.pop(pin).failed_syncs
        yield task
    if waiting:
        first = next(iter(waiting))
        error = SliceError(
            f"{stream.name}: {len(waiting):,} pins that could not be read before, such as {first}, wait for the next "
            "sync.",
            is_isolated=True,
        )
        task = Task.failed({**parents, "waiting_pin": first}, error)
        task.group, task.failed_syncs = tuple(parents.values()), min(debt.failed_syncs for debt in waiting.values())
        yield task
