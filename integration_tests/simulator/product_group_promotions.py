"""Which product groups does an ad group advertise?

https://developers.pinterest.com/docs/api/v5/product_group_promotions-list. Their ids are those of the reports.
"""

from collections.abc import Mapping
from typing import Any

from integration_tests.simulator.ads import account_of
from integration_tests.simulator.errors import bad_request
from integration_tests.simulator.layout import Kind, Layout, size_at
from integration_tests.simulator.listing import Listing, Record
from integration_tests.simulator.report_subjects import product_group_id

_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED")


def product_group_promotions(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    account = account_of(layout, arguments)
    wanted = arguments["ad_group_id"], arguments["product_group_promotion_ids"]
    found: list[Record] = []
    for group in range(layout.count(Kind.AD_GROUPS, account)):
        ad_group_id = layout.entity_id(Kind.AD_GROUPS, account, group)
        for position in range(size_at(layout.product_groups, group)):
            record = {
                "id": product_group_id(account, group, position),
                "ad_group_id": ad_group_id,
                "status": _STATUSES[(group + position) % len(_STATUSES)],
            }
            is_wanted = ad_group_id == wanted[0] if wanted[1] is None else record["id"] in wanted[1]
            if is_wanted and record["status"] in arguments["entity_statuses"]:
                found.append(record)
    listing = Listing(found, lambda record: record)
    return listing.backwards() if arguments["order"] == "DESCENDING" else listing


def names_promotions(_layout: Layout, arguments: Mapping[str, Any]) -> None:
    """Promotions are listed for an ad group, or by their ids."""
    if arguments["ad_group_id"] is None and arguments["product_group_promotion_ids"] is None:
        raise bad_request("Either ad_group_id or product_group_promotion_ids must be given.")
