"""What can be read in one way only is read: each form of an answer gives the records of its plain form."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests_mock

from source_pinterest.engine.progress import Notices
from source_pinterest.engine.tasks import Task
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.reporting.file import rows_of_file
from source_pinterest.streams.analytics.gate import ReportKey, ReportRows
from source_pinterest.streams.analytics.levels import (
    AdAccountAnalytics,
    AdAnalytics,
    CampaignAnalytics,
    CampaignTargetingAnalytics,
)
from source_pinterest.streams.organic.pin_analytics import PinAnalytics
from source_pinterest.streams.organic.pins import Pins
from source_pinterest.streams.organic.profile import UserAccountAnalytics
from source_pinterest.streams.organic.rankings import TopPins
from source_pinterest.streams.trends import FeaturedTrendTopics, TrendingKeywords
from unit_tests.streams.analytics.syncs import window
from unit_tests.streams.analytics.test_query import call, rows_of
from unit_tests.streams.pinterest import Pinterest, records_of, slice_of

WEEK = window(9, 3)
"""From Monday, 22 June, to Sunday, 28 June."""

Records = list[dict[str, Any]]
Read = Callable[[Pinterest, Any], Records]

NO_ACCOUNT = (None, "", 0, "0")


def campaigns(pinterest: Pinterest, rows: Any) -> Records:
    """The records of campaigns' analytics."""
    pinterest.answers("ad_accounts/11/campaigns/analytics", {"json": rows})
    return rows_of(pinterest, call(window(9, 0), "549760000001"), CampaignAnalytics)


def ads(pinterest: Pinterest, rows: Any) -> Records:
    """The records of ads' analytics."""
    pinterest.answers("ad_accounts/11/ads/analytics", {"json": rows})
    return rows_of(pinterest, call(window(9, 0), "687"), AdAnalytics)


def account_days(pinterest: Pinterest, rows: Any) -> Records:
    """The records of an ad account's analytics."""
    pinterest.answers("ad_accounts/11/analytics", {"json": rows})
    return rows_of(pinterest, call(window(9, 0)), AdAccountAnalytics)


def targeting(pinterest: Pinterest, items: Any) -> Records:
    """The records of campaigns' targeting analytics."""
    pinterest.answers("ad_accounts/11/campaigns/targeting_analytics", {"json": {"data": items}})
    return rows_of(pinterest, call(window(9, 0), "549760000001"), CampaignTargetingAnalytics)


def pins(pinterest: Pinterest, items: Any) -> Records:
    """The records of pins."""
    pinterest.answers("pins", {"json": {"items": items}})
    return pinterest.read(Pins, slice_of({}))


def report(pinterest: Pinterest, file: Any) -> Records:
    """The records of a report of campaigns."""
    stream = pinterest.stream(CampaignAnalytics)
    request = ReportRequest("11", WEEK, {"granularity": "DAY"})
    rows = rows_of_file([json.dumps(file).encode()])
    key = ReportKey(("CAMPAIGN_ID", "DATE"))
    bundles = ReportRows("report", Notices("report"), key, stream.columns).bundles(request, rows)
    return list(records_of(bundles))


def profile(pinterest: Pinterest, parts: Any) -> Records:
    """The records of the user's days."""
    pinterest.answers("user_account/analytics", {"json": parts})
    stream = pinterest.stream(UserAccountAnalytics)
    stream.checkpoint.begin([None])
    return pinterest.read(UserAccountAnalytics, Task({}, stream.read_days, WEEK))


def pin_days(pinterest: Pinterest, pins: Any) -> Records:
    """The records of pins' days."""
    pinterest.lists("pins", *pins)
    pinterest.answers("pins/analytics", {"json": pins})
    [only] = pinterest.tasks(PinAnalytics)
    return pinterest.read(PinAnalytics, only)


def trends(pinterest: Pinterest, keywords: Any) -> Records:
    """The records of trending keywords."""
    pinterest.answers("trends/keywords/US/top/growing", {"json": {"trends": keywords}})
    return pinterest.read(TrendingKeywords, slice_of({"region": "US", "trend_type": "growing"}))


def topics(pinterest: Pinterest, interests: Any) -> Records:
    """The records of featured topics."""
    pinterest.answers("trends/topics/featured", {"json": {"items": interests}})
    return pinterest.read(FeaturedTrendTopics, slice_of({"region": "US"}))


def ranking(pinterest: Pinterest, ranked: Any) -> Records:
    """The records of the best pins."""
    pinterest.answers("user_account/analytics/top_pins", {"json": {"pins": ranked}})
    return pinterest.read(TopPins, slice_of({}))


def days(*dates: str) -> dict[str, Any]:
    return {"all": {"daily_metrics": [{"date": date, "metrics": {"SAVE": 7}} for date in dates]}}


def row(**fields: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": "549760000001", "AD_ACCOUNT_ID": "11", "DATE": "2026-06-22", **fields}


def without(name: str) -> dict[str, Any]:
    return {field: value for field, value in row().items() if field != name}


def target(metrics: dict[str, Any]) -> dict[str, Any]:
    return {"targeting_type": "GENDER", "targeting_value": "female", "metrics": metrics}


@pytest.mark.parametrize(
    ("read", "form", "plain"),
    [
        (campaigns, [row(CAMPAIGN_ID=549760000001)], [row()]),
        (campaigns, [row(ADVERTISER_ID=2**60 + 1)], [row(ADVERTISER_ID="1152921504606846977")]),
        *((campaigns, [row(AD_ACCOUNT_ID=none)], [row()]) for none in NO_ACCOUNT),
        *((account_days, [row(AD_ACCOUNT_ID=none)], [row()]) for none in NO_ACCOUNT),
        *((report, {"5": [row(AD_ACCOUNT_ID=none)]}, {"5": [row()]}) for none in NO_ACCOUNT),
        (campaigns, [without("AD_ACCOUNT_ID")], [row()]),
        (account_days, [without("AD_ACCOUNT_ID")], [row()]),
        (report, {"5": [without("AD_ACCOUNT_ID")]}, {"5": [row()]}),
        (targeting, [target(without("AD_ACCOUNT_ID"))], [target(row())]),
        (ads, [row(PIN_PROMOTION_ID=687)], [row(PIN_PROMOTION_ID="687", AD_ID="687")]),
        (ads, [row(PIN_PROMOTION_ID="687", AD_ID=None)], [row(PIN_PROMOTION_ID="687", AD_ID="687")]),
        (campaigns, [row(CAMPAIGN_NAME="12")], [row(CAMPAIGN_NAME=12)]),
        (campaigns, [row(CAMPAIGN_ID=549760000001.0)], [row()]),
        (pins, [{"id": 813.0, "board_id": 5.0}], [{"id": "813", "board_id": "5"}]),
        (campaigns, [row(SPEND_IN_DOLLAR="1.5", CTR="-7")], [row(SPEND_IN_DOLLAR=1.5, CTR=-7)]),
        (targeting, [target(row(CTR="0.5"))], [target(row(CTR=0.5))]),
        (report, {"5": [row(CTR="0.5", SPEND_IN_DOLLAR="n/a")]}, {"5": [row(CTR=0.5, SPEND_IN_DOLLAR="n/a")]}),
        (pins, None, []),
        (targeting, None, []),
        (trends, None, []),
        (topics, [{"interest": "a", "trends": None}], [{"interest": "a", "trends": []}]),
        (ranking, None, []),
        (report, {"5": None, "6": [row()]}, {"6": [row()]}),
        (profile, {"all": {"daily_metrics": None}}, days()),
        (pin_days, {"813": {"all": {"daily_metrics": None}}}, {"813": days()}),
        (profile, {**days("2026-06-22"), "never_seen": {"total": 7}}, days("2026-06-22")),
    ],
)
def test_each_form_of_a_response_gives_the_records_of_its_plain_form(
    mock: requests_mock.Mocker, read: Read, form: Any, plain: Any
) -> None:
    assert read(Pinterest(mock), form) == read(Pinterest(mock), plain)
