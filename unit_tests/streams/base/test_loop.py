"""Messages leave in the order of their thread, and a bug in a thread ends the sync."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessage, AirbyteStreamStatus, Type

from source_pinterest.api.usage import Usage
from source_pinterest.engine.progress import Progress
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.loop import Loop, Message
from source_pinterest.streams.base.run import StreamRun

STARTED, RUNNING, COMPLETE = "STARTED", "RUNNING", "COMPLETE"


class Run:
    """Stands in for a run: each of its tasks emits batches and then a state."""

    def __init__(self, loop: Loop, name: str, *, is_broken: bool = False) -> None:
        self.name, self._loop, self._is_broken = name, loop, is_broken

    def tasks(self) -> Iterator[Task]:
        return iter([Task({}, lambda _: iter(()))] * 20)  # type: ignore[arg-type, return-value]

    def read(self, _task: Task) -> Iterator[RecordBatch]:
        for number in range(3):
            yield RecordBatch(self.name, b"%d" % number, 1)
        self._loop.put(AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage()))

    def end(self) -> AirbyteStreamStatus:
        if self._is_broken:
            raise LookupError(self.name)
        return AirbyteStreamStatus.COMPLETE


def read(loop: Loop, *runs: Run, workers: int = 3) -> list[Message]:
    progress = Progress(Usage(), [run.name for run in runs])
    return list(loop.read(cast("list[StreamRun]", list(runs)), progress, workers, planners=2, before={}))


def kind(message: Any) -> str:
    if isinstance(message, RecordBatch):
        return "batch"
    return message.trace.stream_status.status.value if message.trace else "state"


@pytest.mark.parametrize("workers", [1, 5])
def test_a_stream_is_started_running_and_complete_around_all_that_its_tasks_emit(workers: int) -> None:
    loop = Loop()
    kinds = [kind(message) for message in read(loop, Run(loop, "boards"), workers=workers)]

    assert (kinds[:3], kinds[-1]) == ([STARTED, RUNNING, "batch"], COMPLETE)
    assert (kinds.count("batch"), kinds.count("state"), len(kinds)) == (60, 20, 83)
    if workers == 1:
        assert kinds[2:-1] == ["batch", "batch", "batch", "state"] * 20


def test_more_streams_than_planners_all_end() -> None:
    loop = Loop()
    kinds = [kind(message) for message in read(loop, *(Run(loop, name) for name in "abcdefgh"))]
    assert (kinds.count(STARTED), kinds.count(COMPLETE), kinds.count("batch")) == (8, 8, 480)


def test_a_bug_at_the_end_of_a_stream_ends_the_sync() -> None:
    loop = Loop()
    with pytest.raises(LookupError, match="boards"):
        read(loop, Run(loop, "boards", is_broken=True))
