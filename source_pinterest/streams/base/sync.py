"""What the streams of one sync share: the API, the config, and each other."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from source_pinterest.api import Api
from source_pinterest.config import Config
from source_pinterest.reporting.runner import ReportRunner
from source_pinterest.streams.base.declaration import Parent

if TYPE_CHECKING:
    from source_pinterest.streams.base.stream import PinterestStream

S = TypeVar("S")


@dataclass(frozen=True)
class SyncContext:
    """The objects that the streams of one sync share.

    Attributes:
        api: sends all requests.
        config: the user's configuration.
        children: by stream, how the selected streams and their parents declare it as a parent.
    """

    api: Api
    config: Config
    children: defaultdict[type, set[Parent]] = field(default_factory=lambda: defaultdict(set))
    _streams: dict[type, Any] = field(default_factory=dict)

    @cached_property
    def reports(self) -> ReportRunner:
        """The runner that creates and polls the asynchronous reports of all streams."""
        return ReportRunner(
            60 * self.config.report_timeout_minutes,
            lambda: self.api.budget.requests_per_second("ads_analytics"),
            pauses=self.api.retry_policy.pauses,
            requests_left=lambda: self.api.budget.requests_left("ads_analytics"),
        )

    def stream(self, stream_class: type[S]) -> S:
        """Return this sync's instance of a stream class."""
        if stream_class not in self._streams:
            self._streams[stream_class] = stream_class(self)  # type: ignore[call-arg]
        return self._streams[stream_class]  # type: ignore[no-any-return]

    def select(self, stream: "PinterestStream") -> None:
        """Note that the sync emits a stream, and therefore lists its parents, their parents, and so on."""
        for parent in stream.parents:
            self.children[parent.stream].add(parent)
            self.select(self.stream(parent.stream))
