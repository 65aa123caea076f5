"""Compute a pin's place from its id and its id from the place, so that no table is needed."""

from datetime import date

from integration_tests.simulator.world import numbering
from integration_tests.simulator.world.world import World, largest, size_at

PinPlace = tuple[int, int, int]
"""Board, slot (0 is the board itself, 1 its first section, …), position in that slot."""


def board_id(index: int) -> str:
    return numbering.BOARDS.id_of(index)


def section_id(world: World, owner: int, index: int) -> str:
    return numbering.SECTIONS.id_of(owner * section_series(world) + index)


def count_pins(world: World, owner: int) -> int:
    """How many pins the board's own list shows."""
    in_sections = (size_at(world.pins_per_section, index) for index in range(size_at(world.sections_per_board, owner)))
    return size_at(world.pins_per_board, owner) + sum(in_sections)


def pin_place(world: World, owner: int, index: int) -> PinPlace:
    """Where the n-th pin of the board's own list sits: first those beside the sections, then section by section."""
    slot = 0
    size = size_at(world.pins_per_board, owner)
    while index >= size:
        index -= size
        size = size_at(world.pins_per_section, slot)
        slot += 1
    return owner, slot, index


def section_series(world: World) -> int:
    return max(1, largest(world.sections_per_board))


def pin_id(world: World, place: PinPlace) -> str:
    return numbering.PINS.id_of(pin_number(world, place))


def place_of(world: World, text: str) -> PinPlace | None:
    """Where the pin of an id sits; None for an id of no pin."""
    number = numbering.PINS.index_of(text)
    if number is None:
        return None
    row, position = divmod(number, _longest(world))
    owner, slot = divmod(row, section_series(world) + 1)
    sections = size_at(world.sections_per_board, owner)
    size = size_at(world.pins_per_section, slot - 1) if slot else size_at(world.pins_per_board, owner)
    place = (owner, slot, position)
    return place if slot <= sections and position < size and not is_deleted(world, place) else None


def pin_number(world: World, place: PinPlace) -> int:
    owner, slot, position = place
    return (owner * (section_series(world) + 1) + slot) * _longest(world) + position


def _longest(world: World) -> int:
    return max(1, largest(world.pins_per_board), largest(world.pins_per_section))


def active_since(world: World, place: PinPlace) -> date:
    """The first day on which a pin has activity."""
    return world.active_since.get(pin_id(world, place), date.min)


def is_deleted(world: World, place: PinPlace) -> bool:
    return bool(world.deleted_pins) and pin_id(world, place) in world.deleted_pins
