"""What did the user's own profile do on each day?"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import requests
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.buckets import Granularity
from source_pinterest.dates import days_before, parse_day
from source_pinterest.streams.base import Record
from source_pinterest.streams.organic import OrganicStream
from source_pinterest.streams.partitions import partition_slice
from source_pinterest.sync.day_cursor import END, START, window_of
from source_pinterest.sync.state import ACCOUNT_KEY
from source_pinterest.sync.user_day_cursor import UserDayCursor

_STILL_COUNTING = frozenset({"PROCESSING", "ESTIMATE"})


class UserAccountAnalytics(OrganicStream):
    """One row per day, for up to 90 days a call. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    primary_key: str | list[str] = ["date"]  # noqa: RUF012 - an attribute of the framework's
    cursor_field = "date"
    path_template = "user_account/analytics"
    scopes = ("user_accounts:read",)
    checkpoint: UserDayCursor
    granularity = Granularity.DAY
    history_days = limits.SYNC_HISTORY_DAYS
    own_start: Date | None = None
    settled_only = False
    """Whether a day that Pinterest is still counting waits for the next sync instead of being emitted twice."""

    def slices(self) -> Iterator[StreamSlice]:
        """The days that are still to be read."""
        for owner in super().slices():
            for window in self.checkpoint.unread(owner.get(ACCOUNT_KEY)):
                start, end = window.as_pair()
                yield partition_slice(owner.partition, {START: start, END: end})

    def request_params(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The days; the endpoint knows neither pages nor columns."""
        params = super().request_params(stream_slice=stream_slice)
        del params["page_size"]
        return {**params, START: (stream_slice or {})[START], END: (stream_slice or {})[END]}

    def parse(self, response: requests.Response) -> None:
        """Parse the days.

        Raises:
            MalformedAnswerError: there are none.
        """
        splits = orjson.loads(response.content)
        everything = splits.get("all") if isinstance(splits, dict) else None
        days = everything.get("daily_metrics") if isinstance(everything, dict) else None
        if not isinstance(days, list):
            raise MalformedAnswerError("Daily metrics stand under the key all.")
        response.page = {"items": days}  # type: ignore[attr-defined]

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The days of a window; the cursor stops before the first that Pinterest is still counting."""
        window = window_of(stream_slice)
        settled: Date | None = window.end
        for record in sorted(self.parse_response(self.fetch(stream_slice)), key=lambda day: str(day["date"])):
            if record.get("data_status") in _STILL_COUNTING:
                settled = min(settled or window.end, days_before(parse_day(record["date"]), 1))
                if self.settled_only:
                    break  # a later day that is settled comes again next time, as the cursor stops here
            record.update(stream_slice.partition)
            yield record
        self.checkpoint.complete(stream_slice, settled)
