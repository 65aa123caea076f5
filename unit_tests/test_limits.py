"""The limits agree with the API's own call signatures, and each path counts against the right quota."""

import pytest
from annotated_types import Le, MaxLen
from pinterestsdk.models.ads_analytics_create_async_request import AdsAnalyticsCreateAsyncRequest

from integration_tests.simulator.contract import sdk_parameters
from integration_tests.simulator_tests.sdk_types import flattened
from source_pinterest import limits


def test_each_limit_is_the_most_that_pinterest_takes() -> None:
    """A sync shows those of pages, of IDs and of targeting types."""
    of_report = AdsAnalyticsCreateAsyncRequest.model_fields
    for annotation, limit in [
        (sdk_parameters("country_keywords_metrics/get")["keywords"], limits.KEYWORDS_PER_METRICS_REQUEST),
        (sdk_parameters("trending_keywords/list")["limit"], limits.TRENDING_KEYWORDS),
        (
            sdk_parameters("trends_product_categories_details/list")["product_categories"],
            limits.PRODUCT_CATEGORIES_PER_REQUEST,
        ),
        *(
            (of_report[f"{level}_statuses"].annotation, limits.STATUSES_PER_REPORT)
            for level in ("campaign", "ad_group", "ad")
        ),
    ]:
        told = [part for part in flattened(annotation) if isinstance(part, Le | MaxLen)]
        assert limit in {getattr(part, "le", None) or getattr(part, "max_length", None) for part in told}, annotation


def test_a_path_counts_against_the_category_that_pinterest_names() -> None:
    """One path of each pattern; which category each stream's requests have, the simulator says."""
    for category, paths in {
        "org_read": "/oauth/token /user_account /boards/1/sections/2/pins /user_account/following/boards",
        "org_analytics": "/user_account/analytics /user_account/analytics/top_pins /pins/analytics /pins/1/analytics",
        "ads_read": "/ad_accounts /ad_accounts/1/campaigns /ad_accounts/1/keywords/metrics /ad_accounts/1/mmm_reports "
        "/user_account/followers /businesses/employers /resources/targeting/GEO /resources/delivery_metrics",
        "ads_analytics": "/ad_accounts/1/analytics /ad_accounts/1/ads/analytics /ad_accounts/1/targeting_analytics "
        "/ad_accounts/1/ad_groups/targeting_analytics /ad_accounts/1/reports /resources/metrics_ready_state",
        "catalogs_read": "/catalogs/product_groups/1/products /catalogs/reports/stats",
        "trends_read": "/trends/keywords/GB%2BIE/top/growing /trends/product_categories/trending",
    }.items():
        assert category in limits.REQUESTS_PER_MINUTE
        for path in paths.split():
            assert limits.rate_category(path) == limits.rate_category(f"/v5{path}") == category, path
    with pytest.raises(LookupError, match="/msot/events"):
        limits.rate_category("/msot/events")


def test_calls_of_one_operation_have_one_name_whatever_they_are_about() -> None:
    for path, operation in [
        ("/v5/boards/549/pins", "org_read GET /v5/boards/*/pins"),
        ("/v5/trends/keywords/GB%2BIE/top/growing", "trends_read GET /v5/trends/keywords/*/top/*"),
        ("/v5/trends/topics/featured", "trends_read GET /v5/trends/topics/featured"),
        ("/v5/resources/targeting/interests/925056443165", "ads_read GET /v5/resources/targeting/interests/*"),
    ]:
        assert limits.rated_operation("GET", path) == operation, (path, operation)


@pytest.mark.parametrize("path", ["/ad_accounts/1/mmm_reports", "/ad_accounts/1/reports/brand_category_sku"])
def test_creating_a_report_counts_as_analytics_and_polling_some_of_them_does_not(path: str) -> None:
    assert limits.rate_category(f"/v5{path}", "POST") == "ads_analytics"
    assert limits.rate_category(f"/v5{path}") == "ads_read"
