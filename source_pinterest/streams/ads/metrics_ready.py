"""Up to which day do Pinterest's numbers stand still?"""

import threading
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import MalformedAnswerError, RestrictedError, SliceError
from source_pinterest.api.rows import parse_json
from source_pinterest.dates import days_before
from source_pinterest.streams.base.stream import Sync

_PATH = "resources/metrics_ready_state"
_DAYS_ASKED = 7


class MetricsReadyState:
    """Whether a day is counted to its end, for all accounts alike. https://developers.pinterest.com/docs/api/v5/metrics_ready_state-get.

    It is asked a few times a sync at most.
    """

    def __init__(self, sync: Sync) -> None:
        self._client = PinterestClient(sync.api, "metrics_ready_state", ("ads:read",))
        self._today = sync.config.today
        self._lock = threading.Lock()

    def last_final_day(self) -> Date:
        """The last day whose numbers are final; the same for the whole sync."""
        with self._lock:
            return self._last_final_day

    @cached_property
    def _last_final_day(self) -> Date:
        try:
            for age in range(1, _DAYS_ASKED + 1):
                day = days_before(self._today, age)
                if self._client.get(_PATH, {"date": str(day)}, _is_ready).value:
                    return day
        except (SliceError, RestrictedError):
            return days_before(self._today, limits.SETTLED_AFTER_DAYS)
        return days_before(self._today, _DAYS_ASKED + 1)


def _is_ready(chunks: Iterator[bytes]) -> bool:
    state = parse_json(b"".join(chunks))
    if not isinstance(state, dict) or "conversion_metrics_ready" not in state:
        raise MalformedAnswerError("A ready state says whether conversions are ready.")
    verdicts = [_verdict(state["conversion_metrics_ready"]), _verdict(state.get("non_conversion_metrics_ready", True))]
    return all(verdicts)


def _verdict(value: Any) -> bool:
    """A yes or a no, which may be a text.

    Raises:
        MalformedAnswerError: it is neither.
    """
    verdict = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(verdict, bool):
        raise MalformedAnswerError("A ready state is true or false.")
    return verdict
