"""Count the fewest requests of the plain lists, from the simulated world and Pinterest's published limits alone."""

from math import ceil

from integration_tests.simulator import Kind
from integration_tests.simulator.world.world import size_at
from integration_tests.support.operations import OPERATIONS
from integration_tests.support.pinterest import World
from integration_tests.support.truth.audiences import keywords_of
from integration_tests.support.truth.catalog_items import latest_results, subjects
from integration_tests.support.truth.lists import OF_AN_ACCOUNT

PAGE_SIZE = 250
AD_GROUPS_PER_CALL = 250


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
        **dict.fromkeys((OPERATIONS[stream] for stream in OF_AN_ACCOUNT), items),
        "conversion_tags/list": world.ad_accounts,
        "product_group_promotions/list": sum(
            pages(size_at(world.product_groups, group))
            for account in accounts
            for group in range(world.count(Kind.AD_GROUPS, account))
        ),
        "keywords/get": keyword_calls(world),
    }
    return {operation: calls for operation, calls in counted.items() if calls}


def audience_calls(world: World) -> dict[str, int]:
    """The calls of what an ad account has of audiences, targeting and events; a few keywords fit into one call."""
    items = sum(pages(size_at(world.account_list_items, account)) for account in range(world.ad_accounts))
    return {
        **dict.fromkeys(("customer_segment/list", "targeting_template/list", "labels/list"), items),
        "audience_insights/get": 3 * world.ad_accounts,
        "conversion_eqs/list": 2 * world.ad_accounts,
        "advertiser_defined_events/get": world.ad_accounts,
        "country_keywords_metrics/get": sum(map(bool, keywords_of(world).values())),
    }


def catalog_item_calls(world: World) -> dict[str, int]:
    """The calls of products and issues: each group once, each feed that has a finished result, each kind of numbers."""
    groups = range(world.catalog_product_groups)
    issues = pages(world.item_issues)
    feeds, catalogs = subjects(world)
    return {
        "catalogs_product_group_pins/list": sum(pages(size_at(world.catalog_products, group)) for group in groups),
        "catalogs_product_groups/product_counts_get": len(groups),
        "items_issues/list": sum(
            issues if feed in {retail["id"] for retail in feeds if retail["catalog_type"] == "RETAIL"} else 1
            for feed in latest_results(world)
        ),
        "reports/stats": issues * (len(feeds) + len(catalogs)),
        "catalogs/list": pages(world.catalogs),
        "feeds/list": pages(world.feeds),
        "catalogs_product_groups/list": pages(world.catalog_product_groups),
    }


def organisation_calls(world: World) -> dict[str, int]:
    """The calls of businesses, the user's own among them, and of what the profile is connected with."""
    businesses = 1 + world.employers
    connected = pages(world.connections)
    return {
        "get/business_employers": pages(world.employers),
        "get/business_members": 2 * businesses,
        "get/business_partners": 2 * businesses,
        "business_assets/get": 4 * businesses,
        "user_account/get": 1,
        "linked_business_accounts/get": 1,
        **dict.fromkeys(
            ("user_websites/get", "followers/list", "user_following/get", "boards_user_follows/list"), connected
        ),
    }


def keyword_calls(world: World) -> int:
    """The pages of each account, of each campaign, of each batch of ad groups, and of each ad group that it lacks."""
    accounts = range(world.ad_accounts)
    negative = world.negative_keywords
    of_accounts = sum(pages(size_at(negative, account)) for account in accounts)
    of_campaigns = sum(
        pages(size_at(negative, campaign))
        for account in accounts
        for campaign in range(world.count(Kind.CAMPAIGNS, account))
    )
    return of_accounts + of_campaigns + sum(_batch_calls(world, account) for account in accounts)


def _batch_calls(world: World, account: int) -> int:
    """The pages of an account's batches; an ad group without keywords is asked for by itself, if it was not yet."""
    sizes = [size_at(world.keywords, group) for group in range(world.count(Kind.AD_GROUPS, account))]
    batches = [sizes[start : start + AD_GROUPS_PER_CALL] for start in range(0, len(sizes), AD_GROUPS_PER_CALL)]
    return sum(pages(sum(batch)) + (batch.count(0) if len(batch) > 1 else 0) for batch in batches)
