"""Which area does a stream belong to? Whoever looks for one of many streams begins with its area."""

from collections.abc import Collection, Mapping

from integration_tests.support.truth import (
    AUDIENCE_KEYS,
    CATALOG_ITEM_KEYS,
    LIST_KEYS,
    ORGANISATION_KEYS,
    OWN_REPORT_KEYS,
    REPORT_KEYS,
    RESOURCE_KEYS,
    TARGETING_KEYS,
)
from integration_tests.support.truth.analytics import LEVELS
from integration_tests.support.truth.entities import ENTITY_KEYS
from integration_tests.support.truth.organic import ORGANIC_KEYS

_CATALOGS = {*(name for name in LIST_KEYS if name.startswith("catalogs")), *CATALOG_ITEM_KEYS}

AREAS: Mapping[str, Collection[str]] = {
    "Boards, pins and the profile": ORGANIC_KEYS,
    "Businesses and followers": ORGANISATION_KEYS,
    "Ad accounts, ads and audiences": {*ENTITY_KEYS, *LIST_KEYS, *AUDIENCE_KEYS} - _CATALOGS,
    "Catalogs": _CATALOGS,
    "Dictionaries and trends": RESOURCE_KEYS,
    "Analytics of ads": LEVELS,
    "Analytics of ads by targeting": TARGETING_KEYS,
    "Reports": REPORT_KEYS,
    "Special reports": OWN_REPORT_KEYS,
}
"""In the order in which they are shown."""
