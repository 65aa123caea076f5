"""Build a valid request body for each kind of asynchronous report."""

from datetime import timedelta
from typing import Any

from integration_tests.support.pinterest import World


def legal_order(world: World) -> dict[str, Any]:
    """The body of a legal order of a report, of days that only reports have."""
    return {
        "start_date": str(world.today - timedelta(days=300)),
        "end_date": str(world.today - timedelta(days=200)),
        "granularity": "DAY",
        "level": "CAMPAIGN",
        "columns": ["CAMPAIGN_ID", "SPEND_IN_DOLLAR", "TOTAL_CHECKOUT"],
    }


def legal_orders(world: World) -> dict[str, dict[str, Any]]:
    """The body of one legal order of each kind of report, by operationId."""
    days = {name: legal_order(world)[name] for name in ("start_date", "end_date")}
    return {
        "analytics/create_report": legal_order(world),
        "analytics/create_mmm_report": {
            **days,
            "report_name": "A marketing mix",
            "granularity": "DAY",
            "level": "CAMPAIGN_TARGETING",
            "columns": ["CAMPAIGN_ID", "SPEND_IN_DOLLAR"],
            "targeting_types": ["GENDER", "CREATIVE_TYPE"],
        },
        "analytics/create_conversion_product_report": {
            **days,
            "report_name": "Brands",
            "granularity": "WEEK",
            "level": "CAMPAIGN",
            "columns": ["CAMPAIGN_ID", "CONVERSION_PRODUCT_BRAND", "TOTAL_CHECKOUT_CONVERSION_PRODUCT_QUANTITY"],
            "conversion_product_breakdown": "PRODUCT_BRAND",
            "campaign_objective_types": ["AWARENESS", "SALES"],
        },
    }
