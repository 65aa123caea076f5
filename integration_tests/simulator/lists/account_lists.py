"""List what an ad account has beside campaigns: audiences, tags, promotions, order lines, lead forms, bills.

https://developers.pinterest.com/docs/api/v5/audiences-list and the operations beside it. Each listing is as long as the
world's `account_list_items`; every field of API 5.28 appears in some record.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum, unique
from typing import Any

from integration_tests.simulator.ads.entities import account_of
from integration_tests.simulator.lists.generated import generated
from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix, words
from integration_tests.simulator.world.world import Kind, World, size_at

ListingOf = Callable[[World, Mapping[str, Any]], Listing]
Make = Callable[[World, int, int], Record]
"""Makes the n-th record of an account, by the account's number."""

_ITEMS_PER_ACCOUNT = 10_000


def listing_of(make: Make) -> ListingOf:
    """The listing of an account's records, oldest first."""

    def listing(world: World, arguments: Mapping[str, Any]) -> Listing:
        account = account_of(world, arguments)
        return Listing(range(size_at(world.account_list_items, account)), lambda index: make(world, account, index))

    return listing


@unique
class Series(IntEnum):
    """The series of IDs of each list; one more list takes the next number."""

    AUDIENCES = 0
    CUSTOMER_LISTS = 1
    CONVERSION_TAGS = 2
    PROMOTIONS = 3
    ORDER_LINES = 4
    LEAD_FORMS = 5
    BILLING_PROFILES = 6
    BILLING_INVOICES = 7
    CUSTOMER_SEGMENTS = 8
    TARGETING_TEMPLATES = 9
    LABELS = 10


def item_id(series: Series, account: int, index: int) -> str:
    """The id of the n-th thing in a list."""
    return numbering.ACCOUNT_LIST_ITEMS[series].id_of(account * _ITEMS_PER_ACCOUNT + index)


def _items(operation_id: str, series: Series, **fields: Callable[[World, int, int], Any]) -> Make:
    """Makes the records of a list. Named are the fields by which Pinterest filters or which refer to other records."""

    def make(world: World, account: int, index: int) -> Record:
        known = {name: field(world, account, index) for name, field in fields.items()}
        ids = {"id": item_id(series, account, index), "ad_account_id": world.account_id(account)}
        return generated(operation_id, index, **ids, **known)

    return make


def billing_profile(world: World, account: int, index: int) -> Record:
    return generated(
        "billing_profiles/get",
        index,
        id=item_id(Series.BILLING_PROFILES, account, index),
        advertiser_id=world.account_id(account),
        status="VALID" if _is_active(index) else "DELETED",
    )


def _is_active(index: int) -> bool:
    return index % 2 == 0


audiences = listing_of(
    _items(
        "audiences/list",
        Series.AUDIENCES,
        name=lambda world, account, index: words(mix(world.seed, 20, account, index)),
        is_ctv_enabled=lambda _world, _account, index: index % 2 == 1,
    )
)
customer_lists = listing_of(_items("customer_lists/list", Series.CUSTOMER_LISTS))
conversion_tags = listing_of(_items("conversion_tags/list", Series.CONVERSION_TAGS))
promotions = listing_of(_items("promotions/list", Series.PROMOTIONS))
order_lines = listing_of(
    _items(
        "order_lines/list",
        Series.ORDER_LINES,
        campaign_ids=lambda world, account, index: [world.entity_id(Kind.CAMPAIGNS, account, index)],
    )
)
lead_forms = listing_of(_items("lead_forms/list", Series.LEAD_FORMS))
billing_invoices = listing_of(_items("billing_invoices/get", Series.BILLING_INVOICES))
customer_segments = listing_of(
    _items(
        "customer_segment/list",
        Series.CUSTOMER_SEGMENTS,
        audience_ids=lambda _world, account, index: [item_id(Series.AUDIENCES, account, index)],
    )
)
targeting_templates = listing_of(_items("targeting_template/list", Series.TARGETING_TEMPLATES))


def billing_profiles(world: World, arguments: Mapping[str, Any]) -> Listing:
    account = account_of(world, arguments)
    indexes = range(size_at(world.account_list_items, account))
    wanted = [index for index in indexes if not arguments.get("is_active") or _is_active(index)]
    return Listing(wanted, lambda index: billing_profile(world, account, index))
