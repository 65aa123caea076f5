"""List the user's followers, the profiles and boards it follows, and its own websites and businesses.

https://developers.pinterest.com/docs/api/v5/followers-list and the operations beside it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix, words
from integration_tests.simulator.world.world import World


def _listing(make: Callable[[World, int, int], Record]) -> Callable[[World, Mapping[str, Any]], Listing]:
    """The connections of whoever a call is about, of whom each has as many."""

    def listing(world: World, arguments: Mapping[str, Any]) -> Listing:
        owner = world.owner_of(arguments.get("ad_account_id"))
        return Listing(range(world.connections), lambda index: make(world, owner, index))

    return listing


def _user(series: int) -> Callable[[World, int, int], Record]:
    def make(world: World, owner: int, index: int) -> Record:
        return {"username": f"käse_{mix(world.seed, series, owner, index) % 10**9}_{index}", "type": "user"}

    return make


def followed_board(world: World, owner: int, index: int) -> Record:
    bits = mix(world.seed, 72, owner, index)
    return {
        "id": numbering.FOLLOWED_BOARDS.id_of(owner * 1_000 + index),
        "name": words(bits),
        "description": None if index % 2 else words(bits >> 7),
        "owner": {"username": f"käse_{bits % 1000}"},
        "privacy": "PUBLIC",
        "created_at": "2021-06-08T09:37:18",
        "board_pins_modified_at": "2024-02-01T11:02:33.000001",
        "pin_count": bits % 900,
        "follower_count": bits % 9000,
        "collaborator_count": 0,
        "is_ads_only": False,
        "media": {"image_cover_url": None, "pin_thumbnail_urls": []},
    }


def website(world: World, _owner: int, index: int) -> Record:
    return {
        "website": f"shop-{mix(world.seed, 73) % 1000}-{index}.example",
        "status": "PENDING" if index % 2 else "VERIFIED",
        "verified_at": None if index % 2 else "2024-02-01 11:02:33",
    }


def linked_business(world: World, _owner: int, index: int) -> Record:
    picture = f"https://i.pinimg.com/{mix(world.seed, 74) % 1000}-{index}"
    sizes = ("small", "medium", "large", "xlarge")
    return {"username": f"business_{index}", **{f"image_{size}_url": f"{picture}-{size}.jpg" for size in sizes}}


followers = _listing(_user(70))
following = _listing(_user(71))
following_boards = _listing(followed_board)
websites = _listing(website)
_linked = _listing(linked_business)


def linked_businesses(world: World, arguments: Mapping[str, Any]) -> list[Record]:
    return list(_linked(world, arguments))
