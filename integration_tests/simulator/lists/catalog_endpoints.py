"""This table lists the operations on the items of catalogs."""

from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, DocumentOperation, ListOperation, Operation
from integration_tests.simulator.calls.parameters import DeepObject
from integration_tests.simulator.lists import catalog_items
from integration_tests.simulator.lists.catalogs import has_catalog

_GROUP = "/catalogs/product_groups/{product_group_id}"
_CATALOGS = ("catalogs:read",)

CATALOG_ITEM_ENDPOINTS: tuple[Operation, ...] = (
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
