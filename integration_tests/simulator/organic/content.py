"""What does the user of the simulated world own: account, boards, sections, pins?

https://developers.pinterest.com/docs/api/v5/boards-list and the operations beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from integration_tests.simulator.calls import errors
from integration_tests.simulator.organic.media import pin_media
from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.layout import Layout, largest, size_at
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.seeding import mix, words

USERNAME = "simulated_user"
CLIENT = "client"
"""Who owns the ad accounts that are shared with the user."""
CREATIVE_TYPES = (
    "REGULAR",
    "VIDEO",
    "SHOPPING",
    "CAROUSEL",
    "MAX_VIDEO",
    "COLLECTION",
    "IDEA",
    "SHOWCASE",
    "QUIZ",
    "COLLAGE",
    "MAX_WIDTH_REGULAR_COLLECTION",
    "MAX_WIDTH_VIDEO_COLLECTION",
    "APP",
)
_PRIVACIES = ("PUBLIC", "PROTECTED", "PUBLIC", "SECRET")
_PRIVACY_FILTERS = {
    "PUBLIC": {"PUBLIC"},
    "PROTECTED": {"PROTECTED"},
    "SECRET": {"SECRET"},
    "PUBLIC_AND_SECRET": {"PUBLIC", "SECRET"},
}

PinPlace = tuple[int, int, int]
"""Board, slot (0 is the board itself, 1 its first section, …), position in that slot."""


def user_account(layout: Layout, arguments: Mapping[str, Any]) -> Record:
    owner = layout.owner_of(arguments.get("ad_account_id"))
    return {
        "id": numbering.USERS.id_of(owner),
        "username": username(owner),
        "account_type": "BUSINESS",
        "business_name": "Simulated Käse & Co",
        "about": "Lives in a test",
        "profile_image": "https://i.pinimg.com/280x280/profile.jpg",
        "website_url": "https://shop.example",
        "board_count": layout.boards,
        "pin_count": sum(count_pins(layout, index) for index in boards_of(layout, arguments)),
        "follower_count": mix(layout.seed, owner) % 5000,
        "following_count": 12,
        "monthly_views": None,
    }


def boards(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    wanted = _PRIVACY_FILTERS.get(arguments.get("privacy") or "ALL")
    indexes = [index for index in boards_of(layout, arguments) if wanted is None or privacy(index) in wanted]
    return Listing(indexes, lambda index: board(layout, index))


def username(owner: int) -> str:
    return CLIENT if owner else USERNAME


def boards_of(layout: Layout, arguments: Mapping[str, Any]) -> range:
    """The boards of whoever a call is about; no two users have one in common."""
    owner = layout.owner_of(arguments.get("ad_account_id"))
    return range(owner * layout.boards, (owner + 1) * layout.boards)


def board_by_id(layout: Layout, arguments: Mapping[str, Any]) -> Record:
    return board(layout, _board_index(layout, arguments))


def board_sections(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    owner = _board_index(layout, arguments)
    return Listing(range(size_at(layout.sections_per_board, owner)), lambda index: section(layout, owner, index))


def board_pins(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    owner = _board_index(layout, arguments)
    with_metrics = bool(arguments.get("pin_metrics"))

    def make(index: int) -> Record:
        place = pin_place(layout, owner, index)
        return {**pin(layout, place), "pin_metrics": metrics(place) if with_metrics else None}

    indexes: Sequence[int] = range(count_pins(layout, owner))
    wanted = arguments.get("creative_types")
    if wanted:
        indexes = [i for i in indexes if _creative_type(_pin_number(layout, pin_place(layout, owner, i))) in wanted]
    return Listing([i for i in indexes if not _is_deleted(layout, pin_place(layout, owner, i))], make)


def board_section_pins(layout: Layout, arguments: Mapping[str, Any]) -> Listing:
    owner = _board_index(layout, arguments)
    number = numbering.SECTIONS.index_of(arguments["section_id"])
    holder, index = divmod(-1 if number is None else number, _section_series(layout))
    if holder != owner or index >= size_at(layout.sections_per_board, owner):
        raise errors.section_not_found()
    slot, size = index + 1, size_at(layout.pins_per_section, index)
    positions = [position for position in range(size) if not _is_deleted(layout, (owner, slot, position))]
    return Listing(positions, lambda position: pin(layout, (owner, index + 1, position)))


def board_id(index: int) -> str:
    return numbering.BOARDS.id_of(index)


def section_id(layout: Layout, owner: int, index: int) -> str:
    return numbering.SECTIONS.id_of(owner * _section_series(layout) + index)


def count_pins(layout: Layout, owner: int) -> int:
    """How many pins the board's own list shows."""
    own = size_at(layout.pins_per_board, owner)
    if not layout.section_pins_listed_by_board:
        return own
    return own + sum(
        size_at(layout.pins_per_section, index) for index in range(size_at(layout.sections_per_board, owner))
    )


def pin_place(layout: Layout, owner: int, index: int) -> PinPlace:
    """Where the n-th pin of the board's own list sits: first those beside the sections, then section by section."""
    slot = 0
    size = size_at(layout.pins_per_board, owner)
    while index >= size:
        index -= size
        size = size_at(layout.pins_per_section, slot)
        slot += 1
    return owner, slot, index


def board(layout: Layout, index: int) -> Record:
    bits = mix(layout.seed, 1, index)
    record: Record = {
        "id": board_id(index),
        "name": words(bits),
        "description": None if index % 3 == 0 else words(bits >> 7),
        "owner": {"username": username(index // layout.boards) if index % 5 else "a_collaborator"},
        "privacy": privacy(index),
        "created_at": "2021-06-08T09:37:18",
        "board_pins_modified_at": f"2024-02-{1 + bits % 28:02}T11:02:33.{bits % 1_000_000:06}",
        "pin_count": size_at(layout.pins_per_board, index),
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
    record |= layout.board_edits(index)
    return record


def section(layout: Layout, owner: int, index: int) -> Record:
    return {"id": section_id(layout, owner, index), "name": words(mix(layout.seed, 2, owner, index))}


def pin(layout: Layout, place: PinPlace) -> Record:
    owner, slot, _position = place
    number = _pin_number(layout, place)
    bits = mix(layout.seed, number)
    record: Record = {
        "id": pin_id(layout, place),
        "board_id": board_id(owner),
        "board_section_id": section_id(layout, owner, slot - 1) if slot else None,
        "board_owner": {"username": username(owner // layout.boards)},
        "created_at": f"20{20 + bits % 6}-{1 + bits % 12:02}-{1 + (bits >> 9) % 28:02}T{bits % 24:02}:30:00",
        "creative_type": _creative_type(number),
        "title": words(bits >> 4) if bits % 3 else None,
        "description": words(bits >> 11) if bits % 5 else "",
        "link": f"https://shop.example/artículo/{number}?ref=pin&n={bits % 100}" if bits % 4 else None,
        "alt_text": layout.board_edits(owner).get("board_pins_modified_at"),
        "dominant_color": f"#{bits & 0xFFFFFF:06x}",
        "parent_pin_id": None,
        "has_been_promoted": bits % 7 == 0,
        "is_owner": bits % 9 != 0,
        "is_standard": number % 5 == 0,
        "media": pin_media(number, f"{bits & 0xFFFFFFFF:08x}"),
    }
    if number % 3:
        record["is_product"] = bits % 2 == 0
        record["ai_disclosures"] = {"values": ["AI_MODIFIED"] if bits % 4 == 0 else []}
    if number % 10 == 9:
        record["parent_pin_id"] = numbering.PINS.id_of(number - 1)
        del record["dominant_color"], record["is_standard"]
    return record


def _board_index(layout: Layout, arguments: Mapping[str, Any]) -> int:
    index = numbering.BOARDS.index_of(arguments["board_id"])
    if index is None or index not in boards_of(layout, arguments):
        raise errors.board_not_found()
    return index


def _section_series(layout: Layout) -> int:
    return max(1, largest(layout.sections_per_board))


def pin_id(layout: Layout, place: PinPlace) -> str:
    return numbering.PINS.id_of(_pin_number(layout, place))


def place_of(layout: Layout, text: str) -> PinPlace | None:
    """Where the pin of an id sits; None for an id of no pin."""
    number = numbering.PINS.index_of(text)
    if number is None:
        return None
    row, position = divmod(number, _longest(layout))
    owner, slot = divmod(row, _section_series(layout) + 1)
    sections = size_at(layout.sections_per_board, owner)
    size = size_at(layout.pins_per_section, slot - 1) if slot else size_at(layout.pins_per_board, owner)
    place = (owner, slot, position)
    return place if slot <= sections and position < size and not _is_deleted(layout, place) else None


def _pin_number(layout: Layout, place: PinPlace) -> int:
    owner, slot, position = place
    return (owner * (_section_series(layout) + 1) + slot) * _longest(layout) + position


def _longest(layout: Layout) -> int:
    return max(1, largest(layout.pins_per_board), largest(layout.pins_per_section))


def _is_deleted(layout: Layout, place: PinPlace) -> bool:
    return layout.is_deleted(pin_id(layout, place))


def privacy(index: int) -> str:
    return _PRIVACIES[index % len(_PRIVACIES)]


def _creative_type(number: int) -> str:
    return CREATIVE_TYPES[number % len(CREATIVE_TYPES)]


def metrics(place: PinPlace) -> Record:
    counts = {"pin_click": place[2], "impression": 10 * place[2], "clickthrough": 1}
    return {"90d": counts, "lifetime_metrics": {**counts, "reaction": 3, "comment": 0}}
