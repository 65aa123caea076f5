"""Show a single pin, such as one that an ad promotes: most of these are in no list of pins.

https://developers.pinterest.com/docs/api/v5/pins-get. Pins of ads are made in Ads Manager or belong to somebody else.
"""

from collections.abc import Mapping
from typing import Any

from integration_tests.simulator.calls import errors
from integration_tests.simulator.lists.generated import generated
from integration_tests.simulator.organic import content, places
from integration_tests.simulator.organic.media import pin_media
from integration_tests.simulator.world import numbering, shop
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World, size_at

_ADS_PER_ACCOUNT = 1_000_000


def pin_id_of_ad(world: World, account: int, index: int) -> str:
    """Every fifth ad promotes the pin of the one before it, every sixth a pin that its owner has on a board.

    In the shop each has its own.
    """
    if world.shop:
        return numbering.AD_PINS.id_of(account * _ADS_PER_ACCOUNT + index)
    board = world.owner_of(world.account_id(account)) * world.boards
    if index % 6 == 5 and world.boards and size_at(world.pins_per_board, board):
        return places.pin_id(world, (board, 0, 0))
    return numbering.AD_PINS.id_of(account * _ADS_PER_ACCOUNT + index - (index % 5 == 4))


def is_gone(world: World, pin_id: str) -> bool:
    """Whether a pin is deleted, as some are that ads promote."""
    number = numbering.AD_PINS.index_of(pin_id)
    is_odd = number is not None and number % _ADS_PER_ACCOUNT % 9 == 8 and not world.shop
    return pin_id in world.deleted_pins or is_odd


def pin(world: World, arguments: Mapping[str, Any]) -> Record:
    pin_id, account_id = arguments["pin_id"], arguments.get("ad_account_id")
    place = places.place_of(world, pin_id)
    if place and place[0] in content.boards_of(world, arguments):
        return {**content.pin(world, place), "pin_metrics": None}
    number = numbering.AD_PINS.index_of(pin_id)
    if number is None or is_gone(world, pin_id):
        raise errors.pin_not_found()
    account, index = divmod(number, _ADS_PER_ACCOUNT)
    if world.account_id(account) != account_id or pin_id in world.hidden_pins or (index % 9 == 3 and not world.shop):
        raise errors.forbidden()
    bits = mix(world.seed, 60, number)
    told = {
        "title": f"Ad pin {bits % 10_000}" if index % 4 else None,
        "link": f"https://shop.example/ad/{bits % 1_000}" if index % 2 else None,
        "media": pin_media(index, f"{bits & 0xFFFFFFFF:08x}"),
    }
    if world.shop:
        link = shop.page(index * world.ad_accounts + account)
        told = {"title": shop.pin(account, index), "link": link, "media": pin_media(0, shop.picture(bits))}
    return generated(
        "pins/list",
        bits,
        id=pin_id,
        board_id=numbering.BOARDS.id_of(10_000 + number),
        created_at=f"2025-{1 + bits % 12:02}-{1 + (bits >> 9) % 28:02}T{bits % 24:02}:15:00",
        creative_type=content.CREATIVE_TYPES[index % len(content.CREATIVE_TYPES)],
        description=f"Made for an ad, {bits % 97}" if index % 3 else "",
        alt_text=f"A picture of {bits % 89}" if index % 5 else None,
        pin_metrics=None,
        **told,
    )
