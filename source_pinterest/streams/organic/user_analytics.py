"""What did a profile do on each day, as a whole and split: by app type, source, pin format and the like?"""

from collections.abc import Iterator

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.bodies import Record
from source_pinterest.streams.organic.profile_analytics import PART, ProfileAnalytics
from source_pinterest.streams.organic.split_analytics import SplitAnalytics


class UserAccountAnalytics(ProfileAnalytics):
    """Daily metrics of the user's own profile. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    def rows(self, stream_slice: StreamSlice) -> Iterator[list[Record]]:
        """The days of a window, answer by answer."""
        yield [row for row in self.asked(stream_slice, {}) if row.pop(PART) == "all"]


class UserAccountAnalyticsByAppType(SplitAnalytics):
    """Daily metrics of the profile by app type. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "app_type"


class UserAccountAnalyticsBySource(SplitAnalytics):
    """Daily metrics of the profile by own pins and those of others. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "source"


class UserAccountAnalyticsByPinFormat(SplitAnalytics):
    """Daily metrics of the profile by pin format. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "pin_format"


class UserAccountAnalyticsByOwnedContent(SplitAnalytics):
    """Daily metrics of the profile by pins of claimed sites and others. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    split = "owned_content"


class UserAccountAnalyticsByContentType(SplitAnalytics):
    """Daily metrics of the profile, paid and organic apart. https://developers.pinterest.com/docs/api/v5/user_account-analytics."""

    cost = f"2 for {limits.ANALYTICS_WINDOW_DAYS} days"

    split = "content_type"

    def calls(self) -> list[dict[str, str]]:
        """A call for each content type."""
        return [{self.split: content_type} for content_type in ("PAID", "ORGANIC")]
