"""Pinterest's dictionaries, metrics, countries and what may be targeted, and the table of their operations.

https://developers.pinterest.com/docs/api/v5/targeting_options-get: a list of objects of ids to names, as recorded live.
An interest tells its level and its children by itself (interest_targeting_options-get). Every value that analytics are
broken down by has its name here, but for `NAMELESS`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from integration_tests.simulator.ads.entities import account_of
from integration_tests.simulator.calls.errors import ApiError
from integration_tests.simulator.calls.operation import AD_ACCOUNT_ID, DocumentOperation, Operation
from integration_tests.simulator.calls.parameters import Choice, Digits, Parameter
from integration_tests.simulator.lists.account_lists import audiences
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


NAMELESS = "US:94109"
"""A value of GEO that is in analytics and not among the options."""

PERSONA = ("2542620905473", "Gardeners")
"""An audience that Pinterest's sales team made for the first ad account."""

INTERESTS: Mapping[str, tuple[str, int, tuple[str, ...]]] = {
    "903733943146": ("Animals", 1, ()),
    "925056443165": ("Home decor", 1, ("941870572865",)),
    "941870572865": ("Kitchen", 2, ("935249274030",)),
    "935249274030": ("Kitchen sinks", 3, ()),
}
"""Name, level and children of each, in the order of the list."""

AUDIENCES = ("AUDIENCE_INCLUDE", "AUDIENCE_EXCLUDE")
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "APPTYPE": {"android_mobile": "Android Mobile", "iphone": "iPhone", "web": "Web", "web_mobile": "Web Mobile"},
    "GENDER": {"female": "Female", "male": "Male", "unknown": "Unspecified"},
    "LOCALE": {"en": "English", "de": "German", "id": "Indonesian"},
    "AGE_BUCKET": {"18-24": "18-24", "25-34": "25-34", "65+": "65+"},
    "LOCATION": {"500": "U.S.: Portland-Auburn", "501": "U.S.: New York", "US": "United States", "DE": "Germany"},
    "GEO": {"US-CA": "U.S.: California", "DE-BE": "Germany: Berlin", "US:94108": "U.S.: San Francisco 94108"},
    "INTEREST": {interest: name for interest, (name, _, _) in INTERESTS.items()},
    "KEYWORD": {"wedding ideas": "wedding ideas", "Küche & Bad": "Küche & Bad"},
    "AUDIENCE_INCLUDE": {},
    "AUDIENCE_EXCLUDE": {},
}


def targeting_options(world: World, arguments: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The options of a type; audiences are those of the ad account that the call names."""
    targeting_type = arguments["targeting_type"]
    if targeting_type in AUDIENCES and arguments.get("ad_account_id"):
        found = {record["id"]: record["name"] for record in audiences(world, arguments)}
        return [found | dict([PERSONA] if account_of(world, arguments) == 0 else [])]
    return [OPTIONS[targeting_type]]


def interest(_world: World, arguments: Mapping[str, Any]) -> Record:
    interest_id = arguments["interest_id"]
    if interest_id not in INTERESTS:
        raise ApiError(404, 404, "Interest not found.")
    name, level, children = INTERESTS[interest_id]
    return {"child_interests": list(children), "id": interest_id, "level": level, "name": name}


def _of_ads(name: str, path: str, document: Callable[..., Any], *parameters: Parameter, **more: Any) -> Operation:
    more = {"scopes": ("ads:read",), "parameters": parameters, "takes_app_token": True, **more}
    return DocumentOperation(name, f"/resources/{path}", "ads_read", document=document, **more)


RESOURCE_ENDPOINTS: tuple[Operation, ...] = (
    _of_ads("ad_account_countries/get", "ad_account_countries", ad_account_countries),
    _of_ads(
        "delivery_metrics/get",
        "delivery_metrics",
        delivery_metrics,
        scopes=("ads:read", "pins:read", "user_accounts:read"),
    ),
    _of_ads(
        "targeting_options/get",
        "targeting/{targeting_type}",
        targeting_options,
        AD_ACCOUNT_ID,
        in_path=(Choice("targeting_type", values=tuple(OPTIONS)),),
    ),
    _of_ads(
        "interest_targeting_options/get",
        "targeting/interests/{interest_id}",
        interest,
        in_path=(Digits("interest_id", max_length=18),),
    ),
)
