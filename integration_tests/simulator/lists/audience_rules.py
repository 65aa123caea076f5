"""Build the rule that defines who belongs to an audience.

https://developers.pinterest.com/docs/api/v5/audiences-list: the rule's fields depend on the type of the audience.
"""

from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import Kind, World


def visitors(tag: str) -> Record:
    """Who has bought something where the tag is."""
    return {"visitor_source_id": tag, "retention_days": 180, "event": "checkout"}


def audience_rule(world: World, account: int, tag: str) -> Record:
    """Every field that a rule may have."""
    return {
        "ad_account_id": world.account_id(account),
        "ad_id": [world.entity_id(Kind.ADS, account, 0)],
        "campaign_id": [world.entity_id(Kind.CAMPAIGNS, account, 0)],
        "country": "US",
        "customer_list_id": "2541000000061",
        "engagement_domain": ["shop.example"],
        "engagement_type": "click",
        "engager_type": 1,
        "event": "checkout",
        "event_data": {
            "currency": "USD",
            "lead_type": "Newsletter",
            "line_items": {
                "product_brand": "Käse",
                "product_category": "Food",
                "product_id": 1414,
                "product_name": "Cheese",
                "product_price": "5.99",
                "product_quantity": 2,
                "product_variant": "old",
                "product_variant_id": "14",
            },
            "order_id": "X-151481",
            "order_quantity": 1,
            "page_name": "Cheese",
            "promo_code": "WINTER10",
            "property": "Athleta",
            "search_query": "cheese",
            "value": "116",
            "video_title": "How to",
        },
        "event_source": {"=": ["web", "mobile"]},
        "ingestion_source": {"=": ["tag"]},
        "objective_type": ["AWARENESS"],
        "percentage": 3,
        "pin_id": ["1022106077902810180"],
        "prefill": True,
        "retention_days": 30,
        "seed_id": ["2542620639259"],
        "url": ["https://shop.example/view_item"],
        "visitor_source_id": tag,
    }
