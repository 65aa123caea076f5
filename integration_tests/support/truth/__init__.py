"""Compute the records of a perfect sync of this connector from the simulated world."""

from integration_tests.support.truth.analytics import BREAKDOWN_KEYS, TARGETING_KEYS
from integration_tests.support.truth.audiences import AUDIENCE_KEYS
from integration_tests.support.truth.catalog_items import CATALOG_ITEM_KEYS
from integration_tests.support.truth.columns import DEFAULT_COLUMNS
from integration_tests.support.truth.lists import LIST_KEYS
from integration_tests.support.truth.organisation import ORGANISATION_KEYS
from integration_tests.support.truth.own_reports import OWN_REPORT_KEYS
from integration_tests.support.truth.reports import (
    REPORT_KEYS,
    REPORT_STREAMS,
    usual_targeting_types_of,
)
from integration_tests.support.truth.resources import RESOURCE_KEYS
from integration_tests.support.truth.world import KEYS, PRIMARY_KEYS, Key, World, by_key

__all__ = [
    "AUDIENCE_KEYS",
    "BREAKDOWN_KEYS",
    "CATALOG_ITEM_KEYS",
    "DEFAULT_COLUMNS",
    "KEYS",
    "LIST_KEYS",
    "ORGANISATION_KEYS",
    "OWN_REPORT_KEYS",
    "PRIMARY_KEYS",
    "REPORT_KEYS",
    "REPORT_STREAMS",
    "RESOURCE_KEYS",
    "TARGETING_KEYS",
    "Key",
    "World",
    "by_key",
    "usual_targeting_types_of",
]
