"""List the keywords and the product group promotions of ad groups, campaigns and accounts.

https://developers.pinterest.com/docs/api/v5/keywords-get and product_group_promotions-list. Their ids are those that
reports show.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from integration_tests.simulator.ads.entities import account_of
from integration_tests.simulator.calls.errors import ApiError, bad_request
from integration_tests.simulator.lists.generated import generated
from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.numbering import Numbering
from integration_tests.simulator.world.seeding import mix, nth_word
from integration_tests.simulator.world.world import Kind, Size, World, size_at

MATCH_TYPES = ("BROAD", "PHRASE", "EXACT", "EXACT_NEGATIVE", "PHRASE_NEGATIVE")
STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED")


_OWNERS: Mapping[Kind | None, tuple[Numbering, str]] = {
    None: (numbering.ACCOUNT_KEYWORDS, "advertiser"),
    Kind.CAMPAIGNS: (numbering.CAMPAIGN_KEYWORDS, "campaign"),
    Kind.AD_GROUPS: (numbering.KEYWORDS, "adgroup"),
}

Place = tuple[Kind | None, int, int]
"""The kind of the parent (None: the account), its index and the keyword's position in it."""


def keywords(world: World, arguments: Mapping[str, Any]) -> Listing:
    account = account_of(world, arguments)
    return Listing(list(_places(world, account, arguments)), lambda place: keyword(world, account, place))


def keyword(world: World, account: int, place: Place) -> Record:
    kind, parent, position = place
    series, parent_type = _OWNERS[kind]
    return {
        "id": series.id_of(numbering.part(account, parent, position)),
        "value": nth_word(position),
        "match_type": _match_type(place),
        "bid": 200_000 + position if kind is Kind.AD_GROUPS and position % 2 == 0 else None,
        "parent_id": world.entity_id(kind, account, parent) if kind else world.account_id(account),
        "parent_type": parent_type,
        "archived": mix(world.seed, account, parent, position) % 5 == 0,
        "type": "keyword",
    }


def _places(world: World, account: int, arguments: Mapping[str, Any]) -> Iterator[Place]:
    if (ad_group := arguments.get("ad_group_id")) is not None:
        yield from _in(world, account, Kind.AD_GROUPS, ad_group)
    elif (campaign := arguments.get("campaign_id")) is not None:
        yield from _in(world, account, Kind.CAMPAIGNS, campaign)
    else:
        yield from ((None, 0, position) for position in range(size_at(world.negative_keywords, account)))


def _in(world: World, account: int, kind: Kind, entity_id: str) -> list[Place]:
    index = _index_of(world, account, kind, entity_id)
    size: Size = world.keywords if kind is Kind.AD_GROUPS else world.negative_keywords
    return [(kind, index, position) for position in range(size_at(size, index))]


def _index_of(world: World, account: int, kind: Kind, entity_id: str) -> int:
    index = world.entity_index(kind, account, entity_id)
    if index is None or entity_id in world.deleted_entities:
        raise ApiError(404, 404, f"{entity_id} was not found.")
    return index


def _match_type(place: Place) -> str:
    kind, _parent, position = place
    return MATCH_TYPES[position % 5] if kind is Kind.AD_GROUPS else MATCH_TYPES[3 + position % 2]


def product_group_promotions(world: World, arguments: Mapping[str, Any]) -> Listing:
    account = account_of(world, arguments)
    group, statuses = _index_of(world, account, Kind.AD_GROUPS, arguments["ad_group_id"]), arguments["entity_statuses"]
    positions = [number for number in range(size_at(world.product_groups, group)) if _status(group, number) in statuses]
    return Listing(positions, lambda position: product_group_promotion(world, account, group, position))


def names_promotions(_world: World, arguments: Mapping[str, Any]) -> None:
    """Promotions are listed for an ad group. By their ids, which Pinterest takes too, is not simulated."""
    if arguments["ad_group_id"] is None:
        raise bad_request("Either ad_group_id or product_group_promotion_ids must be given.")


def product_group_promotion(world: World, account: int, group: int, position: int) -> Record:
    return generated(
        "product_group_promotions/list",
        position,
        id=numbering.product_group_id(account, group, position),
        ad_group_id=world.entity_id(Kind.AD_GROUPS, account, group),
        status=_status(group, position),
        catalog_product_group_id=numbering.CATALOG_PRODUCT_GROUPS.id_of(position),
        parent_id=numbering.product_group_id(account, group, 0) if position else None,
    )


def _status(group: int, position: int) -> str:
    return STATUSES[(group + position) % len(STATUSES)]
