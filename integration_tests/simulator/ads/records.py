"""Build the records of campaigns, ad groups and ads.

https://developers.pinterest.com/docs/api/v5/campaigns-list, ad_groups-list, ads-list: epoch seconds, micro currency.
"""

from datetime import UTC, date, datetime

from integration_tests.simulator.lists.generated import generated
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
    entity = _entity(world, Kind.CAMPAIGNS, account, index)
    flight = flight_of(world, account, index)
    start, end = _midnight(flight.start), None if flight.end is None else _midnight(flight.end) + _DAY_SECONDS
    ended = end is not None and entity["status"] == "ACTIVE"
    record = generated(
        "campaigns/list",
        index,
        **{**entity, "created_time": min(entity["created_time"], start - _DAY_SECONDS)},
        name=_name(world, 4, account, index),
        summary_status="COMPLETED" if ended else _RUNNING.get(entity["status"], entity["status"]),
        objective_type=_OBJECTIVES[index % len(_OBJECTIVES)],
        order_line_id=str(549_755_000_000 + index) if index % 6 == 0 else None,
        start_time=start,
        end_time=end,
        lifetime_spend_cap=0,
        ext_features=None,
        type="campaign",
    )
    if world.shop:
        record["daily_spend_cap"] = _budget_of_the_shop(account, index)
    return record | world.edited(Kind.CAMPAIGNS, record["id"])


def ad_group(world: World, account: int, index: int) -> Record:
    entity = _entity(world, Kind.AD_GROUPS, account, index)
    record = generated(
        "ad_groups/list",
        index,
        **entity,
        campaign_id=world.entity_id(Kind.CAMPAIGNS, account, world.parent_index(Kind.AD_GROUPS, account, index)),
        name=_name(world, 5, account, index),
        summary_status=_RUNNING.get(entity["status"], entity["status"]),
        budget_type="DAILY",
        start_time=None,
        feed_profile_id=str(6_000_000_000_000 + index) if index % 4 == 3 else "0",
        lifetime_frequency_cap=index % 100 if index % 4 == 3 else -1,
        enabled_catalog_expansion=False,
        is_automated_campaign=False,
        is_creative_expansion=index % 2 == 1,
        ext_features=None,
        type="adgroup",
    )
    if world.shop:
        record["budget_in_micro_currency"] = _budget_of_the_shop(account, index)
    return record | world.edited(Kind.AD_GROUPS, record["id"])


def ad(world: World, account: int, index: int) -> Record:
    bits = mix(world.seed, 6, account, index)
    group, pin_id = world.parent_index(Kind.ADS, account, index), promoted.pin_id_of_ad(world, account, index)
    entity = _entity(world, Kind.ADS, account, index)
    rejected = index % 7 == 6 and not world.shop
    record = generated(
        "ads/list",
        index,
        **entity,
        ad_group_id=world.entity_id(Kind.AD_GROUPS, account, group),
        campaign_id=world.entity_id(Kind.CAMPAIGNS, account, world.parent_index(Kind.AD_GROUPS, account, group)),
        pin_id=pin_id,
        name=_name(world, 6, account, index) if index % 8 or world.shop else None,
        creative_type=CREATIVE_TYPES[index % len(CREATIVE_TYPES)],
        summary_status="REJECTED" if rejected else _APPROVED.get(entity["status"], entity["status"]),
        review_status="REJECTED" if rejected else "APPROVED",
        rejected_reasons=["HASHTAGS", "LANDING_PAGE"] if rejected else [],
        rejection_labels=["Hashtags"] if rejected else [],
        destination_url=_landing_url(bits, index) if index % 3 else None,
        carting_platform_type=1,
        is_pin_deleted=promoted.is_gone(world, pin_id),
        type="pinpromotion",
    )
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
