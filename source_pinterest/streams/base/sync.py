"""What the streams of one sync share: the API, the config, each other, and Pinterest's day."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from pendulum import Date

from source_pinterest.api import Api
from source_pinterest.api.errors import PinterestError
from source_pinterest.config import Config
from source_pinterest.dates import day_of_header
from source_pinterest.engine.asks import Refusals
from source_pinterest.reporting.runner import ReportRunner
from source_pinterest.streams.base.declaration import Parent

if TYPE_CHECKING:
    from source_pinterest.streams.base.stream import PinterestStream

S = TypeVar("S")

_TODAY = "today"


@dataclass(frozen=True)
class Sync:
    """The objects that the streams of one sync share.

    Attributes:
        api: sends all requests.
        config: the user's configuration.
        refusals: of names in reports, by the path and the level of the reports.
        children: by stream, how the selected streams and their parents declare it as a parent.
    """

    api: Api
    config: Config
    refusals: defaultdict[str, Refusals] = field(default_factory=lambda: defaultdict(Refusals))
    children: defaultdict[type, set[Parent]] = field(default_factory=lambda: defaultdict(set))
    _selected: set[type] = field(default_factory=set)
    _streams: dict[type, Any] = field(default_factory=dict)
    _days: dict[str, Date] = field(default_factory=dict)

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
        self._selected.add(type(stream))
        self._note_parents_of(stream)

    def _note_parents_of(self, stream: "PinterestStream") -> None:
        for parent in stream.parents:
            self.children[parent.stream].add(parent)
            if not parent.if_read:
                self._note_parents_of(self.stream(parent.stream))

    def has_selected(self, stream: "type[PinterestStream]") -> bool:
        return stream in self._selected

    def _reads(self, stream: "type[PinterestStream]") -> bool:
        return self.has_selected(stream) or any(not child.if_read for child in self.children[stream])

    def fix_day(self, stream: "PinterestStream") -> None:
        """Wait for a parent whose response tells Pinterest's day, if the sync reads one.

        A run calls it before it plans the tasks of its stream. Streams that list other parents before they ask for the
        day do not declare one.
        """
        tellers = (parent.stream for parent in stream.parents if parent.if_read and self._reads(parent.stream))
        if not self.api.session.last_date and (teller := next(tellers, None)):
            with suppress(PinterestError):  # raised again in the streams that need the list
                self.stream(teller).ids.check(())

    def today(self) -> Date:
        """Return Pinterest's day: that of the newest response when it is first asked for, and the same from then on.

        Before any response, it is this machine's.
        """
        if _TODAY not in self._days:
            self._days.setdefault(_TODAY, day_of_header(self.api.session.last_date, self.config.today))
        return self._days[_TODAY]
