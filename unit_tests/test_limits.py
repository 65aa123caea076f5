"""The limits agree with the API's own call signatures, and each path counts against the right quota."""

import inspect
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pinterestsdk.api.ad_accounts_api import AdAccountsApi
from pinterestsdk.api.ad_groups_api import AdGroupsApi
from pinterestsdk.api.ads_api import AdsApi
from pinterestsdk.api.boards_api import BoardsApi
from pinterestsdk.api.campaigns_api import CampaignsApi
from pinterestsdk.api.keywords_api import KeywordsApi
from pinterestsdk.api.trends_api import TrendsApi
from pinterestsdk.models.ads_analytics_create_async_request import AdsAnalyticsCreateAsyncRequest
from pydantic.fields import FieldInfo

from source_pinterest import limits


def bound(operation: Any, parameter: str, constraint: str) -> int:
    """The bound that the client library declares for a parameter: the greatest value `le`, or `max_length`."""
    [value] = [
        getattr(rule, constraint)
        for field in _fields_of(inspect.signature(operation).parameters[parameter].annotation)
        for rule in field.metadata
        if hasattr(rule, constraint)
    ]
    assert isinstance(value, int)
    return value


def _fields_of(annotation: Any) -> list[FieldInfo]:
    """What constrains a parameter itself: `Annotated` within `Optional` within `Annotated`, but not a list's items."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return [meta for meta in metadata if isinstance(meta, FieldInfo)] + _fields_of(inner)
    if get_origin(annotation) is Union:
        return [field for choice in get_args(annotation) for field in _fields_of(choice)]
    return []


LIST_OPERATIONS = (
    BoardsApi.boards_list,
    BoardsApi.board_sections_list_pins,
    BoardsApi.boards_list_pins,
    AdAccountsApi.ad_accounts_list,
    CampaignsApi.campaigns_list,
    AdGroupsApi.ad_groups_list,
    AdsApi.ads_list,
)


def test_each_limit_is_the_most_that_pinterest_takes() -> None:
    for operation, parameter, constraint, limit in [
        *((operation, "page_size", "le", limits.PAGE_SIZE) for operation in LIST_OPERATIONS),
        (CampaignsApi.campaigns_list, "ad_account_id", "max_length", limits.MAX_ID_DIGITS),
        (CampaignsApi.campaigns_analytics, "campaign_ids", "max_length", limits.IDS_PER_ANALYTICS_REQUEST),
        (AdGroupsApi.ad_groups_analytics, "ad_group_ids", "max_length", limits.IDS_PER_ANALYTICS_REQUEST),
        (AdsApi.ads_analytics, "ad_ids", "max_length", limits.IDS_PER_ANALYTICS_REQUEST),
        (AdsAnalyticsCreateAsyncRequest, "targeting_types", "max_length", limits.TARGETING_TYPES_PER_REPORT),
        (AdsAnalyticsCreateAsyncRequest, "campaign_statuses", "max_length", limits.STATUSES_PER_REPORT),
        (AdsAnalyticsCreateAsyncRequest, "ad_group_statuses", "max_length", limits.STATUSES_PER_REPORT),
        (AdsAnalyticsCreateAsyncRequest, "ad_statuses", "max_length", limits.STATUSES_PER_REPORT),
        (KeywordsApi.country_keywords_metrics_get, "keywords", "max_length", limits.KEYWORDS_PER_METRICS_REQUEST),
        (KeywordsApi.trending_keywords_list, "limit", "le", limits.TRENDING_KEYWORDS),
        (
            TrendsApi.trends_product_categories_details_list,
            "product_categories",
            "max_length",
            limits.PRODUCT_CATEGORIES_PER_REQUEST,
        ),
    ]:
        assert bound(operation, parameter, constraint) == limit, (operation, parameter)


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
def test_asking_for_a_report_counts_as_analytics_and_polling_some_of_them_does_not(path: str) -> None:
    assert limits.rate_category(f"/v5{path}", "POST") == "ads_analytics"
    assert limits.rate_category(f"/v5{path}") == "ads_read"
