"""How far is a sync? Records counted as they pass, and one line in the log when a stream ends."""

import logging
import threading
from collections import Counter
from collections.abc import Iterator, Sequence

from airbyte_cdk.models import (
    AirbyteEstimateTraceMessage,
    AirbyteMessage,
    AirbyteStreamStatus,
    AirbyteTraceMessage,
    EstimateType,
    TraceType,
    Type,
)

from source_pinterest.api.usage import StreamUsage, Usage
from source_pinterest.engine.pages import Page

LOGGER = logging.getLogger("airbyte")


class Notices:
    """The warnings of one stream that need no second mention.

    Args:
        stream: whose warnings they are.
    """

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._given: set[str] = set()
        self._lock = threading.Lock()

    def warn(self, about: str, sentence: str) -> bool:
        """Log a warning, unless there was one about the same; whether there was none."""
        with self._lock:
            if about in self._given:
                return False
            self._given.add(about)
        LOGGER.warning(f"{self._stream}: {sentence}")
        return True

    def replacement(self, sentence: str) -> None:
        """Something in an answer could not be kept as it was; the sentence is one of a few."""
        self.warn(sentence, sentence)


_ENDS = (AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE)


class Progress:
    """The selected streams of a sync; lives in the main thread, and others may look at it.

    Args:
        usage: what the streams cost.
        streams: the names of the selected ones.
    """

    def __init__(self, usage: Usage, streams: Sequence[str]) -> None:
        self.usage = usage
        self.streams = tuple(streams)
        self.records: Counter[str] = Counter()
        self.ended: dict[str, AirbyteStreamStatus] = {}

    def estimates(self, emitted_at: float) -> Iterator[AirbyteMessage]:
        """Messages on the number of rows of those selected streams that have become known since."""
        while self.usage.estimates:
            name, rows = self.usage.estimates.popleft()
            if name in self.streams:
                estimate = AirbyteEstimateTraceMessage(name=name, type=EstimateType.STREAM, row_estimate=rows)
                trace = AirbyteTraceMessage(type=TraceType.ESTIMATE, emitted_at=emitted_at, estimate=estimate)
                yield AirbyteMessage(type=Type.TRACE, trace=trace)

    def first_page(self, page: Page) -> bool:
        """Count the records of a page; whether it is the first of its stream."""
        is_first = not self.records[page.stream]
        self.records[page.stream] += page.count
        return is_first

    def observe(self, message: AirbyteMessage) -> None:
        """Take note of a stream's end, and log what it came to."""
        status = message.trace.stream_status if message.trace else None
        if status and status.status in _ENDS:
            name = status.stream_descriptor.name
            self.ended[name] = status.status
            LOGGER.info(self._summary(self.usage.of(name)))

    def _summary(self, cost: StreamUsage) -> str:
        return (
            f"{cost.name}: records {self.records[cost.name]:,}, calls {cost.sent:,}, of these sent again "
            f"{cost.retries:,}, waited for the quota {cost.waited_seconds:,.0f} s, accounts or boards left out "
            f"{cost.left_out:,}."
        )
