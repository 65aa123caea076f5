"""List all pins of a user, on boards and in sections.

https://developers.pinterest.com/docs/api/v5/pins-list. Protected pins come only if asked for.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from integration_tests.simulator.organic import content
from integration_tests.simulator.organic.places import PinPlace, is_deleted
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.world import World, size_at

PIN_FILTERS: Mapping[str, Callable[[Record], bool]] = {
    "exclude_native": lambda pin: pin["parent_pin_id"] is not None,
    "exclude_repins": lambda pin: pin["parent_pin_id"] is None,
    "has_been_promoted": lambda pin: bool(pin["has_been_promoted"]),
}


def pins(world: World, arguments: Mapping[str, Any]) -> Listing:
    with_metrics = bool(arguments.get("pin_metrics"))

    def make(place: PinPlace) -> Record:
        return {**content.pin(world, place), "pin_metrics": content.metrics(place) if with_metrics else None}

    places = list(places_of(world, arguments))
    if any(arguments.get(name) for name in ("pin_filter", "creative_types", "domain", "domains")):
        places = [place for place in places if _is_wanted(content.pin(world, place), arguments)]
    return Listing(places, make)


def places_of(world: World, arguments: Mapping[str, Any]) -> Iterator[PinPlace]:
    """Where the pins that a call may see sit, board by board."""
    return (place for place in places_ever(world, arguments) if not is_deleted(world, place))


def places_ever(world: World, arguments: Mapping[str, Any]) -> Iterator[PinPlace]:
    """The same, with the pins that are deleted by now."""
    hidden = () if arguments.get("include_protected_pins") else ("PROTECTED",)
    for board in content.boards_of(world, arguments):
        privacy = content.privacy(board)
        if privacy in hidden or (arguments.get("pin_type") == "PRIVATE" and privacy != "SECRET"):
            continue
        for slot in range(1 + size_at(world.sections_per_board, board)):
            size = size_at(world.pins_per_section, slot - 1) if slot else size_at(world.pins_per_board, board)
            for position in range(size):
                yield board, slot, position


def _is_wanted(pin: Record, arguments: Mapping[str, Any]) -> bool:
    pin_filter, creative_types = arguments.get("pin_filter"), arguments.get("creative_types")
    domains = [*(arguments.get("domains") or ()), *filter(None, [arguments.get("domain")])]
    return (
        (not pin_filter or PIN_FILTERS[pin_filter](pin))
        and (not creative_types or pin["creative_type"] in creative_types)
        and (not domains or urlsplit(pin["link"] or "").hostname in domains)
    )
