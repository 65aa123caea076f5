"""Which of a user's pins did best in the last weeks?"""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import orjson
import requests
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.access import BUSINESS_ACCOUNT
from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.dates import days_before
from source_pinterest.state.day_cursor import END, START
from source_pinterest.streams.base.slices import partition_slice
from source_pinterest.streams.base.stream import Record
from source_pinterest.streams.organic.boards import OrganicDocument

_SORT = "sort_by"


class RankingStream(OrganicDocument, ABC):
    """The best 50 pins by each metric, over all the days that Pinterest has or the user wants."""

    primary_key: str | list[str] = [_SORT, "pin_id"]  # noqa: RUF012 - an attribute of the framework's
    scopes = ("pins:read", "user_accounts:read")
    access = BUSINESS_ACCOUNT
    cost = "1 a metric"
    sorts: ClassVar[tuple[str, ...]]

    def request_params(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The days, the metric, and as many pins as there may be."""
        wanted = stream_slice or {}
        params = super().request_params(stream_slice=stream_slice)
        return {**params, **{name: wanted[name] for name in (START, END, _SORT)}, "num_of_pins": limits.TOP_PINS}

    def parse(self, response: requests.Response) -> None:
        """Parse a ranking.

        Raises:
            MalformedAnswerError: it is none.
        """
        ranking = orjson.loads(response.content)
        pins = ranking.get("pins") if isinstance(ranking, dict) else None
        if not isinstance(pins, list) or not all(isinstance(pin, dict) and pin.get("pin_id") for pin in pins):
            raise MalformedAnswerError("A ranking holds pins.")
        available = {"date_availability": ranking.get("date_availability")}
        response.page = {"items": [{**pin, **available} for pin in pins]}  # type: ignore[attr-defined]

    def read_slice(self, stream_slice: StreamSlice) -> Iterator[Record]:
        """The ranking by each metric, one after the other."""
        today = self.config.today
        earliest = days_before(today, limits.SYNC_HISTORY_DAYS)
        days = {START: str(max(self.config.start_date or earliest, earliest)), END: str(today)}
        for sort_by in self.sorts:
            ranking = partition_slice(stream_slice.partition, {**days, _SORT: sort_by})
            for record in self.records(self.fetch(ranking), ranking):
                yield {**record, **ranking.cursor_slice}


class TopPins(RankingStream):
    """The best 50 pins by each metric. https://developers.pinterest.com/docs/api/v5/user_account-analytics-top_pins."""

    path_template = "user_account/analytics/top_pins"
    sorts = ("ENGAGEMENT", "IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE")


class TopVideoPins(RankingStream):
    """The best 50 video pins by each metric. https://developers.pinterest.com/docs/api/v5/user_account-analytics-top_video_pins."""

    path_template = "user_account/analytics/top_video_pins"
    sorts = (
        "IMPRESSION",
        "SAVE",
        "OUTBOUND_CLICK",
        "VIDEO_MRC_VIEW",
        "VIDEO_AVG_WATCH_TIME",
        "VIDEO_V50_WATCH_TIME",
        "QUARTILE_95_PERCENT_VIEW",
        "VIDEO_10S_VIEW",
        "VIDEO_START",
    )
