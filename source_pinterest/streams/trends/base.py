"""What is every stream of Pinterest's trends? A slice for each region, read whole each time."""

import logging
from abc import ABC
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.access import TRENDS
from source_pinterest.config.trend_regions import TREND_REGIONS, regions_of
from source_pinterest.engine.parent_ids import ParentIds
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.document import DocumentStream
from source_pinterest.streams.base.slices import partition_slice

LOGGER = logging.getLogger("airbyte")


class TrendStream(DocumentStream, ABC):
    """Trends of the regions that the user names, or of those that the ad accounts are in."""

    partition_keys: tuple[str, ...] = ("region",)
    scopes = ("user_accounts:read",)
    access = TRENDS
    regions: ClassVar[tuple[str, ...]] = TREND_REGIONS
    """Those that Pinterest has trends of."""

    @cached_property
    def _ad_accounts(self) -> AdAccounts:
        return self.shared.stream(AdAccounts)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Without a choice of regions, those of the ad accounts, whose countries decide."""
        yield from super().needed_ids()
        if not self.config.trend_regions:
            yield self._ad_accounts.ids

    def wanted_regions(self) -> tuple[str, ...]:
        """The regions to read."""
        if chosen := self.config.trend_regions:
            return tuple(region for region in chosen if region in self.regions)
        return regions_of(self._ad_accounts.countries(), self.regions)

    def slices(self) -> Iterator[StreamSlice]:
        """A slice for each region."""
        regions = self.wanted_regions()
        if not regions:
            LOGGER.info(
                f"{self.name}: Pinterest has no trends of these regions or countries, so the stream is empty. "
                f"It has them of {', '.join(self.regions)}."
            )
        for region in regions:
            yield partition_slice({"region": region})
