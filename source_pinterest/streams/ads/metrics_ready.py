"""The last day with final metrics. Only streams that emit each day once request it."""

import logging
from collections.abc import Iterator
from typing import Any

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.bodies import parse_body
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import (
    AccessDeniedError,
    ErrorReason,
    FormError,
    NotFoundError,
    PinterestError,
    TaskError,
)
from source_pinterest.api.threads import SingleFlight
from source_pinterest.dates import days_before
from source_pinterest.streams.base.sync import SyncContext

LOGGER = logging.getLogger("airbyte")

_PATH = "resources/metrics_ready_state"
_READY = "conversion_metrics_ready"
_MAX_DAYS_BACK = 7
"""The age of the oldest day that is checked, one request a day."""
_CLOSED = (ErrorReason.NOT_SERVED, ErrorReason.FEATURE_CLOSED)
"""Reasons by which Pinterest says that the app may not ask."""


class MetricsReadyState:
    """Finds the last final day, which is the same for all accounts. https://developers.pinterest.com/docs/api/v5/metrics_ready_state-get.

    The result is kept for the sync, which makes a few requests at most.
    """

    def __init__(self, sync: SyncContext) -> None:
        self._client = PinterestClient(sync.api, "metrics_ready_state", ("ads:read",))
        self._sync = sync
        self._found: SingleFlight[Date, Date] = SingleFlight()

    def last_final_day(self) -> Date:
        """Return the last day that is old enough and whose numbers are final; the same for the whole sync."""
        today = self._sync.config.today
        return self._found.get(today, lambda: self._last_final_day(today))

    def _last_final_day(self, today: Date) -> Date:
        if self._sync.config.has_app_token:  # this endpoint is closed to it
            return days_before(today, limits.FINAL_AFTER_DAYS)
        try:
            for age in range(limits.FINAL_AFTER_DAYS, _MAX_DAYS_BACK + 1):
                day = days_before(today, age)
                if self._client.send(_PATH, {"date": str(day)}, _is_ready).value:
                    return day
        except PinterestError as error:
            if isinstance(error, NotFoundError | AccessDeniedError) or error.reason in _CLOSED:
                return days_before(today, limits.FINAL_AFTER_DAYS)
            if not isinstance(error, TaskError):
                raise
            LOGGER.warning(
                f"Pinterest did not say which of the last {_MAX_DAYS_BACK} days are final. Streams that emit each day "
                "once, when it is final, hold back those that were not final before. They come with the next sync. "
                f"{error.message}"
            )
        return days_before(today, _MAX_DAYS_BACK + 1)


def _is_ready(chunks: Iterator[bytes]) -> bool:
    state = parse_body(chunks)
    if not isinstance(state, dict) or _READY not in state:
        raise FormError(f"The metrics ready state has no {_READY}.")
    flags = [_as_bool(state[_READY]), _as_bool(state.get("non_conversion_metrics_ready", True))]
    return all(flags)


def _as_bool(value: Any) -> bool:
    """Return a boolean, which may come as text.

    Raises:
        MalformedResponseError: the value is not a boolean.
    """
    flag = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(flag, bool):
        raise FormError("The metrics ready state is not a boolean.")
    return flag
