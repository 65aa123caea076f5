"""A world with lists of several pages, of one, and of none."""

from integration_tests.support.pinterest import World


def several_pages() -> World:
    return World(
        boards=0,
        ad_accounts=3,
        campaigns=(3, 0, 1),
        ad_groups=(260, 0, 4),
        ads=0,
        keywords=(2, 1, 0),
        negative_keywords=(1, 0, 252),
        product_groups=(0, 1, 251),
        account_list_items=(251, 0, 1),
        catalogs=3,
        feeds=5,
        feed_results=(250, 0, 251, 1),
        catalog_product_groups=252,
        keyword_batches="answered",
    )
