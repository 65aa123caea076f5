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


def test_page_size_is_the_largest_that_a_list_accepts() -> None:
    for operation in [
        BoardsApi.boards_list,
        BoardsApi.board_sections_list,
        BoardsApi.board_sections_list_pins,
        BoardsApi.boards_list_pins,
        AdAccountsApi.ad_accounts_list,
        CampaignsApi.campaigns_list,
        AdGroupsApi.ad_groups_list,
        AdsApi.ads_list,
    ]:
        assert bound(operation, "page_size", "le") == limits.PAGE_SIZE, operation


@pytest.mark.parametrize(
    ("operation", "parameter"),
    [
        (CampaignsApi.campaigns_analytics, "campaign_ids"),
        (AdGroupsApi.ad_groups_analytics, "ad_group_ids"),
        (AdsApi.ads_analytics, "ad_ids"),
    ],
)
def test_ids_per_call_are_the_most_that_analytics_accept(operation: Any, parameter: str) -> None:
    assert bound(operation, parameter, "max_length") == limits.IDS_PER_ANALYTICS_REQUEST


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        ("targeting_types", limits.TARGETING_TYPES_PER_REPORT),
        ("campaign_statuses", limits.STATUSES_PER_REPORT),
        ("ad_group_statuses", limits.STATUSES_PER_REPORT),
        ("ad_statuses", limits.STATUSES_PER_REPORT),
    ],
)
def test_a_report_names_as_many_values_as_it_may(key: str, limit: int) -> None:
    assert bound(AdsAnalyticsCreateAsyncRequest, key, "max_length") == limit


def test_keywords_per_call_are_the_most_that_metrics_accept() -> None:
    operation = KeywordsApi.country_keywords_metrics_get

    assert bound(operation, "keywords", "max_length") == limits.KEYWORDS_PER_METRICS_REQUEST


def test_trends_tell_as_many_as_they_may() -> None:
    assert bound(KeywordsApi.trending_keywords_list, "limit", "le") == limits.TRENDING_KEYWORDS
    details = TrendsApi.trends_product_categories_details_list
    assert bound(details, "product_categories", "max_length") == limits.PRODUCT_CATEGORIES_PER_REQUEST


def test_max_id_digits_is_what_an_ad_account_id_may_have() -> None:
    assert bound(CampaignsApi.campaigns_list, "ad_account_id", "max_length") == limits.MAX_ID_DIGITS


def test_a_path_counts_against_the_category_that_pinterest_names() -> None:
    for path, category in [
        ("/oauth/token", "org_read"),
        ("/user_account", "org_read"),
        ("/boards", "org_read"),
        ("/boards/1/sections", "org_read"),
        ("/boards/1/pins", "org_read"),
        ("/boards/1/sections/2/pins", "org_read"),
        ("/user_account/analytics", "org_analytics"),
        ("/user_account/analytics/top_pins", "org_analytics"),
        ("/pins/analytics", "org_analytics"),
        ("/pins/1/analytics", "org_analytics"),
        ("/ad_accounts", "ads_read"),
        ("/ad_accounts/1", "ads_read"),
        ("/ad_accounts/1/campaigns", "ads_read"),
        ("/ad_accounts/1/ad_groups", "ads_read"),
        ("/ad_accounts/1/ads", "ads_read"),
        ("/ad_accounts/1/analytics", "ads_analytics"),
        ("/ad_accounts/1/campaigns/analytics", "ads_analytics"),
        ("/ad_accounts/1/ad_groups/analytics", "ads_analytics"),
        ("/ad_accounts/1/ads/analytics", "ads_analytics"),
        ("/ad_accounts/1/product_groups/analytics", "ads_analytics"),
        ("/ad_accounts/1/targeting_analytics", "ads_analytics"),
        ("/ad_accounts/1/campaigns/targeting_analytics", "ads_analytics"),
        ("/ad_accounts/1/ad_groups/targeting_analytics", "ads_analytics"),
        ("/ad_accounts/1/ads/targeting_analytics", "ads_analytics"),
        ("/ad_accounts/1/reports", "ads_analytics"),
        ("/ad_accounts/1/mmm_reports", "ads_read"),
        ("/resources/metrics_ready_state", "ads_analytics"),
        ("/user_account/businesses", "org_read"),
        ("/user_account/followers", "ads_read"),
        ("/user_account/following", "org_read"),
        ("/user_account/following/boards", "org_read"),
        ("/user_account/websites", "org_read"),
        ("/businesses/employers", "ads_read"),
        ("/businesses/1/members", "ads_read"),
        ("/ad_accounts/1/audience_insights", "ads_read"),
        ("/ad_accounts/1/keywords/metrics", "ads_read"),
        ("/catalogs/product_groups", "catalogs_read"),
        ("/catalogs/product_groups/1/products", "catalogs_read"),
        ("/catalogs/processing_results/1/item_issues", "catalogs_read"),
        ("/catalogs/reports/stats", "catalogs_read"),
        ("/trends/keywords/US/top/growing", "trends_read"),
        ("/trends/keywords/GB%2BIE/top/growing", "trends_read"),
        ("/trends/product_categories/trending", "trends_read"),
        ("/resources/targeting/GEO", "ads_read"),
        ("/resources/targeting/interests/925056443165", "ads_read"),
        ("/resources/delivery_metrics", "ads_read"),
    ]:
        assert limits.rate_category(path) == category, (path, category)
        assert limits.rate_category(f"/v5{path}") == category, (path, category)
        assert category in limits.REQUESTS_PER_MINUTE, (path, category)


def test_calls_of_one_operation_have_one_name_whatever_they_are_about() -> None:
    for path, operation in [
        ("/v5/boards/549/pins", "org_read GET /v5/boards/*/pins"),
        ("/v5/trends/keywords/GB%2BIE/top/growing", "trends_read GET /v5/trends/keywords/*/top/*"),
        ("/v5/trends/topics/featured", "trends_read GET /v5/trends/topics/featured"),
        ("/v5/resources/targeting/AGE_BUCKET", "ads_read GET /v5/resources/targeting/*"),
        ("/v5/resources/targeting/interests/925056443165", "ads_read GET /v5/resources/targeting/interests/*"),
        ("/v5/user_account/analytics/top_pins", "org_analytics GET /v5/user_account/analytics/top_pins"),
    ]:
        assert limits.rated_operation("GET", path) == operation, (path, operation)


@pytest.mark.parametrize("path", ["/ad_accounts/1/mmm_reports", "/ad_accounts/1/reports/brand_category_sku"])
def test_asking_for_a_report_counts_as_analytics_and_polling_some_of_them_does_not(path: str) -> None:
    assert limits.rate_category(f"/v5{path}", "POST") == "ads_analytics"
    assert limits.rate_category(f"/v5{path}") == "ads_read"


def test_a_path_of_no_known_category_is_refused() -> None:
    with pytest.raises(LookupError, match="/msot/events"):
        limits.rate_category("/msot/events")
