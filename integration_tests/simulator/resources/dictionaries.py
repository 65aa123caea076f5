"""List the delivery metrics and the countries of ad accounts, with their names.

https://developers.pinterest.com/docs/api/v5/delivery_metrics-get, ad_account_countries-get.
"""

from collections.abc import Mapping
from typing import Any

from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World

_METRICS = (
    # (category, name, what Ads Manager calls it); a name may be that of two metrics
    ("ADS", "AD_GROUP_ID", "Ad group ID"),
    ("ADS", "SPEND_IN_DOLLAR", "Spend"),
    ("ADS", "TOTAL_CHECKOUT", "Total conversions (checkout)"),
    ("ADS", "ENGAGEMENT_RATE", "Engagement rate"),
    ("ADS", "ADE_TOTAL_CLICK", None),
    ("ORGANIC", "ENGAGEMENT_RATE", "Engagement rate"),
    ("ORGANIC", "PIN_CLICK", "Pin clicks"),
)
_COUNTRIES = (
    ("US", "Dollars", "United States of America"),
    ("CA", "Canadian Dollars", "Canada"),
    ("DE", "Euros", "Germany"),
    ("CI", "Francs", "Côte d'Ivoire"),
)


def delivery_metrics(_world: World, _arguments: Mapping[str, Any]) -> Record:
    """A metric that Ads Manager does not show comes without a display name."""
    items: list[Record] = []
    for category, name, display_name in _METRICS:
        definition = f"How often {name.lower().replace('_', ' ')} was counted."
        shown = {"display_name": display_name} if display_name else {}
        items.append({"category": category, "definition": definition, "name": name, **shown})
    return {"items": items}


def ad_account_countries(_world: World, _arguments: Mapping[str, Any]) -> Record:
    items = [
        {"code": code, "currency": currency, "index": index, "name": name}
        for index, (code, currency, name) in enumerate(_COUNTRIES, start=1)
    ]
    return {"items": items}
