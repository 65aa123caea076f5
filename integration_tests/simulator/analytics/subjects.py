"""List the entities that an analytics request covers, with the columns that do not change by day.

Ids, names and statuses come from the same records that the entity lists show.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from integration_tests.simulator.ads import records
from integration_tests.simulator.world.flights import Flight, flight_of
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import Kind, World

_ACCOUNT_LEVEL = None
_ROW_KEYS = {Kind.CAMPAIGNS: "CAMPAIGN_ID", Kind.AD_GROUPS: "AD_GROUP_ID", Kind.ADS: "AD_ID"}
_DEPTH: dict[Kind | None, int] = {_ACCOUNT_LEVEL: 0, Kind.CAMPAIGNS: 1, Kind.AD_GROUPS: 2, Kind.ADS: 3}
_IMPRESSIONS_A_DAY = (60_000, 16_000, 9_000, 6_000)
PARTS_OF_A_WHOLE = 1 << 20
_EVERY_DAY = 100  # percent


@dataclass(frozen=True)
class Subject:
    """One entity, or a part of its numbers, of which rows are asked for.

    Its number in the world, the columns that don't change by day, how large it is, when it runs (None: always), and
    from where to where its part of the numbers goes.
    """

    number: int
    row_key: str
    fixed: Mapping[str, Any]
    impressions_a_day: int
    flight: Flight | None
    part: tuple[int, int] = (0, PARTS_OF_A_WHOLE)
    made_of: "tuple[Subject, ...] | None" = None
    """The ads whose numbers add up to its own; None: its numbers are its own."""

    def portions(self, weights: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Its part of the numbers shared out by weight, so that the portions add up to it."""
        first, last = self.part
        reached = [first + (last - first) * sum(weights[:count]) // sum(weights) for count in range(len(weights) + 1)]
        return pairwise(reached)


def subjects(world: World, level: str, account: int, ids: Sequence[str] | None) -> Iterator[Subject]:
    """The entities asked for, in the order of the request; ids that aren't this account's are passed over."""
    if level == "ad_accounts":
        yield _subject(world, "AD_ACCOUNT_ID", account, _ACCOUNT_LEVEL, 0)
        return
    kind = Kind(level)
    every_fifth_is_idle = world.active_percent < _EVERY_DAY
    for entity_id in dict.fromkeys(ids or ()):
        index = world.entity_index(kind, account, entity_id)
        has_own = kind is Kind.ADS or not world.adds_up
        if index is not None and not (has_own and every_fifth_is_idle and index % 5 == 4):
            yield _subject(world, _ROW_KEYS[kind], account, kind, index)


def of_ad(world: World, subject: Subject, account: int, ad: int) -> Subject:
    """The share of one ad in what a subject is about."""
    columns = _ad_columns(records.ad(world, account, ad))
    return replace(subject, number=mix(subject.number, ad), fixed={**subject.fixed, **columns})


def _subject(world: World, row_key: str, account: int, kind: Kind | None, index: int) -> Subject:
    depth = 3 if world.full_rows else _DEPTH[kind]
    lineage = _lineage(world, account, kind, index)
    makers: tuple[Callable[[], Record], ...] = (
        lambda: {"AD_ACCOUNT_ID": world.account_id(account), "ADVERTISER_ID": world.account_id(account)},
        lambda: _campaign_columns(records.campaign(world, account, lineage[0])),
        lambda: _ad_group_columns(records.ad_group(world, account, lineage[1])),
        lambda: _ad_columns(records.ad(world, account, lineage[2])),
    )
    fixed: Record = {}
    for make in makers[: depth + 1]:
        fixed |= make()
    always = kind is _ACCOUNT_LEVEL or world.active_percent >= _EVERY_DAY
    return Subject(
        mix(account, _DEPTH[kind], index),
        row_key,
        fixed,
        _IMPRESSIONS_A_DAY[_DEPTH[kind]],
        None if always else flight_of(world, account, lineage[0]),
        made_of=tuple(_ads_of(world, account, kind, index)) if world.adds_up and kind is not Kind.ADS else None,
    )


def _ads_of(world: World, account: int, kind: Kind | None, index: int) -> Iterator[Subject]:
    for ad in range(world.count(Kind.ADS, account)):
        campaign, group, _ = _lineage(world, account, Kind.ADS, ad)
        above = {_ACCOUNT_LEVEL: index, Kind.CAMPAIGNS: campaign, Kind.AD_GROUPS: group}
        if above[kind] == index:
            yield from subjects(world, Kind.ADS, account, [world.entity_id(Kind.ADS, account, ad)])


def _lineage(world: World, account: int, kind: Kind | None, index: int) -> tuple[int, int, int]:
    """The campaign, ad group and ad that an entity's columns speak of: its ancestors, or else the first children."""
    ad_index = index if kind is Kind.ADS else 0
    group = index if kind is Kind.AD_GROUPS else world.parent_index(Kind.ADS, account, ad_index)
    campaign = index if kind is Kind.CAMPAIGNS else world.parent_index(Kind.AD_GROUPS, account, group)
    return campaign, group, ad_index


def _campaign_columns(record: Record) -> Record:
    return {
        "CAMPAIGN_ID": record["id"],
        "CAMPAIGN_NAME": record["name"],
        "CAMPAIGN_ENTITY_STATUS": record["status"],
        "CAMPAIGN_OBJECTIVE_TYPE": record["objective_type"],
        "CAMPAIGN_BRAND_LABEL": "Käse & Co",
        "CAMPAIGN_BUDGET_OPTIMIZATION": record["is_campaign_budget_optimization"],
        "IS_PREMIERE_CAMPAIGN": False,
        "ORDER_LINE_ID": record["order_line_id"] or "549755000000",
        "ORDER_LINE_NAME": "An order line",
    }


def _ad_group_columns(record: Record) -> Record:
    return {
        "AD_GROUP_ID": record["id"],
        "AD_GROUP_NAME": record["name"],
        "AD_GROUP_ENTITY_STATUS": record["status"],
        "AD_GROUP_BUDGET_TYPE": record["budget_type"],
        "AD_GROUP_OPTIMIZATION": "CLICKTHROUGH",
    }


def _ad_columns(record: Record) -> Record:
    return {
        "AD_ID": record["id"],
        "AD_NAME": record["name"] or "An ad",
        "PIN_ID": record["pin_id"],
        "PIN_PROMOTION_ID": record["id"],
        "PROMO_ID": "720000000000",
        "PROMO_NAME": "A promotion",
        "PRODUCT_GROUP_AD_IMAGE_TAG": "image",
        "PRODUCT_GROUP_AD_VIDEO_TAG": "video",
    }
