"""Build the nested and rarely filled fields of campaigns, ad groups and ads.

Together with `ad_records`, every field of API 5.28 appears in some record.
"""

from integration_tests.simulator.world.listing import Record


def tracking_urls(index: int) -> Record | None:
    if index % 4:
        return None
    names = ("impression", "click", "engagement", "buyable_button", "audience_verification")
    return {name: [f"https://track.example/{name}?id={index}"] for name in names}


def performance_plus(index: int) -> Record:
    return {
        "boost_prospecting_ad_group_bid": index % 2 == 0,
        "pinner_list_exclusions": [str(2_542_620_000_000 + index)],
    }


def bid_options(index: int) -> Record:
    return {
        "app_type_multipliers": {"APP_TYPE": "web_mobile", "web_mobile": 1.5},
        "audience_multipliers": {"AUDIENCE_ID": str(2_542_620_905_475 + index), "2542620905475": 0.5},
        "placement_multipliers": {"PLACEMENT": "SEARCH", "SEARCH": 2},
        "age_bucket_multipliers": {"AGE_BUCKET": "25-34", "25-34": 1.1},
        "gender_multipliers": {"GENDER": "female", "female": 1.2},
        "frequency_multipliers": {"IMPRESSION_COUNT": "3", "3": 0.9},
        "freq_bid_multiplier_time_window": "WEEK",
    }


def targeting(index: int) -> Record:
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


def rare_ad_group_fields(index: int) -> Record:
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
        "performance_plus_campaign_settings": performance_plus(index),
        "placement_traffic_type": "ALL",
        "promotion_application_level": "NONE",
        "promotion_id": str(720_000_000_000 + index),
        "promotion_ids": [str(720_000_000_000 + index)],
        "targeting_template_ids": [str(643_000_000_000 + index)],
    }


def rare_ad_fields(index: int) -> Record:
    result = {
        "organic_pin_id": "1022106077902810180",
        "android_deep_link": "app://shop",
        "ios_deep_link": "app://shop",
        "destination_url": "https://shop.example/quiz",
        "result_id": 1,
    }
    question = {
        "question_id": 1,
        "question_text": "Käse?",
        "options": [{"id": 1, "text": "Ja"}, {"id": 2.0, "text": ""}],
    }
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
