"""List the entities, and the parts of entities, that an asynchronous report covers.

Accounts, campaigns, ad groups and ads are those of the synchronous endpoints, with the same numbers. Product groups,
product items and keywords belong to ad groups; a targeting level breaks each entity down by type and value.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from zlib import crc32

from integration_tests.simulator.ads import records
from integration_tests.simulator.analytics.subjects import Subject, ad_columns, subjects
from integration_tests.simulator.analytics.targeting import broken_down
from integration_tests.simulator.reports.columns import DEMOGRAPHICS
from integration_tests.simulator.reports.request import TARGETING_VALUES, ReportRequest
from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.numbering import Numbering
from integration_tests.simulator.world.seeding import mix, nth_word, words
from integration_tests.simulator.world.world import Kind, Size, World, size_at

KINDS: Mapping[str, Kind] = {
    "CAMPAIGN": Kind.CAMPAIGNS,
    "AD_GROUP": Kind.AD_GROUPS,
    "PIN_PROMOTION": Kind.ADS,
    "PRODUCT_GROUP": Kind.AD_GROUPS,
    "PRODUCT_ITEM": Kind.AD_GROUPS,
    "KEYWORD": Kind.AD_GROUPS,
}
IDS = ("CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_PROMOTION_ID", "PIN_ID", "PRODUCT_GROUP_ID")
"""What distinguishes the rows of a part, where there are several."""
_STATUSES = ("RUNNING", "PAUSED", "EXCLUDED", "ARCHIVED")


class Reported(NamedTuple):
    """A subject of a report, and the entity under whose id its rows stand."""

    entity_id: str
    subject: Subject


class _Part(NamedTuple):
    """What an ad group consists of: product groups, product items or keywords."""

    numbering: Numbering
    size: Callable[[World], Size]
    columns: Callable[[World, str, int], Record]


def reported(world: World, account: int, request: ReportRequest) -> Iterator[Reported]:
    """The subjects of a report; all that share an entity come one after the other."""
    every = entities(world, account, request)
    for column in DEMOGRAPHICS:
        if column in request.columns:
            every = _by_people(every, column)
    for entity in _grained(world, account, every) if request.base_level in PARTS else every:
        if request.breakdown:
            for part in by_product(entity.subject, request.breakdown, request.attribution_type):
                yield Reported(entity.entity_id, part)
        elif request.targeting_types:
            for part in broken_down(entity.subject, request.targeting_types):
                yield Reported(entity.entity_id, part)
        else:
            yield entity


def _by_people(every: Iterable[Reported], column: str) -> Iterator[Reported]:
    """What each age group or gender has of the numbers of an entity."""
    values = TARGETING_VALUES[column]
    for entity_id, subject in every:
        weights = [32 + mix(subject.number, crc32(f"{column}={value}".encode())) % 96 for value in values]
        for part in subject.divided(weights, [{column: value} for value in values]):
            yield Reported(entity_id, part)


def entities(world: World, account: int, request: ReportRequest) -> Iterator[Reported]:
    """What a report is about, before it is broken down."""
    kind = KINDS.get(request.base_level)
    part = PARTS.get(request.base_level)
    for subject in _filtered(world, account, kind, request.filters):
        known = Reported(str(subject.fixed[subject.row_key]), _with_more_columns(subject))
        if part is None:
            yield known
        else:
            yield from _parts_of(world, account, known, part, request)


def _filtered(
    world: World, account: int, kind: Kind | None, filters: Mapping[str, tuple[str, ...]]
) -> Iterator[Subject]:
    """The entities of a kind, or the account, with what the filters leave of their numbers.

    A filter of a kind below leaves an entity the sum of those below it that pass.
    """
    named = {name.removesuffix("_ids").removesuffix("_statuses") for name in filters}
    kinds = [each for each, (prefix, _) in _RECORDS.items() if each is kind or prefix in named]
    if not kinds:
        yield from subjects(world, "ad_accounts", account, None)
        return
    lowest = kinds[-1]
    below: dict[str, list[str]] = {}
    for index in range(world.count(lowest, account)):
        if _is_chosen(world, account, lowest, index, filters):
            position = index
            for each in _ancestors(lowest, kind):
                position = world.parent_index(each, account, position)
            entity = world.entity_id(kind, account, position) if kind else ""
            below.setdefault(entity, []).append(world.entity_id(lowest, account, index))
    if lowest is kind:
        yield from subjects(world, kind, account, list(below))
        return
    for entity, ids in below.items():
        parts = tuple(subjects(world, lowest, account, ids))
        whole = subjects(world, kind or "ad_accounts", account, [entity])
        yield from (replace(subject, parts=parts) for subject in whole if parts)


def _ancestors(kind: Kind, until: Kind | None) -> Iterator[Kind]:
    """The kinds whose parents lead from an entity up to one of another kind, or to the account."""
    kinds = list(_RECORDS)
    last = kinds.index(until) if until else 0
    yield from reversed(kinds[last + 1 : kinds.index(kind) + 1])


def _parts_of(
    world: World, account: int, ad_group: Reported, part: _Part, request: ReportRequest
) -> Iterator[Reported]:
    """The parts of an ad group that pass the filters. Keywords bring only some of its numbers."""
    group = world.entity_index(Kind.AD_GROUPS, account, ad_group.entity_id) or 0
    first = numbering.part(account, group, 0)
    prefix = request.base_level.lower()
    indexes = range(first, first + size_at(part.size(world), group))
    numbers = [mix(part.numbering.base, index) for index in indexes]
    weights = [32 + number % 96 for number in numbers]
    others = (sum(weights),) if request.base_level == "KEYWORD" else ()
    ids = [part.numbering.id_of(index) for index in indexes]
    fixed = [part.columns(world, part_id, index) for part_id, index in zip(ids, indexes, strict=True)]
    parts = ad_group.subject.divided((*weights, *others), fixed)
    for part_id, number, of_part, subject in zip(ids, numbers, fixed, parts, strict=True):
        if _passes(request.filters, prefix, part_id, of_part.get("PRODUCT_GROUP_STATUS", "")):
            yield Reported(part_id, replace(subject, number=number))


def _grained(world: World, account: int, parts: Iterable[Reported]) -> Iterator[Reported]:
    """Parts of ad groups, as fine as reports show them, with or without ids."""
    shares = (
        parts if world.report_grain == "entity" else (one for part in parts for one in _shares(world, account, part))
    )
    for number, share in enumerate(shares):
        if world.report_ids == "none" or (world.report_ids == "some" and number % 2):
            fixed = {name: value for name, value in share.subject.fixed.items() if name not in IDS}
            yield Reported(share.entity_id, replace(share.subject, fixed=fixed))
        else:
            yield share


def _shares(world: World, account: int, part: Reported) -> Iterator[Reported]:
    """What each ad of its ad group has of a part."""
    group = world.entity_index(Kind.AD_GROUPS, account, part.subject.fixed["AD_GROUP_ID"])
    ads = [ad for ad in range(world.count(Kind.ADS, account)) if world.parent_index(Kind.ADS, account, ad) == group]
    weights = [32 + mix(part.subject.number, ad) % 96 for ad in ads]
    for share in part.subject.divided(weights, [ad_columns(world, account, ad) for ad in ads]):
        yield Reported(part.entity_id, share)


_BRAND, _CATEGORY, _SKU = "CONVERSION_PRODUCT_BRAND", "CONVERSION_PRODUCT_CATEGORY", "CONVERSION_PRODUCT_ID"
_BRANDS: tuple[str | None, ...] = ("Käse & Co", 'Acme, "the" Brand', None)
_CATEGORIES: tuple[str | None, ...] = ("Home > Kitchen", None)
_SKUS: tuple[str | None, ...] = ("WBC45678", "0042", "7,5-INCH")

_BRAND_AND_OTHERS = (3, 2)

BREAKDOWNS: Mapping[str, tuple[Mapping[str, str | None], ...]] = {
    "PRODUCT_BRAND": tuple({_BRAND: brand} for brand in _BRANDS),
    "PRODUCT_CATEGORY": tuple({_CATEGORY: category} for category in _CATEGORIES),
    "PRODUCT_BRAND_AND_CATEGORY": tuple(
        {_BRAND: brand, _CATEGORY: category} for brand in _BRANDS for category in _CATEGORIES
    ),
    "PRODUCT_SKU": tuple({_SKU: sku} for sku in _SKUS),
}
"""What a row says of its products. Conversion events need not name a brand or a category."""


def by_product(subject: Subject, breakdown: str, attribution_type: str) -> Iterator[Subject]:
    """An entity, once for each product, or each brand or category of products, which share its numbers out.

    Those of one brand are a part of all that its ads bring.
    """
    every = BREAKDOWNS[breakdown]
    if attribution_type == "BRAND_ATTRIBUTION":
        subject = next(subject.divided(_BRAND_AND_OTHERS, [{}]))
    weights = [32 + mix(subject.number, crc32(f"{breakdown}={products}".encode())) % 96 for products in every]
    told = [{name: value for name, value in products.items() if value is not None} for products in every]
    yield from subject.divided(weights, told)


_RECORDS: Mapping[Kind, tuple[str, Callable[[World, int, int], Record]]] = {
    Kind.CAMPAIGNS: ("campaign", records.campaign),
    Kind.AD_GROUPS: ("ad_group", records.ad_group),
    Kind.ADS: ("ad", records.ad),
}


def _is_chosen(world: World, account: int, kind: Kind, index: int, filters: Mapping[str, tuple[str, ...]]) -> bool:
    if not filters:
        return True
    lineage = {kind: index}
    if kind is Kind.ADS:
        lineage[Kind.AD_GROUPS] = world.parent_index(Kind.ADS, account, index)
    if Kind.AD_GROUPS in lineage:
        lineage[Kind.CAMPAIGNS] = world.parent_index(Kind.AD_GROUPS, account, lineage[Kind.AD_GROUPS])
    for ancestor, position in lineage.items():
        prefix, make = _RECORDS[ancestor]
        record = make(world, account, position)
        if not _passes(filters, prefix, record["id"], record["summary_status"]):
            return False
        objectives = filters.get("campaign_objective_types")
        if ancestor is Kind.CAMPAIGNS and objectives and record["objective_type"] not in objectives:
            return False
    return True


def _passes(filters: Mapping[str, tuple[str, ...]], prefix: str, entity_id: str, status: str) -> bool:
    ids, statuses = filters.get(f"{prefix}_ids"), filters.get(f"{prefix}_statuses")
    return (ids is None or entity_id in ids) and (statuses is None or status in statuses)


def _with_more_columns(subject: Subject) -> Subject:
    """A report shows the columns that were requested; no id comes unasked."""
    fixed: dict[str, Any] = dict(subject.fixed)
    if "CAMPAIGN_ID" in fixed:
        fixed |= {
            "CAMPAIGN": fixed["CAMPAIGN_NAME"],
            "CAMPAIGN_STATUS": fixed["CAMPAIGN_ENTITY_STATUS"],
            "CAMPAIGN_CUSTOM_LABELS": "a label",
            "CAMPAIGN_MANAGED_STATUS": "SELF_SERVE",
            "IS_CATALOG_CREATIVE_CAMPAIGN": False,
            "SPEND_ORDER_LINE_ID": fixed["ORDER_LINE_ID"],
            "SPEND_ORDER_LINE_PAID_TYPE": "PAID",
            "ADVERTISER_NAME": "Käse & Co",
        }
    if "AD_GROUP_ID" in fixed:
        fixed["AD_GROUP_STATUS"] = fixed["AD_GROUP_ENTITY_STATUS"]
    if "AD_ID" in fixed:
        fixed |= {"AD_STATUS": "APPROVED", "PIN_PROMOTION_STATUS": "APPROVED", "PIN_PROMOTION_NAME": fixed["AD_NAME"]}
    return replace(subject, row_key="", fixed=fixed)


def _product_group_columns(_world: World, part_id: str, index: int) -> Record:
    return {"PRODUCT_GROUP_ID": part_id, "PRODUCT_GROUP_STATUS": _STATUSES[index % len(_STATUSES)]}


def _product_item_columns(world: World, part_id: str, index: int) -> Record:
    page = f"https://shop.example/items/{index}"
    return {
        **({world.product_item_column: part_id} if world.product_item_column else {}),
        "PRODUCT_ITEM_NAME": words(mix(index)),
        "PRODUCT_ITEM_IMAGE_URL": f"{page}.jpg",
        "PRODUCT_ITEM_PRODUCT_URL": page,
        "PRODUCT_ITEM_PIN_URL": f"https://pins.example/{index}",
        "PRODUCT_ITEM_BRAND": "Käse & Co",
        "PRODUCT_ITEM_DESCRIPTION": words(mix(index, 1)),
        "PRODUCT_ITEM_PRODUCT_TYPE": "Home > Kitchen",
        "PRODUCT_ITEM_PRODUCT_CATEGORY": "Home & Garden",
        "PRODUCT_ITEM_CURRENCY": "EUR",
        "PRODUCT_ITEM_PRICE": 19.99,
        "PRODUCT_ITEM_SALE_PRICE": 9.5,
        "STANDARD_AD_FEED_ITEM_ID": part_id,
    }


def _keyword_columns(world: World, _part_id: str, index: int) -> Record:
    """A text is in an ad group once, and may be in several ad groups."""
    if not world.keyword_targeting:
        return {}
    return {"TARGETING_TYPE": "KEYWORD", "TARGETING_VALUE": nth_word(index % numbering.PARTS_PER_AD_GROUP)}


PARTS: Mapping[str, _Part] = {
    "PRODUCT_GROUP": _Part(numbering.PRODUCT_GROUPS, lambda world: world.product_groups, _product_group_columns),
    "PRODUCT_ITEM": _Part(numbering.PRODUCT_ITEMS, lambda world: world.product_items, _product_item_columns),
    "KEYWORD": _Part(numbering.KEYWORDS, lambda world: world.keywords, _keyword_columns),
}
