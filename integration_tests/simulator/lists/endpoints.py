"""This table lists the operations that return lists of an ad account or of a merchant.

One more list is one more entry here, beside the function that makes its listing. Parameters as in Pinterest's OpenAPI
document: https://developers.pinterest.com/docs/api/v5/
"""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, Call, DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import (
    Choice,
    CommaArray,
    DeepObject,
    Digits,
    Flag,
    Parameter,
    RepeatedArray,
    Text,
    ids,
)
from integration_tests.simulator.calls.rules import Rule, at_most_one_of
from integration_tests.simulator.lists import account_lists, ad_group_lists, audience_lists, catalog_items, catalogs
from integration_tests.simulator.lists.account_lists import ListingOf
from integration_tests.simulator.lists.catalogs import has_catalog

_AA = "/ad_accounts/{ad_account_id}"
_GROUP = "/catalogs/product_groups/{product_group_id}"
_ADS = ("ads:read",)
_CATALOGS = ("catalogs:read",)
_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
_AD_GROUP_ID = Digits("ad_group_id", max_length=18)
_KEYWORDS = 2_000


@dataclass(frozen=True)
class WholeList(ListOperation):
    """A list that comes without pages."""

    def accepted(self) -> tuple[Parameter, ...]:
        return self.parameters

    def answer(self, call: Call) -> bytes:
        return orjson.dumps({"items": list(self.listing(call.world, call.arguments))})


@dataclass(frozen=True)
class ResultsList(ListOperation):
    """A list whose last page has a bookmark, which leads to an empty page, as was seen."""

    def answer(self, call: Call) -> bytes:
        size = min(call.arguments["page_size"], call.page_cap or call.arguments["page_size"])
        items = self.listing(call.world, call.arguments).page(call.offset, size)
        bookmark = call.bookmarks.issue(call.offset + len(items), call.identity) if items else None
        return orjson.dumps({"items": items, "bookmark": bookmark})


def _of_account(
    operation_id: str,
    listing: ListingOf,
    *parameters: Parameter,
    kind: Callable[..., ListOperation] = ListOperation,
    rules: tuple[Rule, ...] = (),
    takes_app_token: bool = False,
) -> ListOperation:
    """The list of an ad account at the path that its operation is called by."""
    name = operation_id.partition("/")[0]
    scopes = ("ads:read", "billing:read") if name.startswith("billing") else ("ads:read",)
    path = f"{_AA}/{name}"
    return kind(
        operation_id, path, "ads_read", scopes, parameters, listing, rules=rules, takes_app_token=takes_app_token
    )


def _of_merchant(
    operation_id: str,
    path: str,
    listing: ListingOf,
    *parameters: Parameter,
    kind: Callable[..., ListOperation] = ListOperation,
    rules: tuple[Rule, ...] = (),
    takes_app_token: bool = False,
) -> ListOperation:
    accepted = (AD_ACCOUNT_ID, *parameters)
    scopes = ("catalogs:read",)
    return kind(
        operation_id, path, "catalogs_read", scopes, accepted, listing, rules=rules, takes_app_token=takes_app_token
    )


LIST_ENDPOINTS: tuple[Operation, ...] = (
    _of_merchant("catalogs/list", "/catalogs", catalogs.catalogs),
    _of_merchant("feeds/list", "/catalogs/feeds", catalogs.feeds, takes_app_token=True),
    _of_merchant(
        "feed_processing_results/list",
        "/catalogs/feeds/{feed_id}/processing_results",
        catalogs.processing_results,
        kind=ResultsList,
    ),
    _of_merchant(
        "catalogs_product_groups/list",
        "/catalogs/product_groups",
        catalogs.product_groups,
        rules=(catalogs.has_catalog,),
    ),
    _of_account("audiences/list", account_lists.audiences, takes_app_token=True),
    _of_account("customer_lists/list", account_lists.customer_lists),
    _of_account("conversion_tags/list", account_lists.conversion_tags, kind=WholeList, takes_app_token=True),
    _of_account(
        "keywords/get",
        ad_group_lists.keywords,
        Digits("campaign_id", max_length=18),
        _AD_GROUP_ID,
        ids("ad_group_ids"),
        rules=(at_most_one_of("campaign_id", "ad_group_id", "ad_group_ids"),),
        takes_app_token=True,
    ),
    _of_account(
        "product_group_promotions/list",
        ad_group_lists.product_group_promotions,
        _AD_GROUP_ID,
        RepeatedArray(
            "entity_statuses", item=Choice("entity_statuses", values=_STATUSES), default=("ACTIVE", "PAUSED")
        ),
        rules=(ad_group_lists.names_promotions,),
    ),
    _of_account("promotions/list", account_lists.promotions),
    _of_account("order_lines/list", account_lists.order_lines),
    _of_account("lead_forms/list", account_lists.lead_forms),
    _of_account("billing_profiles/get", account_lists.billing_profiles, Flag("is_active", required=True)),
    _of_account("billing_invoices/get", account_lists.billing_invoices),
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
    ListOperation(
        "catalogs_product_group_pins/list",
        f"{_GROUP}/products",
        "catalogs_read",
        ("boards:read", "catalogs:read", "pins:read"),
        (AD_ACCOUNT_ID,),
        catalog_items.products,
        takes_app_token=True,
    ),
    DocumentOperation(
        "catalogs_product_groups/product_counts_get",
        f"{_GROUP}/product_counts",
        "catalogs_read",
        _CATALOGS,
        (AD_ACCOUNT_ID,),
        catalog_items.product_counts,
        rules=(has_catalog,),
    ),
    ListOperation(
        "items_issues/list",
        "/catalogs/processing_results/{processing_result_id}/item_issues",
        "catalogs_read",
        _CATALOGS,
        (AD_ACCOUNT_ID,),
        catalog_items.item_issues,
    ),
    ListOperation(
        "reports/stats",
        "/catalogs/reports/stats",
        "catalogs_read",
        _CATALOGS,
        (AD_ACCOUNT_ID, DeepObject("parameters", required=True)),
        catalog_items.report_stats,
        rules=(catalog_items.names_a_report,),
    ),
)
