"""This table lists the operations that return lists of an ad account or of a merchant.

One more list is one more entry here, beside the function that makes its listing. Parameters as in Pinterest's OpenAPI
document: https://developers.pinterest.com/docs/api/v5/
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
)
from integration_tests.simulator.calls.rules import at_most_one_of
from integration_tests.simulator.lists import account_lists, ad_group_lists, audience_lists, catalog_items, catalogs
from integration_tests.simulator.lists.catalogs import has_catalog

Answer = Callable[..., Any]
"""Makes the listing, or the document, of a call."""

_AA = "/ad_accounts/{ad_account_id}"
_GROUP = "/product_groups/{product_group_id}"
_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
_AD_GROUP_ID = Digits("ad_group_id", max_length=18)
_KEYWORDS = 2_000
_BILLING = ("ads:read", "billing:read")


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
        size = min(call.arguments["page_size"], call.settings.page_cap or call.arguments["page_size"])
        items = self.listing(call.world, call.arguments).page(call.offset, size)
        bookmark = call.bookmarks.issue(call.offset + len(items), call.identity) if items else None
        return orjson.dumps({"items": items, "bookmark": bookmark})


def _of_account(
    operation_id: str,
    listing: Answer,
    *parameters: Parameter,
    path: str = "",
    kind: Callable[..., Operation] = ListOperation,
    scopes: tuple[str, ...] = ("ads:read",),
    **more: Any,
) -> Operation:
    """The list of an ad account, at the path that its operation is called by unless another one is named."""
    name = operation_id.partition("/")[0]
    return kind(operation_id, f"{_AA}/{path or name}", "ads_read", scopes, parameters, listing, **more)


def _of_merchant(
    operation_id: str,
    path: str,
    listing: Answer,
    *parameters: Parameter,
    kind: Callable[..., Operation] = ListOperation,
    scopes: tuple[str, ...] = ("catalogs:read",),
    **more: Any,
) -> Operation:
    """The list of a merchant."""
    accepted = (AD_ACCOUNT_ID, *parameters)
    return kind(operation_id, f"/catalogs{path}", "catalogs_read", scopes, accepted, listing, **more)


LIST_ENDPOINTS: tuple[Operation, ...] = (
    _of_merchant("catalogs/list", "", catalogs.catalogs),
    _of_merchant("feeds/list", "/feeds", catalogs.feeds, takes_app_token=True),
    _of_merchant(
        "feed_processing_results/list",
        "/feeds/{feed_id}/processing_results",
        catalogs.processing_results,
        kind=ResultsList,
        rules=(catalogs.has_results,),
    ),
    _of_merchant(
        "catalogs_product_groups/list",
        "/product_groups",
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
        rules=(at_most_one_of("campaign_id", "ad_group_id"),),
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
    _of_account(
        "billing_profiles/get", account_lists.billing_profiles, Flag("is_active", required=True), scopes=_BILLING
    ),
    _of_account("billing_invoices/get", account_lists.billing_invoices, scopes=_BILLING),
    _of_account(
        "audience_insights/get",
        audience_lists.audience_insights,
        Choice("audience_insight_type", required=True, values=audience_lists.INSIGHT_TYPES),
        kind=DocumentOperation,
        takes_app_token=True,
    ),
    _of_account("customer_segment/list", account_lists.customer_segments, path="customer_segments"),
    _of_account(
        "targeting_template/list", account_lists.targeting_templates, path="targeting_templates", takes_app_token=True
    ),
    _of_account(
        "labels/list",
        audience_lists.labels,
        RepeatedArray(
            "entity_statuses",
            item=Choice("entity_statuses", values=audience_lists.LABEL_STATUSES),
            default=("ACTIVE",),
        ),
    ),
    _of_account(
        "advertiser_defined_events/get", audience_lists.advertiser_defined_events, kind=WholeList, takes_app_token=True
    ),
    _of_account(
        "conversion_eqs/list",
        audience_lists.conversion_eqs,
        Choice("lookback_period", required=True, values=audience_lists.LOOKBACK_PERIODS),
        kind=DocumentOperation,
        takes_app_token=True,
    ),
    _of_account(
        "country_keywords_metrics/get",
        audience_lists.keyword_metrics,
        Text("country_code", required=True, max_length=2),
        CommaArray("keywords", required=True, item=Text("keywords"), max_items=_KEYWORDS),
        path="keywords/metrics",
        kind=DocumentOperation,
        takes_app_token=True,
    ),
    _of_merchant(
        "catalogs_product_group_pins/list",
        f"{_GROUP}/products",
        catalog_items.products,
        scopes=("boards:read", "catalogs:read", "pins:read"),
        takes_app_token=True,
    ),
    _of_merchant(
        "catalogs_product_groups/product_counts_get",
        f"{_GROUP}/product_counts",
        catalog_items.product_counts,
        kind=DocumentOperation,
        rules=(has_catalog,),
    ),
    _of_merchant(
        "items_issues/list", "/processing_results/{processing_result_id}/item_issues", catalog_items.item_issues
    ),
    _of_merchant(
        "reports/stats",
        "/reports/stats",
        catalog_items.report_stats,
        DeepObject("parameters", required=True),
        rules=(catalog_items.names_a_report,),
    ),
)
