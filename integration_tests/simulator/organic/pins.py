"""List all pins of a user, on boards and in sections.

https://developers.pinterest.com/docs/api/v5/pins-list. Protected pins come only if asked for.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from integration_tests.simulator.organic import content
from integration_tests.simulator.organic.places import PinPlace, is_deleted
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.world import World, size_at


def pins(world: World, arguments: Mapping[str, Any]) -> Listing:
    with_metrics = bool(arguments.get("pin_metrics"))

    def make(place: PinPlace) -> Record:
        return {**content.pin(world, place), "pin_metrics": content.metrics(world, place) if with_metrics else None}

    return Listing(list(places_of(world, arguments)), make)


def places_of(world: World, arguments: Mapping[str, Any]) -> Iterator[PinPlace]:
    """Where the pins that a call may see sit, board by board."""
    return (place for place in places_ever(world, arguments) if not is_deleted(world, place))


def places_ever(world: World, arguments: Mapping[str, Any]) -> Iterator[PinPlace]:
    """The same, with the pins that are deleted by now."""
    hidden = () if arguments.get("include_protected_pins") else ("PROTECTED",)
    for board in content.boards_of(world, arguments):
        if content.privacy(board) in hidden:
            continue
        for slot in range(1 + size_at(world.sections_per_board, board)):
            size = size_at(world.pins_per_section, slot - 1) if slot else size_at(world.pins_per_board, board)
            for position in range(size):
                yield board, slot, position
