"""When does a conversion count for an ad, whose and on which day, and which choices does Pinterest offer?"""

from collections.abc import Mapping
from dataclasses import dataclass

from source_pinterest.limits import ATTRIBUTION_WINDOWS_DAYS

CONVERSION_REPORT_TIMES = ("TIME_OF_AD_ACTION", "TIME_OF_CONVERSION")
ATTRIBUTION_TYPES = ("INDIVIDUAL", "HOUSEHOLD")


@dataclass(frozen=True, slots=True)
class AttributionWindow:
    """How many days after a click, an engagement or a view a conversion still counts; as text, `30/30/1`.

    https://developers.pinterest.com/docs/api/v5/campaigns-analytics
    """

    click: int
    engagement: int
    view: int

    def __str__(self) -> str:
        return f"{self.click}/{self.engagement}/{self.view}"

    @property
    def largest(self) -> int:
        """For how many days the conversions of a day can still grow."""
        return max(self.click, self.engagement, self.view)


# The 21 that Ads Manager offers: an engagement counts for as long as a click, a view never for longer. Pinterest's
# default comes first.
ATTRIBUTION_WINDOWS: Mapping[str, AttributionWindow] = {
    str(window): window
    for window in sorted(
        (
            AttributionWindow(click, click, view)
            for click in ATTRIBUTION_WINDOWS_DAYS
            for view in ATTRIBUTION_WINDOWS_DAYS
            if view <= click
        ),
        key=lambda window: (str(window) != "30/30/1", window.click, window.view),
    )
}
