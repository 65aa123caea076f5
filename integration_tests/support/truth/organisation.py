"""Compute the records of a perfect sync of businesses and of the connections of a profile, by key."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from integration_tests.simulator import business
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.world import World

Arguments = Mapping[str, Any]
_CALL: Arguments = {"assets_summary": True, "start_index": 0}


def _of_businesses(
    listing: Callable[[World, Arguments], Listing], parameter: str, stamps: Mapping[Any, Arguments]
) -> Callable[[World, Arguments], Iterator[Record]]:
    """The records of each business, for each value of a parameter, with what they are marked with."""

    def records(world: World, _arguments: Arguments) -> Iterator[Record]:
        for business_id in business.business_ids(world):
            for value, stamp in stamps.items():
                for record in listing(world, {**_CALL, "business_id": business_id, parameter: value}):
                    yield {**record, **stamp, "business_id": business_id}

    return records


ORGANISATION_RECORDS: Mapping[str, Callable[[World, Arguments], Iterator[Record]]] = {
    "business_employers": lambda world, _: iter(business.employers(world, _CALL)),
    "business_members": _of_businesses(
        business.members,
        "fetch_system_users",
        {is_system: {"is_system_user": is_system} for is_system in (False, True)},
    ),
    "business_partners": _of_businesses(
        business.partners, "partner_type", {kind: {"partner_type": kind} for kind in business.PARTNER_TYPES}
    ),
    "business_assets": _of_businesses(business.assets, "asset_type", {kind: {} for kind in business.ASSET_TYPES}),
    "linked_business_accounts": lambda world, _: iter(business.linked_businesses(world, {})),
    "user_websites": lambda world, _: iter(business.websites(world, {})),
    "followers": lambda world, _: iter(business.followers(world, {})),
    "following": lambda world, arguments: iter(business.following(world, arguments)),
    "following_boards": lambda world, arguments: iter(business.following_boards(world, arguments)),
}
ORGANISATION_KEYS: Mapping[str, tuple[str, ...]] = {
    "business_employers": ("id",),
    "business_members": ("business_id", "id"),
    "business_partners": ("business_id", "partner_type", "id"),
    "business_assets": ("business_id", "asset_type", "asset_id"),
    "linked_business_accounts": ("username",),
    "user_websites": ("website",),
    "followers": ("username",),
    "following": ("username",),
    "following_boards": ("id",),
}
