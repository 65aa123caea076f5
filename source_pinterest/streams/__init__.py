"""All streams, in the order in which they are read: a parent before its children."""

from collections.abc import Callable
from functools import partial

from source_pinterest.api.errors import ConfigError
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.ad_pins import AdPins
from source_pinterest.streams.ads.entities import AdGroups, Ads, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from source_pinterest.streams.ads.keywords import KeywordMetrics, Keywords
from source_pinterest.streams.ads.lists import (
    AdvertiserDefinedEvents,
    AudienceInsights,
    Audiences,
    BillingInvoices,
    BillingProfiles,
    ConversionEventQuality,
    ConversionTags,
    CustomerLists,
    CustomerSegments,
    Labels,
    LeadForms,
    OrderLines,
    Promotions,
    TargetingTemplates,
)
from source_pinterest.streams.analytics.custom_report import custom_report
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.levels import (
    AdAccountAnalytics,
    AdAccountTargetingAnalytics,
    AdAnalytics,
    AdGroupAnalytics,
    AdGroupTargetingAnalytics,
    AdTargetingAnalytics,
    CampaignAnalytics,
    CampaignTargetingAnalytics,
    ProductGroupAnalytics,
)
from source_pinterest.streams.analytics.own_reports import PRODUCT_CONVERSIONS, MarketingMixReport
from source_pinterest.streams.base.stream import PinterestStream, Sync
from source_pinterest.streams.business import BusinessAssets, BusinessEmployers, BusinessMembers, BusinessPartners
from source_pinterest.streams.catalogs.catalogs import (
    Catalogs,
    CatalogsFeedProcessingResults,
    CatalogsFeeds,
    CatalogsProductGroupCounts,
    CatalogsProductGroupProducts,
    CatalogsProductGroups,
)
from source_pinterest.streams.catalogs.issues import (
    CatalogsDistributionStats,
    CatalogsFeedIngestionStats,
    CatalogsFeedItemIssues,
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
from source_pinterest.streams.organic.profile import (
    UserAccount,
    UserAccountAnalytics,
    UserAccountAnalyticsByAppType,
    UserAccountAnalyticsByContentType,
    UserAccountAnalyticsByOwnedContent,
    UserAccountAnalyticsByPinFormat,
    UserAccountAnalyticsBySource,
)
from source_pinterest.streams.organic.rankings import TopPins, TopVideoPins
from source_pinterest.streams.resources.dictionaries import AdAccountCountries, DeliveryMetrics
from source_pinterest.streams.resources.targeting_options import TargetingOptions
from source_pinterest.streams.trends import (
    FeaturedTrendTopics,
    ProductCategoryTrends,
    TrendingKeywords,
    TrendingKeywordWeeks,
    TrendingProductCategories,
)

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
    AdPins,
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
    """Return a factory for each stream of the registry and, after them, for each custom report.

    Raises:
        ConfigError: a custom report has the name of a stream.
    """
    factories: dict[str, Callable[[], PinterestStream]] = {
        stream_class.stream_name(): partial(sync.stream, stream_class) for stream_class in STREAMS
    }
    for report in sync.config.custom_reports:
        if report.stream_name in factories:
            raise ConfigError(
                f"Custom Reports: {report.name} would become the stream {report.stream_name}, which exists already. "
                "Give it another name.",
            )
    custom = {report.stream_name: partial(custom_report, sync, report) for report in sync.config.custom_reports}
    return factories | custom
