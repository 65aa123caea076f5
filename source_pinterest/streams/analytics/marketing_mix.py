"""What did the ads bring, as models of the marketing mix need it: by campaign or ad group, by day or week?"""

from source_pinterest.api.access import beta
from source_pinterest.columns import MMM_COLUMNS
from source_pinterest.config.own_reports import MMM_PARTS
from source_pinterest.config.report_levels import Reach
from source_pinterest.limits import ASYNC_HISTORY_DAYS, REPORT_WINDOW_DAYS
from source_pinterest.reporting.endpoint import ReportEndpoint
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.context import Sync

_ID_OF_LEVEL = {"CAMPAIGN_TARGETING": "CAMPAIGN_ID", "AD_GROUP_TARGETING": "AD_GROUP_ID"}


class MarketingMixReport(ReportStream):
    """Delivery and spend for marketing mix models, as reports.

    https://developers.pinterest.com/docs/api/v5/analytics-create_mmm_report.
    """

    endpoint = ReportEndpoint(
        "ad_accounts/{ad_account_id}/mmm_reports", {"report_name": "source-pinterest marketing mix"}
    )
    path_template = endpoint.path
    access = beta("marketing mix reports")

    def __init__(self, sync: Sync) -> None:
        self.report = sync.config.marketing_mix
        self.level, self.granularity = self.report.level, self.report.granularity
        self.id_columns = (_ID_OF_LEVEL[self.level],)
        super().__init__(sync)

    def reach(self) -> Reach:
        """That of other reports: Pinterest states none for these."""
        return Reach(ASYNC_HISTORY_DAYS, REPORT_WINDOW_DAYS)

    def part_columns(self) -> tuple[str, ...]:
        """Type and value of targeting, and what else may split the rows of an entity, where it is asked for."""
        return (*super().part_columns(), *(column for column in MMM_PARTS if column in self.report.columns))

    def targeting_types(self) -> tuple[str, ...]:
        """Those that the user has chosen."""
        return self.report.targeting_types

    def wanted_columns(self) -> tuple[str, ...]:
        """Those that the user has chosen, or all that leave the rows of an entity whole."""
        return self.report.columns

    def attribution(self) -> dict[str, object]:
        """None: these reports count no conversions."""
        return {}

    def accepts(self, column: str) -> bool:
        """Whatever the user has named is asked for; Pinterest has more columns than its documents."""
        return column in MMM_COLUMNS or column in self.report.columns
