"""Which streams are there? In the order in which they are read: a parent before its children."""

from collections.abc import Callable
from functools import partial

from source_pinterest.api.errors import ConfigError
from source_pinterest.streams.ads.account_lists import (
    Audiences,
    BillingInvoices,
    BillingProfiles,
    ConversionTags,
    CustomerLists,
    LeadForms,
    OrderLines,
    Promotions,
)
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.audience_lists import (
    AdvertiserDefinedEvents,
    AudienceInsights,
    ConversionEventQuality,
    CustomerSegments,
    Labels,
    TargetingTemplates,
)
from source_pinterest.streams.ads.entities import AdGroups, Ads, Campaigns
from source_pinterest.streams.ads.keyword_metrics import KeywordMetrics
from source_pinterest.streams.ads.keywords import Keywords
from source_pinterest.streams.ads.product_group_promotions import ProductGroupPromotions
from source_pinterest.streams.analytics.custom_report import CustomReportStream
from source_pinterest.streams.analytics.daily_levels import (
    AdAccountAnalytics,
    AdAnalytics,
    AdGroupAnalytics,
    CampaignAnalytics,
    ProductGroupAnalytics,
)
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.marketing_mix import MarketingMixReport
from source_pinterest.streams.analytics.product_breakdowns import PRODUCT_CONVERSIONS
from source_pinterest.streams.analytics.targeting_levels import (
    AdAccountTargetingAnalytics,
    AdGroupTargetingAnalytics,
    AdTargetingAnalytics,
    CampaignTargetingAnalytics,
)
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.business.employers import BusinessEmployers
from source_pinterest.streams.business.people import BusinessAssets, BusinessMembers, BusinessPartners
from source_pinterest.streams.catalog_issues import (
    CatalogsDistributionStats,
    CatalogsFeedIngestionStats,
    CatalogsFeedItemIssues,
)
from source_pinterest.streams.catalog_products import CatalogsProductGroupCounts, CatalogsProductGroupProducts
from source_pinterest.streams.catalogs import (
    Catalogs,
    CatalogsFeedProcessingResults,
    CatalogsFeeds,
    CatalogsProductGroups,
)
from source_pinterest.streams.organic.boards import Boards, BoardSections
from source_pinterest.streams.organic.network import (
    Followers,
    Following,
    FollowingBoards,
    LinkedBusinessAccounts,
    UserWebsites,
)
from source_pinterest.streams.organic.pin_analytics import PinAnalytics
from source_pinterest.streams.organic.pins import BoardPins, BoardSectionPins, Pins
from source_pinterest.streams.organic.profile import UserAccount
from source_pinterest.streams.organic.top_pins import TopPins, TopVideoPins
from source_pinterest.streams.organic.user_analytics import (
    UserAccountAnalytics,
    UserAccountAnalyticsByAppType,
    UserAccountAnalyticsByContentType,
    UserAccountAnalyticsByOwnedContent,
    UserAccountAnalyticsByPinFormat,
    UserAccountAnalyticsBySource,
)
from source_pinterest.streams.resources.dictionaries import AdAccountCountries, DeliveryMetrics
from source_pinterest.streams.resources.targeting_options import TargetingOptions
from source_pinterest.streams.trends.keywords import TrendingKeywords, TrendingKeywordWeeks
from source_pinterest.streams.trends.product_categories import ProductCategoryTrends, TrendingProductCategories
from source_pinterest.streams.trends.topics import FeaturedTrendTopics

LISTS: tuple[type[PinterestStream], ...] = (
    Catalogs,
    CatalogsFeeds,
    CatalogsFeedProcessingResults,
    CatalogsProductGroups,
    CatalogsProductGroupCounts,
    CatalogsProductGroupProducts,
    CatalogsFeedItemIssues,
    CatalogsFeedIngestionStats,
    CatalogsDistributionStats,
    Audiences,
    CustomerLists,
    ConversionTags,
    Keywords,
    KeywordMetrics,
    ProductGroupPromotions,
    Promotions,
    OrderLines,
    LeadForms,
    BillingProfiles,
    BillingInvoices,
    AudienceInsights,
    CustomerSegments,
    TargetingTemplates,
    Labels,
    AdvertiserDefinedEvents,
    ConversionEventQuality,
)

ORGANISATION: tuple[type[PinterestStream], ...] = (
    BusinessEmployers,
    BusinessMembers,
    BusinessPartners,
    BusinessAssets,
    LinkedBusinessAccounts,
    UserWebsites,
    Followers,
    Following,
    FollowingBoards,
)

DICTIONARIES: tuple[type[PinterestStream], ...] = (AdAccountCountries, DeliveryMetrics, TargetingOptions)

TRENDS: tuple[type[PinterestStream], ...] = (
    TrendingKeywords,
    TrendingKeywordWeeks,
    TrendingProductCategories,
    ProductCategoryTrends,
    FeaturedTrendTopics,
)

STREAMS: tuple[type[PinterestStream], ...] = (
    AdAccounts,
    UserAccount,
    Boards,
    BoardSections,
    BoardPins,
    BoardSectionPins,
    Pins,
    Campaigns,
    AdGroups,
    Ads,
    *LISTS,
    *ORGANISATION,
    *DICTIONARIES,
    *TRENDS,
    UserAccountAnalytics,
    UserAccountAnalyticsByAppType,
    UserAccountAnalyticsBySource,
    UserAccountAnalyticsByPinFormat,
    UserAccountAnalyticsByOwnedContent,
    UserAccountAnalyticsByContentType,
    TopPins,
    TopVideoPins,
    PinAnalytics,
    AdAccountAnalytics,
    CampaignAnalytics,
    AdGroupAnalytics,
    AdAnalytics,
    ProductGroupAnalytics,
    AdAccountTargetingAnalytics,
    CampaignTargetingAnalytics,
    AdGroupTargetingAnalytics,
    AdTargetingAnalytics,
    *REPORTS,
    MarketingMixReport,
    *PRODUCT_CONVERSIONS,
)


def streams_by_name(sync: Sync) -> dict[str, Callable[[], PinterestStream]]:
    """What makes each stream of the registry and, after them, each of the user's own reports.

    Raises:
        ConfigError: a report is called like a stream.
    """
    makers: dict[str, Callable[[], PinterestStream]] = {
        stream_class.stream_name(): partial(sync.stream, stream_class) for stream_class in STREAMS
    }
    for report in sync.config.custom_reports:
        if report.stream_name in makers:
            raise ConfigError(
                f"Custom Reports: {report.name} would become the stream {report.stream_name}, which there is already. "
                "Give it another name.",
            )
    own = {report.stream_name: partial(CustomReportStream, sync, report) for report in sync.config.custom_reports}
    return makers | own
