"""This table lists the operations on audiences, targeting and events of an ad account."""

from integration_tests.simulator.calls.operation import DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, CommaArray, RepeatedArray, Text
from integration_tests.simulator.lists import audience_lists
from integration_tests.simulator.lists.endpoints import WholeList

_AA = "/ad_accounts/{ad_account_id}"
_ADS = ("ads:read",)
_KEYWORDS = 2_000

AUDIENCE_ENDPOINTS: tuple[Operation, ...] = (
    DocumentOperation(
        "audience_insights/get",
        f"{_AA}/audience_insights",
        "ads_read",
        _ADS,
        (Choice("audience_insight_type", required=True, values=audience_lists.INSIGHT_TYPES),),
        audience_lists.audience_insights,
        takes_app_token=True,
    ),
    ListOperation(
        "customer_segment/list", f"{_AA}/customer_segments", "ads_read", _ADS, (), audience_lists.customer_segments
    ),
    ListOperation(
        "targeting_template/list",
        f"{_AA}/targeting_templates",
        "ads_read",
        _ADS,
        (),
        audience_lists.targeting_templates,
        takes_app_token=True,
    ),
    ListOperation(
        "labels/list",
        f"{_AA}/labels",
        "ads_read",
        _ADS,
        (
            RepeatedArray(
                "entity_statuses",
                item=Choice("entity_statuses", values=audience_lists.LABEL_STATUSES),
                default=("ACTIVE",),
            ),
        ),
        audience_lists.labels,
    ),
    WholeList(
        "advertiser_defined_events/get",
        f"{_AA}/advertiser_defined_events",
        "ads_read",
        _ADS,
        (),
        audience_lists.advertiser_defined_events,
        takes_app_token=True,
    ),
    DocumentOperation(
        "conversion_eqs/list",
        f"{_AA}/conversion_eqs",
        "ads_read",
        _ADS,
        (Choice("lookback_period", required=True, values=audience_lists.LOOKBACK_PERIODS),),
        audience_lists.conversion_eqs,
        takes_app_token=True,
    ),
    DocumentOperation(
        "country_keywords_metrics/get",
        f"{_AA}/keywords/metrics",
        "ads_read",
        _ADS,
        (
            Text("country_code", required=True, max_length=2),
            CommaArray("keywords", required=True, item=Text("keywords"), max_items=_KEYWORDS),
        ),
        audience_lists.keyword_metrics,
        takes_app_token=True,
    ),
)
