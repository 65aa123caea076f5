"""List the entities that an analytics request covers, with the columns that do not change by day.

Ids, names and statuses come from the same records that the entity lists show.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from integration_tests.simulator.ads import records
from integration_tests.simulator.analytics.shares import ALL, Spans, has_numbers, in_campaign, portions
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import Kind, World

_ACCOUNT_LEVEL = None
_ROW_KEYS = {Kind.CAMPAIGNS: "CAMPAIGN_ID", Kind.AD_GROUPS: "AD_GROUP_ID", Kind.ADS: "AD_ID"}
_DEPTH: dict[Kind | None, int] = {_ACCOUNT_LEVEL: 0, Kind.CAMPAIGNS: 1, Kind.AD_GROUPS: 2, Kind.ADS: 3}


@dataclass(frozen=True)
class Subject:
    """One entity, or a part of its numbers, of which rows are requested.

    Attributes:
        number: in the world.
        row_key: the column with its id.
        fixed: the columns that don't change by day.
        account: its ad account.
        campaign: the campaign that it has a share of, None for a share of the account.
        share: of that.
        parts: those whose sum it is, instead of a share: what a filter leaves of an entity above it.
    """

    number: int
    row_key: str
    fixed: Mapping[str, Any]
    account: int
    campaign: int | None = None
    share: Spans = ALL
    parts: tuple["Subject", ...] = ()

    def divided(self, weights: Sequence[int], fixed: Sequence[Mapping[str, Any]]) -> Iterator[Self]:
        """Divide its numbers by weight. There may be more weights than parts: the others are nobody's."""
        of_parts = zip(*(part.divided(weights, fixed) for part in self.parts), strict=True)
        for share, more in zip(portions(self.share, weights), fixed, strict=False):
            yield replace(self, share=share, fixed={**self.fixed, **more}, parts=next(of_parts, ()))


def subjects(world: World, level: str, account: int, ids: Sequence[str] | None) -> Iterator[Subject]:
    """The entities requested, in the order of the request; ids that aren't this account's are passed over."""
    if level == "ad_accounts":
        yield _subject(world, "AD_ACCOUNT_ID", account, _ACCOUNT_LEVEL, 0)
        return
    kind = Kind(level)
    for entity_id in dict.fromkeys(ids or ()):
        index = world.entity_index(kind, account, entity_id)
        if index is not None and has_numbers(world, account, kind, index):
            subject = _subject(world, _ROW_KEYS[kind], account, kind, index)
            campaign, share = in_campaign(world, account, kind, index)
            yield replace(subject, campaign=campaign, share=share)


def ad_columns(world: World, account: int, index: int) -> Record:
    """What rows about an ad say of it."""
    record = records.ad(world, account, index)
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


def _subject(world: World, row_key: str, account: int, kind: Kind | None, index: int) -> Subject:
    depth = 3 if world.full_rows else _DEPTH[kind]
    lineage = _lineage(world, account, kind, index)
    makers: tuple[Callable[[], Record], ...] = (
        lambda: {"AD_ACCOUNT_ID": world.account_id(account), "ADVERTISER_ID": world.account_id(account)},
        lambda: _campaign_columns(records.campaign(world, account, lineage[0])),
        lambda: _ad_group_columns(records.ad_group(world, account, lineage[1])),
        lambda: ad_columns(world, account, lineage[2]),
    )
    fixed: Record = {}
    for make in makers[: depth + 1]:
        fixed |= make()
    return Subject(mix(account, _DEPTH[kind], index), row_key, fixed, account)


def _lineage(world: World, account: int, kind: Kind | None, index: int) -> tuple[int, int, int]:
    """The campaign, ad group and ad that an entity's columns speak of: its ancestors, otherwise the first children."""
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
