"""The sizes of requests for analytics, the levels of reports, and the types of targeting."""

import math

from pinterestsdk import models

from integration_tests.support.expected_records.reports import REPORT_STREAMS
from source_pinterest import limits
from source_pinterest.config.options import choices
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.levels import (
    AdAccountTargetingAnalytics,
    AdGroupTargetingAnalytics,
    AdTargetingAnalytics,
    CampaignTargetingAnalytics,
    TargetingAnalytics,
)
from source_pinterest.streams.analytics.shapes import request_shape


def cost(ids: int, days: int, ids_per_call: int, days_per_call: int) -> tuple[int, int]:
    """The calls, and the windows that they make."""
    windows = math.ceil(days / days_per_call)
    return math.ceil(ids / ids_per_call) * windows, windows


def least_cost(ids: int, days: int) -> tuple[int, int]:
    shapes = [
        (min(limits.IDS_PER_ANALYTICS_REQUEST, limits.ROWS_PER_ANALYTICS_REQUEST // window), window)
        for window in range(1, limits.ANALYTICS_WINDOW_DAYS + 1)
    ]
    return min(cost(ids, days, *shape) for shape in shapes)


def test_the_shape_of_requests_is_the_cheapest() -> None:
    for ids in (0, 1, 2, 19, 40, 110, 111, 112, 125, 249, 250, 251, 333, 1_000, 5_000):
        for days in (1, 2, 12, 33, 40, 41, 45, 89, 90, 91, 180, 181, 913):
            assert cost(ids, days, *request_shape(ids, days)) == least_cost(ids, days), (ids, days)


def test_an_id_with_more_rows_than_a_request_may_have_is_requested_alone() -> None:
    assert request_shape(3, 90, rows_a_day=200) == (1, 90)


TYPES_OF_THE_API = {
    AdAccountTargetingAnalytics: (models.AdsAnalyticsAccountTargetingType, 15),
    CampaignTargetingAnalytics: (models.AdsAnalyticsCampaignTargetingType, 14),
    AdGroupTargetingAnalytics: (models.AdsAnalyticsAdGroupTargetingType, 14),
    AdTargetingAnalytics: (models.AdsAnalyticsAdTargetingType, 14),
}
IN_BETA = {"AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS"}


def test_each_level_requests_every_type_that_is_not_in_beta() -> None:
    assert set(TYPES_OF_THE_API) == set(TargetingAnalytics.__subclasses__())
    for stream, (declared, most) in TYPES_OF_THE_API.items():
        assert set(stream.targeting_types) == {member.value for member in declared} - IN_BETA, stream
        assert len(stream.targeting_types) <= most, stream


def test_every_level_has_its_stream_under_the_name_that_users_know() -> None:
    levels = {stream.stream_name(): stream.level for stream in REPORTS}
    assert levels == {name: stream.level for name, stream in REPORT_STREAMS.items()}
    assert {*levels.values()} == {*choices("custom_reports", "level")}
