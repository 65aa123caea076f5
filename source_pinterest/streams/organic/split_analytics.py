"""How are the days of a profile read, split by what its activity was on?"""

from abc import ABC
from collections.abc import Iterator

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import Record
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.organic.base import TEXT
from source_pinterest.streams.organic.profile_analytics import PART, ProfileAnalytics

METRICS = (
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
_SPLITS = {
    "app_type": {**TEXT, "description": "Kind of device that the activity was on, such as MOBILE, TABLET or WEB."},
    "source": {**TEXT, "description": "Whose pins the activity was on: YOUR_PINS or OTHER_PINS."},
    "pin_format": {**TEXT, "description": "Format of the pins, paid or organic, such as ORGANIC_IMAGE or ADS_VIDEO."},
    "owned_content": {**TEXT, "description": "Whether the pins lead to a claimed website: CLAIMED or OTHER."},
    "content_type": {**TEXT, "description": "Whether the activity was on ads (PAID) or not (ORGANIC)."},
}


class SplitAnalytics(ProfileAnalytics, ABC):
    """One row per day and part of the profile's activity."""

    def __init__(self, sync: Sync) -> None:
        self.primary_key = [self.split, "date"]
        self.stamped = {self.split: _SPLITS[self.split]}
        super().__init__(sync)

    def calls(self) -> list[dict[str, str]]:
        """The only call names the split."""
        return [{"split_field": self.split.upper()}]

    def rows(self, stream_slice: StreamSlice) -> Iterator[list[Record]]:
        """The days of each part; all metrics are named, because Pinterest's "all of them" does not go with a split."""
        for call in self.calls():
            asked = self.asked(stream_slice, {**call, "metric_types": ",".join(METRICS)})
            yield [{self.split: call.get(self.split, row.pop(PART)), **row} for row in asked]
