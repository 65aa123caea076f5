"""Build the account, boards, sections and pins of the simulated user.

https://developers.pinterest.com/docs/api/v5/boards-list and the operations beside it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from integration_tests.simulator.analytics.columns import names_in
from integration_tests.simulator.calls import errors
from integration_tests.simulator.lists.generated import generated
from integration_tests.simulator.organic import places
from integration_tests.simulator.organic.media import pin_media
from integration_tests.simulator.organic.places import PinPlace
from integration_tests.simulator.world import numbering, shop
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import description, mix, words
from integration_tests.simulator.world.world import World, size_at

USERNAME = "simulated_user"
CLIENT = "client"
"""Who owns the ad accounts that are shared with the user."""
CREATIVE_TYPES = names_in("""
    REGULAR VIDEO SHOPPING CAROUSEL MAX_VIDEO COLLECTION IDEA SHOWCASE QUIZ COLLAGE MAX_WIDTH_REGULAR_COLLECTION
    MAX_WIDTH_VIDEO_COLLECTION APP
""")
_PRIVACIES = ("PUBLIC", "PROTECTED", "PUBLIC", "SECRET")


def user_account(world: World, arguments: Mapping[str, Any]) -> Record:
    owner = world.owner_of(arguments.get("ad_account_id"))
    return generated(
        "user_account/get",
        owner,
        id=numbering.USERS.id_of(owner),
        username=username(owner),
        account_type="BUSINESS",
        business_name=shop.ACCOUNTS[0] if world.shop else "Simulated Käse & Co",
        board_count=world.boards,
        pin_count=sum(places.count_pins(world, index) for index in boards_of(world, arguments)),
        monthly_views=-1,
    )


def boards(world: World, arguments: Mapping[str, Any]) -> Listing:
    return Listing(boards_of(world, arguments), lambda index: board(world, index))


def username(owner: int) -> str:
    return CLIENT if owner else USERNAME


def boards_of(world: World, arguments: Mapping[str, Any]) -> range:
    """The boards of whoever a call is about; no two users have one in common."""
    owner = world.owner_of(arguments.get("ad_account_id"))
    return range(owner * world.boards, (owner + 1) * world.boards)


def board_by_id(world: World, arguments: Mapping[str, Any]) -> Record:
    return board(world, _board_index(world, arguments))


def board_sections(world: World, arguments: Mapping[str, Any]) -> Listing:
    owner = _board_index(world, arguments)
    return Listing(range(size_at(world.sections_per_board, owner)), lambda index: section(world, owner, index))


def board_pins(world: World, arguments: Mapping[str, Any]) -> Listing:
    owner = _board_index(world, arguments)
    found = [places.pin_place(world, owner, index) for index in range(places.count_pins(world, owner))]
    return Listing([place for place in found if not places.is_deleted(world, place)], _listed(world, arguments))


def board_section_pins(world: World, arguments: Mapping[str, Any]) -> Listing:
    owner = _board_index(world, arguments)
    number = numbering.SECTIONS.index_of(arguments["section_id"])
    holder, index = divmod(-1 if number is None else number, places.section_series(world))
    if holder != owner or index >= size_at(world.sections_per_board, owner):
        raise errors.section_not_found()
    slot, size = index + 1, size_at(world.pins_per_section, index)
    positions = [position for position in range(size) if not places.is_deleted(world, (owner, slot, position))]
    return Listing(positions, lambda position: pin(world, (owner, index + 1, position)))


def board(world: World, index: int) -> Record:
    bits = mix(world.seed, 1, index)
    record: Record = {
        "id": places.board_id(index),
        "name": shop.BOARDS[index % len(shop.BOARDS)] if world.shop else words(bits),
        "description": None if index % 3 == 0 else description(bits >> 7),
        "owner": {"username": username(index // world.boards) if index % 5 else "a_collaborator"},
        "privacy": privacy(index),
        "created_at": "2021-06-08T09:37:18",
        "board_pins_modified_at": f"2024-02-{1 + bits % 28:02}T11:02:33.{bits % 1_000_000:06}",
        "pin_count": size_at(world.pins_per_board, index),
        "follower_count": bits % 900,
        "collaborator_count": bits % 3,
        "is_ads_only": False,
        "media": {
            "image_cover_url": f"https://i.pinimg.com/400x300/{index}.jpg" if index % 2 else None,
            "pin_thumbnail_urls": [f"https://i.pinimg.com/150x150/{index}-{n}.jpg" for n in range(bits % 4)],
        },
    }
    if index % 4 == 3:
        del record["is_ads_only"], record["media"]
    record |= world.board_edits(index)
    return record


def section(world: World, owner: int, index: int) -> Record:
    name = shop.SECTIONS[index % len(shop.SECTIONS)] if world.shop else words(mix(world.seed, 2, owner, index))
    return {"id": places.section_id(world, owner, index), "name": name}


def pin(world: World, place: PinPlace) -> Record:
    owner, slot, _position = place
    number = places.pin_number(world, place)
    bits = mix(world.seed, number)
    record: Record = {
        "id": places.pin_id(world, place),
        "board_id": places.board_id(owner),
        "board_section_id": places.section_id(world, owner, slot - 1) if slot else None,
        "board_owner": {"username": username(owner // world.boards)},
        "created_at": f"20{20 + bits % 6}-{1 + bits % 12:02}-{1 + (bits >> 9) % 28:02}T{bits % 24:02}:30:00",
        "creative_type": CREATIVE_TYPES[number % len(CREATIVE_TYPES)],
        "title": shop.pin(0, number) if world.shop else words(bits >> 4) if bits % 3 else None,
        "description": description(bits >> 11) if bits % 5 else "",
        "link": f"https://shop.example/artículo/{number}?ref=pin&n={bits % 100}" if bits % 4 else None,
        "alt_text": world.board_edits(owner).get("board_pins_modified_at"),
        "dominant_color": f"#{bits & 0xFFFFFF:06x}",
        "parent_pin_id": None,
        "has_been_promoted": bits % 7 == 0,
        "is_owner": bits % 9 != 0,
        "is_removable": bits % 9 != 0,
        "is_standard": number % 5 == 0,
        "media": pin_media(number % 2, shop.picture(bits))
        if world.shop
        else pin_media(number, f"{bits & 0xFFFFFFFF:08x}"),
    }
    if number % 3:
        record["is_product"] = bits % 2 == 0
        record["ai_disclosures"] = {"values": ["AI_MODIFIED"] if bits % 4 == 0 else []}
    if number % 10 == 9:
        record["parent_pin_id"] = numbering.PINS.id_of(number - 1)
        del record["dominant_color"], record["is_standard"]
    return record


def _board_index(world: World, arguments: Mapping[str, Any]) -> int:
    index = numbering.BOARDS.index_of(arguments["board_id"])
    if index is None or index not in boards_of(world, arguments):
        raise errors.board_not_found()
    return index


def privacy(index: int) -> str:
    return _PRIVACIES[index % len(_PRIVACIES)]


def metrics(world: World, place: PinPlace) -> Record:
    counts = {"pin_click": place[2], "impression": 10 * (place[2] + 1), "clickthrough": min(1, place[2])}
    if places.active_since(world, place) > world.today - timedelta(days=world.totals_lag_days):
        counts = dict.fromkeys(counts, 0)
    return {"90d": counts, "lifetime_metrics": {**counts, "reaction": 3, "comment": 0}}


def pins(world: World, arguments: Mapping[str, Any]) -> Listing:
    found = [place for place in places_ever(world, arguments) if not places.is_deleted(world, place)]
    return Listing(found, _listed(world, arguments))


def _listed(world: World, arguments: Mapping[str, Any]) -> Callable[[PinPlace], Record]:
    """A pin as a list shows it, with its totals if the call requests them."""
    with_metrics = bool(arguments.get("pin_metrics"))
    return lambda place: {**pin(world, place), "pin_metrics": metrics(world, place) if with_metrics else None}


def places_ever(world: World, arguments: Mapping[str, Any]) -> Iterator[PinPlace]:
    """Where the pins that a call may see sit, board by board, with those that are deleted by now."""
    hidden = () if arguments.get("include_protected_pins") else ("PROTECTED",)
    for board in boards_of(world, arguments):
        if privacy(board) in hidden:
            continue
        for slot in range(1 + size_at(world.sections_per_board, board)):
            size = size_at(world.pins_per_section, slot - 1) if slot else size_at(world.pins_per_board, board)
            for position in range(size):
                yield board, slot, position
