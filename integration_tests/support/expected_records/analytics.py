"""Compute the records of a perfect sync of the synchronous analytics, by key."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from integration_tests.simulator.analytics.day_rows import Attribution, DayRows
from integration_tests.simulator.analytics.endpoints import PRODUCT_GROUP_ID, product_groups
from integration_tests.simulator.analytics.subjects import Subject, subjects
from integration_tests.simulator.analytics.targeting import BETA_TYPES, TYPE, TYPES, VALUE, broken_down
from integration_tests.simulator.reports.rows import as_reported
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import Kind, World
from integration_tests.support.expected_records.columns import REACH_COLUMNS, STATUSES

DAYS_BACK = 89
"""So far back the synchronous endpoints go; older days come from reports."""

LEVELS: Mapping[str, str] = {
    "ad_account_analytics": "ad_accounts",
    "campaign_analytics": "campaigns",
    "ad_group_analytics": "ad_groups",
    "ad_analytics": "ads",
    "product_group_analytics": "product_groups",
}
TARGETING_LEVELS: Mapping[str, str] = {
    "ad_account_targeting_analytics": "ad_accounts",
    "campaign_targeting_analytics": "campaigns",
    "ad_group_targeting_analytics": "ad_groups",
    "ad_targeting_analytics": "ads",
}
_ROW_KEYS = {
    "ad_accounts": "AD_ACCOUNT_ID",
    "campaigns": "CAMPAIGN_ID",
    "ad_groups": "AD_GROUP_ID",
    "ads": "AD_ID",
    "product_groups": PRODUCT_GROUP_ID,
}
_PRODUCT_GROUPS = "product_group_analytics"
_KEYS = {stream: (_ROW_KEYS[level], "DATE") for stream, level in LEVELS.items()}

ANALYTICS_KEYS: Mapping[str, tuple[str, ...]] = {name: key for name, key in _KEYS.items() if name != _PRODUCT_GROUPS}
TARGETING_KEYS: Mapping[str, tuple[str, ...]] = {
    stream: (_ROW_KEYS[level], TYPE, VALUE, "DATE") for stream, level in TARGETING_LEVELS.items()
}
BREAKDOWN_KEYS: Mapping[str, tuple[str, ...]] = {**TARGETING_KEYS, _PRODUCT_GROUPS: _KEYS[_PRODUCT_GROUPS]}
"""Analytics by targeting and by product group."""


def by_entity(
    world: World, stream: str, columns: Sequence[str], attribution: Attribution, days: tuple[date, date]
) -> Iterator[Record]:
    """The rows of each day; those of days that only reports have are as reports show them."""
    maker = DayRows(world, columns, attribution)
    first_sync_day = (world.today - timedelta(days=DAYS_BACK)).isoformat()
    for subject in _subjects(world, LEVELS[stream]):
        for row in maker.rows(subject, *days):
            is_synchronous = row["DATE"] >= first_sync_day
            shown = _without_statuses(row) if is_synchronous else as_reported(row, maker.wanted)
            if shown is not None:
                yield shown


def by_targeting(
    world: World,
    stream: str,
    columns: Sequence[str],
    attribution: Attribution,
    days: tuple[date, date],
    targeting_types: Sequence[str] | None,
) -> Iterator[Record]:
    """The rows of each day by targeting type and value; None means the types that all apps may ask for."""
    level = TARGETING_LEVELS[stream]
    types = targeting_types or [name for name in TYPES[level] if name not in BETA_TYPES]
    asked = [name for name in columns if name not in REACH_COLUMNS]
    maker = DayRows(world, (*asked, *TARGETING_KEYS[stream]), attribution)
    for subject in _subjects(world, level):
        for part in broken_down(subject, types):
            yield from map(_without_statuses, maker.rows(part, *days))


def _without_statuses(row: Record) -> Record:
    return {name: value for name, value in row.items() if name not in STATUSES}


def _subjects(world: World, level: str) -> Iterator[Subject]:
    """Every entity of a level, of all accounts."""
    for account in world.account_indexes():
        if level == "product_groups":
            yield from product_groups(world, account)
        elif level == "ad_accounts":
            yield from subjects(world, level, account, None)
        else:
            kind = Kind(level)
            ids = [world.entity_id(kind, account, index) for index in range(world.count(kind, account))]
            yield from subjects(world, level, account, ids)
