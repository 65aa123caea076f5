"""How few calls do the plain lists take? From the simulated world and Pinterest's published limits alone."""

from math import ceil

from integration_tests.simulator import Kind
from integration_tests.simulator.world.world import size_at
from integration_tests.support.pinterest import World

PAGE_SIZE = 250
AD_GROUPS_PER_CALL = 250
PLAIN_LISTS = (
    "audiences/list",
    "customer_lists/list",
    "promotions/list",
    "order_lines/list",
    "lead_forms/list",
    "billing_profiles/get",
    "billing_invoices/get",
)


def pages(records: int) -> int:
    """Calls that a list takes; an empty one takes one as well."""
    return max(1, ceil(records / PAGE_SIZE))


def list_calls(world: World) -> dict[str, int]:
    """The calls of each list, where a keywords call may name several ad groups."""
    accounts = range(world.ad_accounts)
    items = sum(pages(size_at(world.account_list_items, account)) for account in accounts)
    counted = {
        "catalogs/list": pages(world.catalogs),
        "feeds/list": pages(world.feeds),
        # The bookmark of the last page leads to an empty one.
        "feed_processing_results/list": sum(
            ceil(size_at(world.feed_results, feed) / PAGE_SIZE) + 1 for feed in range(world.feeds)
        ),
        "catalogs_product_groups/list": pages(world.catalog_product_groups),
        **dict.fromkeys(PLAIN_LISTS, items),
        "conversion_tags/list": world.ad_accounts,
        "product_group_promotions/list": sum(
            pages(size_at(world.product_groups, group))
            for account in accounts
            for group in range(world.count(Kind.AD_GROUPS, account))
        ),
        "keywords/get": keyword_calls(world),
    }
    return {operation: calls for operation, calls in counted.items() if calls}


def keyword_calls(world: World) -> int:
    """The pages of each account, of each campaign, of each batch of ad groups; and once the proof that batches work.

    A batch that shows nothing of some ad groups is followed by a batch of these.
    """
    accounts = range(world.ad_accounts)
    negative = world.negative_keywords
    of_accounts = sum(pages(size_at(negative, account)) for account in accounts)
    of_campaigns = sum(
        pages(size_at(negative, campaign))
        for account in accounts
        for campaign in range(world.count(Kind.CAMPAIGNS, account))
    )
    of_batches = sum(
        pages(sum(batch)) + (0 in batch) for account in accounts for batch in keywords_of_batches(world, account)
    )
    return of_accounts + of_campaigns + of_batches + proof_calls(world)


def proof_calls(world: World) -> int:
    """The first batch of the first account that has several ad groups, and its last one by itself.

    Where that one has no keywords, one that has.
    """
    for account in range(world.ad_accounts):
        if world.count(Kind.AD_GROUPS, account) > 2:
            batch = keywords_of_batches(world, account)[0]
            return pages(sum(batch)) + (1 if batch[-1] else 2)
    return 0


def keywords_of_batches(world: World, account: int) -> list[list[int]]:
    """How many keywords the ad groups of each batch of an account have."""
    sizes = [size_at(world.keywords, group) for group in range(world.count(Kind.AD_GROUPS, account))]
    return [sizes[start : start + AD_GROUPS_PER_CALL] for start in range(0, len(sizes), AD_GROUPS_PER_CALL)]
