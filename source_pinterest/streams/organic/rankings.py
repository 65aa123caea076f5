"""The best pins and video pins of a user by each metric."""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any

from source_pinterest import limits
from source_pinterest.api.bodies import Page, list_in, parse_body, with_key
from source_pinterest.api.errors import BUSINESS_ACCOUNT
from source_pinterest.dates import days_before
from source_pinterest.engine.tasks import END, START
from source_pinterest.streams.analytics.row_validation import ExpectedRows, admitted
from source_pinterest.streams.base.declaration import ForeignKey
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.profile import VIDEO_METRICS


class RankingStream(OrganicStream, ABC):
    """The best 50 pins by each metric, from the start date on or over all days that Pinterest has."""

    parameter = "sort_by"
    key = (parameter, "pin_id")
    page_size = None
    scopes = ("pins:read", "user_accounts:read")
    access = BUSINESS_ACCOUNT
    cost = "one request for each metric"
    foreign_keys = (
        ForeignKey("pins", ("pin_id",), unless="the pin is somebody else's and leads to the claimed website"),
    )

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the days, the filters and the largest number of pins that Pinterest allows."""
        today = self.config.today
        earliest = days_before(today, limits.SYNC_HISTORY_DAYS)
        days = {START: str(max(self.config.start_date or earliest, earliest)), END: str(today)}
        filters = self.config.top_pins_filters
        return {**super().request_params(*args, **kwargs), **days, **filters, "num_of_pins": limits.TOP_PINS}

    def parse(self, chunks: Iterator[bytes]) -> Page:
        """Read a ranking.

        Raises:
            MalformedResponseError: the body is not a ranking.
        """
        ranking = parse_body(chunks)
        pins = with_key(list_in(ranking, "pins") if isinstance(ranking, dict) else None, self.own_key)
        available = {"date_availability": ranking.get("date_availability")}
        expected = ExpectedRows(key=self.own_key, strings=self.own_key)
        return Page([{**pin, **available} for pin in admitted(pins, expected, self.notices)])

    def stamp(self, value: str) -> Mapping[str, Any]:
        days = {name: day for name, day in self.request_params().items() if name in (START, END)}
        return {**super().stamp(value), **days, **self.config.top_pins_filters}


class TopPins(RankingStream):
    """The best 50 pins by each metric. https://developers.pinterest.com/docs/api/v5/user_account-analytics-top_pins."""

    path_template = "user_account/analytics/top_pins"
    values = ("ENGAGEMENT", "IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE")


class TopVideoPins(RankingStream):
    """The best 50 video pins by each metric. https://developers.pinterest.com/docs/api/v5/user_account-analytics-top_video_pins."""

    path_template = "user_account/analytics/top_video_pins"
    values = ("IMPRESSION", "SAVE", "OUTBOUND_CLICK", *VIDEO_METRICS)
