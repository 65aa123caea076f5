"""Up to which day do Pinterest's numbers stand still?"""

import threading
from collections.abc import Mapping
from typing import Any

import orjson
import requests
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import MalformedAnswerError, SliceError
from source_pinterest.dates import days_before
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.stream import PinterestStream

_DAYS_ASKED = 7


class MetricsReadyState(PinterestStream):
    """Whether a day is counted to its end, for all accounts alike. https://developers.pinterest.com/docs/api/v5/metrics_ready_state-get.

    It is asked a few times a sync at most, and not emitted.
    """

    path_template = "resources/metrics_ready_state"
    scopes = ("ads:read",)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._lock = threading.Lock()
        self._last_final_day: Date | None = None

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """No records, no fields."""
        return {"properties": {}}

    def request_params(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The day."""
        return {"date": (stream_slice or {})["date"]}

    def parse(self, response: requests.Response) -> None:
        """Parse the state.

        Raises:
            MalformedAnswerError: it is none.
        """
        state = orjson.loads(response.content)
        if not isinstance(state, dict) or "conversion_metrics_ready" not in state:
            raise MalformedAnswerError("A ready state tells whether conversions are ready.")
        response.page = state  # type: ignore[attr-defined]

    def last_final_day(self) -> Date:
        """The last day whose numbers are final; the same for the whole sync."""
        with self._lock:
            if self._last_final_day is None:
                self._last_final_day = self._ask()
            return self._last_final_day

    def _ask(self) -> Date:
        today = self.config.today
        try:
            for age in range(1, _DAYS_ASKED + 1):
                day = days_before(today, age)
                state = self.fetch({"date": str(day)}).page  # type: ignore[attr-defined]
                if state["conversion_metrics_ready"] and state.get("non_conversion_metrics_ready", True):
                    return day
        except SliceError:
            return days_before(today, limits.SETTLED_AFTER_DAYS)
        return days_before(today, _DAYS_ASKED + 1)
