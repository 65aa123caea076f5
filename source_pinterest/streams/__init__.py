"""All streams, in the order in which they are read: a parent before its children."""

from collections.abc import Callable
from functools import partial

from source_pinterest.api.errors import ConfigError
from source_pinterest.streams import business, trends
from source_pinterest.streams.ads import accounts, ad_pins, entities, entity_lists, keywords, lists
from source_pinterest.streams.analytics import level_reports, levels, own_reports
from source_pinterest.streams.analytics.custom_report import custom_report
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import Sync
from source_pinterest.streams.catalogs import catalogs, issues
from source_pinterest.streams.organic import boards, network, pin_analytics, pins, profile, rankings
from source_pinterest.streams.resources import dictionaries, targeting_options

STREAMS: tuple[type[PinterestStream], ...] = (
    accounts.AdAccounts,
    profile.UserAccount,
    boards.Boards,
    boards.BoardSections,
    pins.BoardPins,
    pins.BoardSectionPins,
    pins.Pins,
    entities.Campaigns,
    entities.AdGroups,
    entities.Ads,
    ad_pins.AdPins,
    catalogs.Catalogs,
    catalogs.CatalogsFeeds,
    catalogs.CatalogsFeedProcessingResults,
    catalogs.CatalogsProductGroups,
    catalogs.CatalogsProductGroupCounts,
    catalogs.CatalogsProductGroupProducts,
    issues.CatalogsFeedItemIssues,
    issues.CatalogsFeedIngestionStats,
    issues.CatalogsDistributionStats,
    lists.Audiences,
    lists.CustomerLists,
    lists.ConversionTags,
    keywords.Keywords,
    keywords.KeywordMetrics,
    entity_lists.ProductGroupPromotions,
    lists.Promotions,
    lists.OrderLines,
    lists.LeadForms,
    lists.BillingProfiles,
    lists.BillingInvoices,
    lists.AudienceInsights,
    lists.CustomerSegments,
    lists.TargetingTemplates,
    lists.Labels,
    lists.AdvertiserDefinedEvents,
    lists.ConversionEventQuality,
    business.BusinessEmployers,
    business.BusinessMembers,
    business.BusinessPartners,
    business.BusinessAssets,
    network.LinkedBusinessAccounts,
    network.UserWebsites,
    network.Followers,
    network.Following,
    network.FollowingBoards,
    dictionaries.AdAccountCountries,
    dictionaries.DeliveryMetrics,
    targeting_options.TargetingOptions,
    trends.TrendingKeywords,
    trends.TrendingKeywordWeeks,
    trends.TrendingProductCategories,
    trends.ProductCategoryTrends,
    trends.FeaturedTrendTopics,
    profile.UserAccountAnalytics,
    profile.UserAccountAnalyticsByAppType,
    profile.UserAccountAnalyticsBySource,
    profile.UserAccountAnalyticsByPinFormat,
    profile.UserAccountAnalyticsByOwnedContent,
    profile.UserAccountAnalyticsByContentType,
    rankings.TopPins,
    rankings.TopVideoPins,
    pin_analytics.PinAnalytics,
    levels.AdAccountAnalytics,
    levels.CampaignAnalytics,
    levels.AdGroupAnalytics,
    levels.AdAnalytics,
    levels.ProductGroupAnalytics,
    levels.AdAccountTargetingAnalytics,
    levels.CampaignTargetingAnalytics,
    levels.AdGroupTargetingAnalytics,
    levels.AdTargetingAnalytics,
    *level_reports.REPORTS,
    own_reports.MarketingMixReport,
    *own_reports.PRODUCT_CONVERSIONS,
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
