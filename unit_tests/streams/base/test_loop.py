"""A bug in a thread ends the sync, which would otherwise wait for ever."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from source_pinterest.api.usage import Usage
from source_pinterest.engine.progress import Progress
from source_pinterest.streams.base.loop import Loop


class BrokenRun:
    """A run whose end fails."""

    name = "boards"

    def tasks(self) -> Iterator[Any]:
        return iter(())

    def end(self) -> None:
        raise LookupError(self.name)


def test_a_bug_at_the_end_of_a_stream_ends_the_sync() -> None:
    progress = Progress(Usage(), [BrokenRun.name])

    with pytest.raises(LookupError, match="boards"):
        list(Loop().read(cast("Any", [BrokenRun()]), progress, workers=1, planners=1, before={}))
