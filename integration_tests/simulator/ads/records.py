"""Build the records of campaigns, ad groups and ads.

https://developers.pinterest.com/docs/api/v5/campaigns-list, ad_groups-list, ads-list: epoch seconds, micro currency.
"""

from datetime import UTC, date, datetime

from integration_tests.simulator.ads import details
from integration_tests.simulator.organic import promoted
from integration_tests.simulator.organic.content import CREATIVE_TYPES
from integration_tests.simulator.world import shop
from integration_tests.simulator.world.flights import flight_of
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix, unlike_any_other
from integration_tests.simulator.world.world import Kind, World

_OBJECTIVES = ("AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION", "SALES", "LEADS")
_RUNNING = {"ACTIVE": "RUNNING"}
_APPROVED = {"ACTIVE": "APPROVED"}
_PAGES = ("weddings", "kitchen", "garden", "office", "sale")
_NAMES_OF_THE_SHOP = {4: shop.CAMPAIGNS, 5: shop.AD_GROUPS, 6: shop.PRODUCTS}
_DAY_SECONDS = 86_400


def campaign(world: World, account: int, index: int) -> Record:
    bits = mix(world.seed, 4, account, index)
    record = _entity(world, Kind.CAMPAIGNS, account, index)
    flight = flight_of(world, account, index)
    start, end = _midnight(flight.start), None if flight.end is None else _midnight(flight.end) + _DAY_SECONDS
    ended = end is not None and record["status"] == "ACTIVE"
    record |= {
        "created_time": min(record["created_time"], start - _DAY_SECONDS),
        "name": _name(world, 4, account, index),
        "summary_status": "COMPLETED" if ended else _RUNNING.get(record["status"], record["status"]),
        "objective_type": _OBJECTIVES[index % len(_OBJECTIVES)],
        "lifetime_spend_cap": (1_432_744_744, None, 0)[index % 3],
        "daily_spend_cap": bits % 10**12 if index % 2 else None,
        "order_line_id": str(549_755_000_000 + index) if index % 6 == 0 else None,
        "tracking_urls": details.tracking_urls(index),
        "start_time": start,
        "end_time": end,
        "is_campaign_budget_optimization": index % 2 == 0,
        "is_flexible_daily_budgets": None if index % 4 == 0 else False,
        "is_automated_campaign": False,
        "is_performance_plus": index % 5 == 0,
        "ext_features": None,
        "type": "campaign",
    }
    if world.shop:
        record |= {"daily_spend_cap": _budget_of_the_shop(account, index), "lifetime_spend_cap": 0}
    if index % 3 == 0:
        record |= {
            "bid_options": details.bid_options(index),
            "default_ad_group_budget_in_micro_currency": 5_000_000,
            "intended_promotion_type": "CATALOG",
            "is_carting": False,
            "is_ltv_optimized": False,
            "is_top_of_search": True,
            "performance_plus_campaign_settings": details.performance_plus(index),
        }
    return record | world.edited(Kind.CAMPAIGNS, record["id"])


def ad_group(world: World, account: int, index: int) -> Record:
    bits = mix(world.seed, 5, account, index)
    record = _entity(world, Kind.AD_GROUPS, account, index)
    record |= {
        "campaign_id": world.entity_id(Kind.CAMPAIGNS, account, world.parent_index(Kind.AD_GROUPS, account, index)),
        "name": _name(world, 5, account, index),
        "summary_status": _RUNNING.get(record["status"], record["status"]),
        "billable_event": "IMPRESSION" if index % 2 else "CLICKTHROUGH",
        "bid_in_micro_currency": None if index % 3 == 0 else bits % 10**9,
        "bid_strategy_type": "MAX_BID" if index % 2 else None,
        "budget_in_micro_currency": _budget_of_the_shop(account, index) if world.shop else 10**9 + bits % 10**12,
        "budget_type": "DAILY",
        "start_time": None,
        "end_time": record["created_time"] + 5_000_000,
        "conversion_learning_mode_type": "ACTIVE" if index % 4 == 0 else None,
        "feed_profile_id": str(6_000_000_000_000 + index) if index % 4 == 3 else "0",
        "lifetime_frequency_cap": index % 100 if index % 4 == 3 else -1,
        "pacing_delivery_type": "STANDARD",
        "placement_group": "ALL",
        "auto_targeting_enabled": index % 2 == 0,
        "enabled_catalog_expansion": False,
        "is_automated_campaign": False,
        "is_creative_expansion": index % 2 == 1,
        "ext_features": None,
        "targeting_spec": details.targeting(index),
        "tracking_urls": details.tracking_urls(index),
        "type": "adgroup",
    }
    if index % 3 == 0:
        record |= details.rare_ad_group_fields(index)
    return record | world.edited(Kind.AD_GROUPS, record["id"])


def ad(world: World, account: int, index: int) -> Record:
    bits = mix(world.seed, 6, account, index)
    group = world.parent_index(Kind.ADS, account, index)
    record = _entity(world, Kind.ADS, account, index)
    rejected = index % 7 == 6 and not world.shop
    record |= {
        "ad_group_id": world.entity_id(Kind.AD_GROUPS, account, group),
        "campaign_id": world.entity_id(Kind.CAMPAIGNS, account, world.parent_index(Kind.AD_GROUPS, account, group)),
        "pin_id": promoted.pin_id_of_ad(world, account, index),
        "name": _name(world, 6, account, index) if index % 8 or world.shop else None,
        "creative_type": CREATIVE_TYPES[index % len(CREATIVE_TYPES)],
        "summary_status": "REJECTED" if rejected else _APPROVED.get(record["status"], record["status"]),
        "review_status": "REJECTED" if rejected else "APPROVED",
        "rejected_reasons": ["HASHTAGS", "LANDING_PAGE"] if rejected else [],
        "rejection_labels": ["Hashtags"] if rejected else [],
        "destination_url": _landing_url(bits, index) if index % 3 else None,
        "tracking_urls": details.tracking_urls(index),
        "is_pin_deleted": promoted.is_gone(world, promoted.pin_id_of_ad(world, account, index)),
        "is_removable": index % 2 == 0,
        "type": "pinpromotion",
    }
    if index % 2 == 0:
        record |= details.rare_ad_fields(index)
    return record | world.edited(Kind.ADS, record["id"])


def _name(world: World, series: int, account: int, index: int) -> str:
    if world.shop:
        return shop.name(_NAMES_OF_THE_SHOP[series], account, index)
    return unlike_any_other(mix(world.seed, series), index * world.ad_accounts + account)


def _landing_url(bits: int, index: int) -> str:
    """Several ads lead to a page; some name no campaign, and some are tagged by hand."""
    page = f"https://shop.example/{_PAGES[bits % len(_PAGES)]}"
    if index % 5 == 4:
        return page
    campaign = f"&utm_campaign={_PAGES[bits % len(_PAGES)]}" if index % 2 else ""
    return f"{page}?utm_source=pinterest&utm_medium=paid{campaign}&utm_content=ü%20{index % 4}#top"


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _budget_of_the_shop(account: int, index: int) -> int:
    budgets = shop.BUDGETS[account % len(shop.BUDGETS)]
    return budgets[index % len(budgets)] * 1_000_000


def _entity(world: World, kind: Kind, account: int, index: int) -> Record:
    updated = world.updated_time(kind, account, index)
    return {
        "id": world.entity_id(kind, account, index),
        "ad_account_id": world.account_id(account),
        "status": world.status(kind, account, index),
        "created_time": updated - 10_000_000 - index,
        "updated_time": updated,
    }
