"""What do the ad accounts of the simulated world hold: campaigns, ad groups, ads?

https://developers.pinterest.com/docs/api/v5/campaigns-list and the operations beside it, with every field of API 5.28.
"""

from collections.abc import Callable, Mapping
from typing import Any

from integration_tests.simulator import errors, numbering
from integration_tests.simulator.layout import Kind, Layout
from integration_tests.simulator.listing import Listing, Record
from integration_tests.simulator.organic import CREATIVE_TYPES, USERNAME
from integration_tests.simulator.seeding import mix, words

_COUNTRIES = (("US", "USD", "America/Los_Angeles"), ("DE", "EUR", "Europe/Berlin"), ("JP", "JPY", "Asia/Tokyo"))
_OBJECTIVES = ("AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION", "SALES", "LEADS")
_RUNNING = {"ACTIVE": "RUNNING"}
_APPROVED = {"ACTIVE": "APPROVED"}


def ad_accounts(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    shared_too = arguments.get("include_shared_accounts", True)
    indexes = [index for index in layout.account_indexes() if shared_too or not layout.is_shared(index)]
    return Listing(indexes, lambda index: ad_account(layout, index))


def ad_account_by_id(layout: Layout, arguments: Mapping[str, Any]) -> Record:
    return ad_account(layout, account_of(layout, arguments))


def campaigns(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    return _entities(layout, Kind.CAMPAIGNS, campaign, arguments)


def ad_groups(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    return _entities(layout, Kind.AD_GROUPS, ad_group, arguments)


def ads(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    return _entities(layout, Kind.ADS, ad, arguments)


def account_of(layout: Layout, arguments: Mapping[str, Any]) -> int:
    index = layout.account_index(arguments["ad_account_id"])
    if index is None:
        raise errors.forbidden()
    return index


def ad_account(layout: Layout, account: int) -> Record:
    shared = layout.is_shared(account)
    country, currency, time_zone = _COUNTRIES[account % len(_COUNTRIES)]
    record: Record = {
        "id": layout.account_id(account),
        "name": words(mix(layout.seed, 3, account)),
        "owner": {"id": numbering.USERS.id_of(account if shared else 0), "username": "client" if shared else USERNAME},
        "country": country,
        "currency": currency,
        "permissions": ["ANALYST", "CATALOGS_MANAGER"] if shared else ["OWNER"],
        "created_time": layout.built_at - 90_000_000 + account,
        "updated_time": layout.built_at - 80_000_000 if account % 2 == 0 else None,
    }
    if account % 3 != 2:
        record["time_zone"] = time_zone
    return record


def campaign(layout: Layout, account: int, index: int) -> Record:
    bits = mix(layout.seed, 4, account, index)
    record = _entity(layout, Kind.CAMPAIGNS, account, index)
    record |= {
        "name": words(bits),
        "summary_status": _RUNNING.get(record["status"], record["status"]),
        "objective_type": _OBJECTIVES[index % len(_OBJECTIVES)],
        "lifetime_spend_cap": None if index % 2 else 1_432_744_744,
        "daily_spend_cap": bits % 10**12 if index % 2 else None,
        "order_line_id": str(549_755_000_000 + index) if index % 6 == 0 else None,
        "tracking_urls": _tracking_urls(index),
        "start_time": record["created_time"] + 3_600,
        "end_time": None if index % 3 else record["created_time"] + 9_000_000,
        "is_campaign_budget_optimization": index % 2 == 0,
        "is_flexible_daily_budgets": None if index % 4 == 0 else False,
        "is_automated_campaign": False,
        "is_performance_plus": index % 5 == 0,
        "type": "campaign",
    }
    if index % 3 == 0:
        record |= {
            "bid_options": _bid_options(index),
            "default_ad_group_budget_in_micro_currency": 5_000_000,
            "intended_promotion_type": "CATALOG",
            "is_carting": False,
            "is_ltv_optimized": False,
            "is_top_of_search": True,
            "performance_plus_campaign_settings": _performance_plus(index),
        }
    return record | layout.edited(Kind.CAMPAIGNS, record["id"])


def ad_group(layout: Layout, account: int, index: int) -> Record:
    bits = mix(layout.seed, 5, account, index)
    record = _entity(layout, Kind.AD_GROUPS, account, index)
    record |= {
        "campaign_id": layout.entity_id(Kind.CAMPAIGNS, account, layout.parent_index(Kind.AD_GROUPS, account, index)),
        "name": words(bits),
        "summary_status": _RUNNING.get(record["status"], record["status"]),
        "billable_event": "IMPRESSION" if index % 2 else "CLICKTHROUGH",
        "bid_in_micro_currency": None if index % 3 == 0 else bits % 10**9,
        "bid_strategy_type": "MAX_BID" if index % 2 else None,
        "budget_in_micro_currency": 10**9 + bits % 10**12,
        "budget_type": "DAILY",
        "start_time": None,
        "end_time": record["created_time"] + 5_000_000,
        "conversion_learning_mode_type": "ACTIVE" if index % 4 == 0 else None,
        "feed_profile_id": str(index),
        "lifetime_frequency_cap": index % 100,
        "pacing_delivery_type": "STANDARD",
        "placement_group": "ALL",
        "auto_targeting_enabled": index % 2 == 0,
        "targeting_spec": _targeting(index),
        "tracking_urls": _tracking_urls(index),
        "type": "adgroup",
    }
    if index % 3 == 0:
        record |= _rare_ad_group_fields(index)
    return record | layout.edited(Kind.AD_GROUPS, record["id"])


def ad(layout: Layout, account: int, index: int) -> Record:
    bits = mix(layout.seed, 6, account, index)
    group = layout.parent_index(Kind.ADS, account, index)
    record = _entity(layout, Kind.ADS, account, index)
    rejected = index % 7 == 6
    record |= {
        "ad_group_id": layout.entity_id(Kind.AD_GROUPS, account, group),
        "campaign_id": layout.entity_id(Kind.CAMPAIGNS, account, layout.parent_index(Kind.AD_GROUPS, account, group)),
        "pin_id": pin_id_of_ad(account, index),
        "name": words(bits) if index % 8 else None,
        "creative_type": CREATIVE_TYPES[index % len(CREATIVE_TYPES)],
        "summary_status": "REJECTED" if rejected else _APPROVED.get(record["status"], record["status"]),
        "review_status": "REJECTED" if rejected else "APPROVED",
        "rejected_reasons": ["HASHTAGS", "LANDING_PAGE"] if rejected else [],
        "rejection_labels": ["Hashtags"] if rejected else [],
        "destination_url": f"https://shop.example/{bits % 10**6}?utm=a&b=ü" if index % 3 else None,
        "tracking_urls": _tracking_urls(index),
        "is_pin_deleted": index % 9 == 8,
        "is_removable": index % 2 == 0,
        "type": "pinpromotion",
    }
    if index % 2 == 0:
        record |= _rare_ad_fields(index)
    return record | layout.edited(Kind.ADS, record["id"])


def pin_id_of_ad(account: int, index: int) -> str:
    return numbering.AD_PINS.id_of(account * 1_000_000 + index)


def _entities(
    layout: Layout,
    kind: Kind,
    make: Callable[[Layout, int, int], Record],
    arguments: Mapping[str, Any],
) -> Listing:
    account = account_of(layout, arguments)
    wanted = set(arguments["entity_statuses"])
    indexes = [
        index
        for index in chosen(layout, kind, account, arguments)
        if layout.status(kind, account, index) in wanted
    ]
    listing = Listing(indexes, lambda index: make(layout, account, index))
    return listing.backwards() if arguments.get("order") == "DESCENDING" else listing


def chosen(layout: Layout, kind: Kind, account: int, arguments: Mapping[str, Any]) -> list[int]:
    """The entities that the id filters leave, in the order of their ids."""
    indexes: list[int] = list(range(layout.count(kind, account)))
    own_ids = arguments.get({"campaigns": "campaign_ids", "ad_groups": "ad_group_ids", "ads": "ad_ids"}[kind])
    if own_ids is not None:
        wanted = set(own_ids)
        return [index for index in indexes if layout.entity_id(kind, account, index) in wanted]
    for parent, name in ((Kind.AD_GROUPS, "ad_group_ids"), (Kind.CAMPAIGNS, "campaign_ids")):
        if arguments.get(name) is not None:
            wanted = set(arguments[name])
            return [index for index in indexes if _ancestor(layout, kind, account, index, parent) in wanted]
    return indexes


def _ancestor(layout: Layout, kind: Kind, account: int, index: int, ancestor: Kind) -> str:
    parent = layout.parent_index(kind, account, index)
    if kind is Kind.ADS and ancestor is Kind.CAMPAIGNS:
        parent = layout.parent_index(Kind.AD_GROUPS, account, parent)
    return layout.entity_id(ancestor, account, parent)


def _entity(layout: Layout, kind: Kind, account: int, index: int) -> Record:
    updated = layout.updated_time(kind, account, index)
    return {
        "id": layout.entity_id(kind, account, index),
        "ad_account_id": layout.account_id(account),
        "status": layout.status(kind, account, index),
        "created_time": updated - 10_000_000 - index,
        "updated_time": updated,
    }


def _tracking_urls(index: int) -> Record | None:
    if index % 4:
        return None
    names = ("impression", "click", "engagement", "buyable_button", "audience_verification")
    return {name: [f"https://track.example/{name}?id={index}"] for name in names}


def _performance_plus(index: int) -> Record:
    return {"boost_prospecting_ad_group_bid": index % 2 == 0, "pinner_list_exclusions": [str(2_542_620_000_000 + index)]}


def _bid_options(index: int) -> Record:
    return {
        "app_type_multipliers": {"APP_TYPE": "web_mobile", "web_mobile": 1.5},
        "audience_multipliers": {"AUDIENCE_ID": str(2_542_620_905_475 + index), "2542620905475": 0.5},
        "placement_multipliers": {"PLACEMENT": "SEARCH", "SEARCH": 2},
        "age_bucket_multipliers": {"AGE_BUCKET": "25-34", "25-34": 1.1},
        "gender_multipliers": {"GENDER": "female", "female": 1.2},
        "frequency_multipliers": {"IMPRESSION_COUNT": "3", "3": 0.9},
        "freq_bid_multiplier_time_window": "WEEK",
    }


def _targeting(index: int) -> Record:
    if index % 3:
        return {"GENDER": ["female"], "LOCATION": ["US"], "INTEREST": []}
    return {
        "AGE_BUCKET": ["35-44", "50-54"],
        "APPTYPE": ["ipad"],
        "AUDIENCE_EXCLUDE": ["2542620905475"],
        "AUDIENCE_INCLUDE": ["2542620905473"],
        "GENDER": ["unknown"],
        "GEO": ["US:94108"],
        "GEO_EXCLUDE": ["US:94109"],
        "INTEREST": ["941870572865"],
        "LOCALE": ["cs"],
        "LOCATION": ["500"],
        "LOCATION_EXCLUDE": ["501"],
        "MAXIMUM_AGE": "65",
        "MINIMUM_AGE": "18",
        "SHOPPING_RETARGETING": [{"lookback_window": 30, "tag_types": [0, 6], "exclusion_window": 14}],
        "TARGETING_STRATEGY": ["CHOOSE_YOUR_OWN"],
    }


def _rare_ad_group_fields(index: int) -> Record:
    return {
        "bid_multiplier": 1.5,
        "customer_segment_id": str(3_500_000_000_000 + index),
        "dca_assets": {"free": ["form"]},
        "ext_features": {"enabled": ["TRENDS"]},
        "is_creative_optimization": True,
        "is_local_inventory": True,
        "local_inventory_radius_in_miles": 12.5,
        "optimization_goal_metadata": {
            "conversion_tag_v3_goal_metadata": {
                "attribution_windows": {"click_window_days": 30, "engagement_window_days": 30, "view_window_days": 1},
                "conversion_event": "CHECKOUT",
                "conversion_tag_id": "2617998078212",
                "cpa_goal_value_in_micro_currency": "1000000",
                "is_roas_optimized": index % 2 == 0,
                "learning_mode_type": "ACTIVE",
                "reporting_event": "CHECKOUT",
            },
            "frequency_goal_metadata": {"frequency": 3, "timerange": "SEVEN_DAY"},
            "scrollup_goal_metadata": {"scrollup_goal_value_in_micro_currency": "5000000"},
        },
        "performance_plus_campaign_settings": _performance_plus(index),
        "placement_traffic_type": "ALL",
        "promotion_application_level": "NONE",
        "promotion_id": str(720_000_000_000 + index),
        "promotion_ids": [str(720_000_000_000 + index)],
        "targeting_template_ids": [str(643_000_000_000 + index)],
    }


def _rare_ad_fields(index: int) -> Record:
    result = {
        "organic_pin_id": "1022106077902810180",
        "android_deep_link": "app://shop",
        "ios_deep_link": "app://shop",
        "destination_url": "https://shop.example/quiz",
        "result_id": 1,
    }
    question = {"question_id": 1, "question_text": "Käse?", "options": [{"id": 1, "text": "Ja"}, {"id": 2.0, "text": ""}]}
    return {
        "android_deep_link": "app://shop",
        "carousel_android_deep_links": ["app://1", "app://2"],
        "carousel_destination_urls": ["https://shop.example/1"],
        "carousel_ios_deep_links": None,
        "carting_platform_type": 1 + index % 2,
        "carting_products": [
            {
                "carting_product_id": str(index),
                "display_preferred_retailers_only": True,
                "display_product_price": False,
                "preferred_retailers": [{"retailer_id": "1", "retailer_name": "Tante Emma"}],
                "randomize_preferred_retailers": False,
            },
        ],
        "click_tracking_url": "https://track.example/click",
        "collection_items_destination_url_template": None,
        "collections_header_type": "NO_HEADER",
        "customizable_cta_type": "LEARN_MORE",
        "disclosure_type": "NO_DISCLOSURE",
        "disclosure_url": None,
        "grid_click_type": "CLOSEUP",
        "ios_deep_link": None,
        "is_carting": False,
        "is_collage_accepted_terms": False,
        "is_collage_single_destination": False,
        "lead_form_id": str(383_791_336_000_000_000 + index) if index % 4 == 0 else None,
        "quiz_pin_data": {
            "questions": [question],
            "results": [result],
            "tie_breaker_type": "CUSTOM",
            "tie_breaker_custom_result": result,
        },
        "view_tracking_url": "https://track.example/view",
    }
