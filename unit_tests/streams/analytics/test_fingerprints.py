"""A request keeps the fingerprint that states have of it."""

from typing import Any

import pytest
import requests_mock

from source_pinterest.config.reports import default_targeting_types
from source_pinterest.state.period import fingerprint
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.levels import CampaignAnalytics, CampaignTargetingAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics
from unit_tests.streams.pinterest import Pinterest

COLUMNS = ["CAMPAIGN_ID", "AD_ACCOUNT_ID", "CTR"]
WINDOWS = {"click_window_days": 7, "engagement_window_days": 7, "view_window_days": 1}
OPTIONS = {"analytics_columns": ["CTR"], "attribution_window": "7/7/1"}
CampaignTargetingReport = next(stream for stream in REPORTS if stream.stream_name() == "campaign_targeting_report")


@pytest.mark.parametrize(
    ("stream", "question"),
    [
        (CampaignAnalytics, {"level": "CAMPAIGN", "granularity": "DAY", "columns": COLUMNS}),
        (
            CampaignTargetingAnalytics,
            {"targeting_types": ",".join(CampaignTargetingAnalytics.targeting_types), "columns": COLUMNS},
        ),
    ],
)
def test_analytics_are_known_by_what_a_call_or_a_report_asks_for(
    mock: requests_mock.Mocker, stream: type[QueryAnalytics], question: dict[str, Any]
) -> None:
    known = Pinterest(mock, **OPTIONS).stream(stream).request_fingerprint()

    assert known == fingerprint({**question, **WINDOWS})


def test_reports_are_known_by_what_they_ask_for(mock: requests_mock.Mocker) -> None:
    subject = Pinterest(mock, **OPTIONS).stream(CampaignTargetingReport)
    question = {"level": "CAMPAIGN_TARGETING", "granularity": "DAY", "columns": list(subject.columns)}
    types = default_targeting_types("CAMPAIGN_TARGETING")
    variants = [{"targeting_types": list(some)} for some in (types[:5], types[5:10], types[10:])]

    assert subject.request_fingerprint() == fingerprint({**question, **WINDOWS, "variants": variants})
