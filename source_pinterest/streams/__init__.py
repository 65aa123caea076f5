"""Which streams are there? In the order in which they are read: a parent before its children."""

from source_pinterest.streams.ads import AdAccounts, AdGroups, Ads, Campaigns
from source_pinterest.streams.analytics import AdAccountAnalytics, AdAnalytics, AdGroupAnalytics, CampaignAnalytics
from source_pinterest.streams.base import PinterestStream
from source_pinterest.streams.organic import BoardPins, Boards, BoardSectionPins, BoardSections
from source_pinterest.streams.user_analytics import UserAccountAnalytics

STREAMS: tuple[type[PinterestStream], ...] = (
    Boards,
    BoardSections,
    BoardPins,
    BoardSectionPins,
    AdAccounts,
    Campaigns,
    AdGroups,
    Ads,
    UserAccountAnalytics,
    AdAccountAnalytics,
    CampaignAnalytics,
    AdGroupAnalytics,
    AdAnalytics,
)
