"""What did a profile do on each day, as a whole and split: by app type, source, pin format and the like?"""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import orjson
import requests
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.access import BUSINESS_ACCOUNT
from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.dates import DateWindow, days_before, parse_day
from source_pinterest.granularity import Granularity
from source_pinterest.state.day_cursor import END, START, window_of
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.profile_cursor import UserDayCursor
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.estimate import Outlook
from source_pinterest.streams.base.slices import failure_of, partition_slice
from source_pinterest.streams.base.stream import Record
from source_pinterest.streams.organic.boards import TEXT, OrganicDocument

STILL_COUNTING = frozenset({"PROCESSING", "ESTIMATE"})

_ASKED = "asked"
_PART = "part"
_METRICS = (
    "ENGAGEMENT",
    "ENGAGEMENT_RATE",
    "IMPRESSION",
    "OUTBOUND_CLICK",
    "OUTBOUND_CLICK_RATE",
    "PIN_CLICK",
    "PIN_CLICK_RATE",
    "SAVE",
    "SAVE_RATE",
)


class UserAccountAnalytics(OrganicDocument):
    """Days of the user's own profile. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    primary_key: str | list[str] = ["date"]  # noqa: RUF012 - an attribute of the framework's
    cursor_field = "date"
    path_template = "user_account/analytics"
    scopes = ("user_accounts:read",)
    access = BUSINESS_ACCOUNT
    cost = f"1 for {limits.ANALYTICS_WINDOW_DAYS} days"
    checkpoint: UserDayCursor
    split: ClassVar[str] = ""
    """What the parts differ by, and the field that names them; empty for the profile as a whole."""
    granularity = Granularity.DAY
    history_days = limits.SYNC_HISTORY_DAYS
    own_start: Date | None = None
    settled_only = False
    """Whether a day that Pinterest is still counting waits for the next sync instead of being emitted twice."""

    def slices(self) -> Iterator[StreamSlice]:
        """The days that are still to be read."""
        unread: list[tuple[StreamSlice, list[DateWindow]]] = []
        for owner in super().slices():
            if failure_of(owner):
                yield owner
            else:
                unread.append((owner, self.checkpoint.unread(owner.get(ACCOUNT_KEY))))
        outlook = Outlook.of_profiles((windows for _, windows in unread), len(self.calls()))
        outlook.tell(self.name, self.shared.organic_pace())
        for owner, windows in unread:
            for window in windows:
                start, end = window.as_pair()
                yield partition_slice(owner.partition, {START: start, END: end})

    def calls(self) -> list[dict[str, str]]:
        """What each call of a window asks for beside its days."""
        return [{}]

    def request_params(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The days, and what else is asked for."""
        wanted = stream_slice or {}
        params = super().request_params(stream_slice=stream_slice)
        return {**params, START: wanted[START], END: wanted[END], **wanted.get(_ASKED, {})}

    def parse(self, response: requests.Response) -> None:
        """Parse the days, part by part: without a split, all is the only part.

        Raises:
            MalformedAnswerError: there are none.
        """
        parts = orjson.loads(response.content)
        if not isinstance(parts, dict) or not (self.split or "all" in parts):
            raise MalformedAnswerError("Analytics are told part by part, or stand under the key all.")
        items = []
        for part, metrics in parts.items():
            days = metrics.get("daily_metrics") if isinstance(metrics, dict) else None
            if not isinstance(days, list):
                raise MalformedAnswerError("A part holds daily metrics.")
            items += [{_PART: part, **day} for day in days]
        response.page = {"items": items}  # type: ignore[attr-defined]

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The days of a window; the cursor stops before the first that Pinterest is still counting."""
        window = window_of(stream_slice)
        days = sorted(self.days_of(stream_slice), key=lambda day: str(day["date"]))
        counting = [day["date"] for day in days if day.get("data_status") in STILL_COUNTING]
        settled = min(window.end, days_before(parse_day(counting[0]), 1)) if counting else window.end
        for record in days:
            if not (self.settled_only and record["date"] > str(settled)):
                yield record
        self.checkpoint.complete(stream_slice, settled if days else None)

    def days_of(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The days of a window.

        Raises:
            MalformedAnswerError: they are not told as a whole.
        """
        for record in self.records(self.fetch(stream_slice), stream_slice):
            if record.pop(_PART) == "all":
                yield record


class SplitAnalytics(UserAccountAnalytics, ABC):
    """One row per day and part of the profile's activity."""

    def __init__(self, sync: Sync) -> None:
        self.primary_key = [self.split, "date"]
        self.stamped = {self.split: TEXT}
        super().__init__(sync)

    def calls(self) -> list[dict[str, str]]:
        """The only call names the split."""
        return [{"split_field": self.split.upper()}]

    def days_of(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The days of each part; all metrics are named, because Pinterest's "all of them" does not go with a split."""
        for asked in self.calls():
            call = {**stream_slice, _ASKED: {**asked, "metric_types": ",".join(_METRICS)}}
            for record in self.records(self.fetch(call), stream_slice):
                part = record.pop(_PART)
                yield {self.split: asked.get(self.split, part), **record}


class UserAccountAnalyticsByAppType(SplitAnalytics):
    """Days of the profile by app type. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "app_type"


class UserAccountAnalyticsBySource(SplitAnalytics):
    """Days of the profile by own pins and those of others. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "source"


class UserAccountAnalyticsByPinFormat(SplitAnalytics):
    """Days of the profile by pin format. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "pin_format"


class UserAccountAnalyticsByOwnedContent(SplitAnalytics):
    """Days of the profile by pins of claimed sites and others. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "owned_content"


class UserAccountAnalyticsByContentType(SplitAnalytics):
    """Days of the profile, paid and organic apart. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    cost = f"2 for {limits.ANALYTICS_WINDOW_DAYS} days"

    split = "content_type"

    def calls(self) -> list[dict[str, str]]:
        """A call for each content type."""
        return [{self.split: content_type} for content_type in ("PAID", "ORGANIC")]
