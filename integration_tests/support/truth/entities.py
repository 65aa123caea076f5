"""Compute the records of a perfect sync of ad accounts, campaigns, ad groups and ads."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from integration_tests.simulator.ads import entities
from integration_tests.simulator.calls.errors import ApiError
from integration_tests.simulator.organic import promoted
from integration_tests.simulator.world.listing import Listing, Record
from integration_tests.simulator.world.world import World

_ANY_STATUS = {"entity_statuses": ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")}
_BELOW_ACCOUNTS: Mapping[str, Callable[[World, Mapping[str, Any]], Listing]] = {
    "campaigns": entities.campaigns,
    "ad_groups": entities.ad_groups,
    "ads": entities.ads,
}
ENTITY_KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("ad_accounts", *_BELOW_ACCOUNTS), ("id",)),
    "ad_pins": ("ad_account_id", "pin_id"),
}
_OF_A_PIN = ("title", "description", "alt_text", "link", "creative_type", "board_id", "dominant_color", "created_at")


def entity_records(world: World, stream: str) -> Iterator[Record]:
    """The entities of every account, whatever their status."""
    if stream == "ad_pins":
        for account in map(world.account_id, world.account_indexes()):
            yield from _ad_pins(world, account)
        return
    if stream not in _BELOW_ACCOUNTS:
        yield from entities.ad_accounts(world, {})
        return
    for account in map(world.account_id, world.account_indexes()):
        yield from _BELOW_ACCOUNTS[stream](world, {**_ANY_STATUS, "ad_account_id": account})


def _ad_pins(world: World, account: str) -> Iterator[Record]:
    """The pins that an account's ads promote, each with the time of its newest ad."""
    made: dict[str, int] = {}
    for ad in entities.ads(world, {**_ANY_STATUS, "ad_account_id": account}):
        made[ad["pin_id"]] = max(made.get(ad["pin_id"], 0), ad["created_time"])
    for pin_id, created_time in made.items():
        try:
            pin = promoted.pin(world, {"pin_id": pin_id, "ad_account_id": account})
        except ApiError:
            pin = {}
        media = pin.get("media")
        parts = [media, *media.get("items", ())] if media else []
        yield {
            "ad_account_id": account,
            "pin_id": pin_id,
            "ad_created_time": created_time,
            **{name: pin.get(name) for name in _OF_A_PIN},
            "image_url": next((part["images"]["1200x"]["url"] for part in parts if "images" in part), None),
            "video_cover_url": next((part["cover_image_url"] for part in parts if "cover_image_url" in part), None),
            "media": media,
            "is_readable": bool(pin),
        }
