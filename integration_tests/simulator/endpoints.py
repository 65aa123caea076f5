"""Which operations does the local Pinterest serve?

The table to extend: one more list endpoint is one more entry here, beside the function that makes its listing.
Parameters as in Pinterest's OpenAPI document: https://developers.pinterest.com/docs/api/v5/
"""

from integration_tests.simulator.ads import entities
from integration_tests.simulator.analytics import ready_state
from integration_tests.simulator.analytics.operation import AnalyticsOperation
from integration_tests.simulator.analytics.product_groups import ProductGroupOperation
from integration_tests.simulator.analytics.targeting_operation import SORTING, TargetingOperation
from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import (
    Choice,
    CommaArray,
    Day,
    Digits,
    Flag,
    Parameter,
    RepeatedArray,
    Text,
)
from integration_tests.simulator.calls.rules import at_most_one_of, names_ads, names_metrics_of_a_split, recent_days
from integration_tests.simulator.lists.endpoints import LIST_ENDPOINTS
from integration_tests.simulator.organic import content, user_analytics
from integration_tests.simulator.organic.endpoints import ORGANIC_ENDPOINTS
from integration_tests.simulator.reports.operations import CreateReport, GetReport
from integration_tests.simulator.reports.rules import REPORT_RULES

_BOARDS = ("boards:read",)
_PINS = ("boards:read", "pins:read")
_USER = ("user_accounts:read",)
_ADS = ("ads:read",)

_AA = "/ad_accounts/{ad_account_id}"
_REPORTS = f"{_AA}/reports"
_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
_ENTITY_STATUSES = RepeatedArray(
    "entity_statuses",
    item=Choice("entity_statuses", values=_STATUSES),
    default=("ACTIVE", "PAUSED"),
)
_ORDER = Choice("order", values=("ASCENDING", "DESCENDING"))
_AGGREGATE = Flag("aggregate_report_rows", default=False)


def _ids(name: str, *, required: bool = False, max_length: int | None = None, max_items: int = 250) -> Parameter:
    return RepeatedArray(name, required=required, item=Digits(name, max_length=max_length), max_items=max_items)


_CAMPAIGN_IDS = _ids("campaign_ids", max_length=18)

ENDPOINTS: tuple[Operation, ...] = (
    DocumentOperation("user_account/get", "/user_account", "org_read", _USER, (AD_ACCOUNT_ID,), content.user_account),
    ListOperation(
        "boards/list",
        "/boards",
        "org_read",
        _BOARDS,
        (AD_ACCOUNT_ID, Choice("privacy", values=("ALL", "PUBLIC", "PROTECTED", "SECRET", "PUBLIC_AND_SECRET"))),
        content.boards,
    ),
    DocumentOperation("boards/get", "/boards/{board_id}", "org_read", _BOARDS, (AD_ACCOUNT_ID,), content.board_by_id),
    ListOperation(
        "board_sections/list",
        "/boards/{board_id}/sections",
        "org_read",
        _BOARDS,
        (AD_ACCOUNT_ID,),
        content.board_sections,
    ),
    ListOperation(
        "boards/list_pins",
        "/boards/{board_id}/pins",
        "org_read",
        _PINS,
        (
            AD_ACCOUNT_ID,
            Flag("pin_metrics", default=False),
            RepeatedArray("creative_types", item=Choice("creative_types", values=content.CREATIVE_TYPES)),
        ),
        content.board_pins,
    ),
    ListOperation(
        "board_sections/list_pins",
        "/boards/{board_id}/sections/{section_id}/pins",
        "org_read",
        _PINS,
        (AD_ACCOUNT_ID,),
        content.board_section_pins,
    ),
    DocumentOperation(
        "user_account/analytics",
        "/user_account/analytics",
        "org_analytics",
        _USER,
        (
            Day("start_date", required=True),
            Day("end_date", required=True),
            Choice(
                "from_claimed_content",
                values=("OTHER", "CLAIMED", "BOTH"),
                default=user_analytics.DEFAULTS["from_claimed_content"],
            ),
            Choice("pin_format", values=user_analytics.PIN_FORMATS, default=user_analytics.DEFAULTS["pin_format"]),
            Choice(
                "app_types", values=("ALL", "MOBILE", "TABLET", "WEB"), default=user_analytics.DEFAULTS["app_types"]
            ),
            Choice("content_type", values=("ALL", "PAID", "ORGANIC"), default=user_analytics.DEFAULTS["content_type"]),
            Choice("source", values=("ALL", "YOUR_PINS", "OTHER_PINS"), default=user_analytics.DEFAULTS["source"]),
            CommaArray("metric_types", item=Choice("metric_types", values=user_analytics.METRICS)),
            Choice("split_field", values=tuple(user_analytics.SPLITS), default=user_analytics.DEFAULTS["split_field"]),
            AD_ACCOUNT_ID,
        ),
        user_analytics.user_account_analytics,
        rules=(recent_days, names_metrics_of_a_split),
    ),
    *ORGANIC_ENDPOINTS,
    ListOperation(
        "ad_accounts/list",
        "/ad_accounts",
        "ads_read",
        _ADS,
        (Flag("include_shared_accounts", default=True),),
        entities.ad_accounts,
    ),
    DocumentOperation("ad_accounts/get", _AA, "ads_read", _ADS, (), entities.ad_account_by_id),
    ListOperation(
        "campaigns/list",
        f"{_AA}/campaigns",
        "ads_read",
        _ADS,
        (_CAMPAIGN_IDS, _ENTITY_STATUSES, _ORDER),
        entities.campaigns,
    ),
    ListOperation(
        "ad_groups/list",
        f"{_AA}/ad_groups",
        "ads_read",
        _ADS,
        (
            _CAMPAIGN_IDS,
            _ids("ad_group_ids"),
            _ENTITY_STATUSES,
            _ORDER,
            Flag("translate_interests_to_names", default=False),
        ),
        entities.ad_groups,
        rules=(at_most_one_of("campaign_ids", "ad_group_ids"),),
    ),
    ListOperation(
        "ads/list",
        f"{_AA}/ads",
        "ads_read",
        _ADS,
        (_CAMPAIGN_IDS, _ids("ad_group_ids"), _ids("ad_ids"), _ENTITY_STATUSES, _ORDER),
        entities.ads,
        rules=(at_most_one_of("campaign_ids", "ad_group_ids", "ad_ids"),),
    ),
    AnalyticsOperation("ad_account/analytics", f"{_AA}/analytics", level="ad_accounts"),
    AnalyticsOperation(
        "campaigns/analytics",
        f"{_AA}/campaigns/analytics",
        parameters=(_ids("campaign_ids", required=True, max_length=18), _AGGREGATE),
        level="campaigns",
    ),
    AnalyticsOperation(
        "ad_groups/analytics",
        f"{_AA}/ad_groups/analytics",
        parameters=(_ids("ad_group_ids", required=True, max_length=18), _AGGREGATE),
        level="ad_groups",
    ),
    AnalyticsOperation(
        "ads/analytics",
        f"{_AA}/ads/analytics",
        parameters=(_ids("ad_ids"), _CAMPAIGN_IDS, _ids("pin_ids", max_items=100)),
        level="ads",
        rules=(names_ads,),
    ),
    TargetingOperation("ad_account_targeting_analytics/get", f"{_AA}/targeting_analytics", level="ad_accounts"),
    TargetingOperation(
        "campaign_targeting_analytics/get",
        f"{_AA}/campaigns/targeting_analytics",
        parameters=(_ids("campaign_ids", required=True, max_length=18),),
        level="campaigns",
    ),
    TargetingOperation(
        "ad_groups_targeting_analytics/get",
        f"{_AA}/ad_groups/targeting_analytics",
        parameters=(_ids("ad_group_ids", required=True, max_length=18), *SORTING),
        level="ad_groups",
    ),
    TargetingOperation(
        "ad_targeting_analytics/get",
        f"{_AA}/ads/targeting_analytics",
        parameters=(_ids("ad_ids", required=True), *SORTING),
        level="ads",
    ),
    ProductGroupOperation(
        "product_groups/analytics",
        f"{_AA}/product_groups/analytics",
        parameters=(_ids("product_group_ids", required=True),),
        level="product_groups",
    ),
    DocumentOperation(
        "metrics_ready_state/get",
        "/resources/metrics_ready_state",
        "ads_analytics",
        _ADS,
        (Day("date", required=True),),
        ready_state.metrics_ready_state,
    ),
    GetReport("analytics/get_report", _REPORTS, "ads_analytics", _ADS, (Text("token", required=True),)),
    *LIST_ENDPOINTS,
)
CREATE_REPORT = CreateReport("analytics/create_report", _REPORTS, "ads_analytics", _ADS, (), rules=REPORT_RULES)
"""The one operation that is called with a body."""
