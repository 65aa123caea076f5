"""The fewest requests that a sync can make, from the sizes of the world and Pinterest's limits alone."""

from collections import Counter
from collections.abc import Iterable
from math import ceil

from integration_tests.simulator import Kind
from integration_tests.support.list_calls import audience_calls, catalog_item_calls, list_calls, organisation_calls
from integration_tests.support.pinterest import World
from integration_tests.support.resource_calls import resource_calls

PAGE_SIZE = 250
IDS_PER_CALL, DAYS_PER_CALL, ROWS_PER_CALL = 250, 90, 10_000
HISTORY_DAYS = 90  # today and the 89 days before
PROFILE_CALLS = 1 + 4 + 2  # whole, in four splits, and each of two content types
PINS_PER_CALL, TOP_PINS_METRICS, TOP_VIDEO_PINS_METRICS = 100, 5, 9

BOARDS, SECTIONS, PINS, SECTION_PINS = (
    "boards/list",
    "board_sections/list",
    "boards/list_pins",
    "board_sections/list_pins",
)
AD_PINS = "pins/get"
ENTITY_LISTS = {Kind.CAMPAIGNS: "campaigns/list", Kind.AD_GROUPS: "ad_groups/list", Kind.ADS: "ads/list"}
ANALYTICS = {Kind.CAMPAIGNS: "campaigns/analytics", Kind.AD_GROUPS: "ad_groups/analytics", Kind.ADS: "ads/analytics"}


def pages(records: int) -> int:
    """Calls that a list takes; an empty one takes one as well."""
    return max(1, ceil(records / PAGE_SIZE))


def fewest_calls(ids: int, days: int) -> int:
    """Every way to cut ids and days evenly is tried."""
    return min(
        ceil(ids / many) * ceil(days / min(DAYS_PER_CALL, ROWS_PER_CALL // many)) for many in range(1, IDS_PER_CALL + 1)
    )


def organic_calls(world: World) -> dict[str, int]:
    sections = Counter(key[0] for key in world.expected("board_sections"))
    pins = Counter(key[0] for key in world.expected("board_pins"))
    section_pins = Counter(key[:2] for key in world.expected("board_section_pins"))
    boards = [key[0] for key in world.expected("boards")]
    return {
        BOARDS: pages(len(boards)),
        SECTIONS: sum(pages(sections[board]) for board in boards),
        PINS: sum(pages(pins[board]) for board in boards),
        SECTION_PINS: sum(pages(section_pins[key]) for key in world.expected("board_sections")),
    }


def entity_calls(world: World, kinds: Iterable[Kind] = Kind) -> dict[str, int]:
    accounts = range(world.ad_accounts)
    return {ENTITY_LISTS[kind]: sum(pages(world.count(kind, account)) for account in accounts) for kind in kinds}


def analytics_calls(world: World, days: int, kinds: Iterable[Kind] = Kind) -> dict[str, int]:
    accounts = range(world.ad_accounts)
    return {
        ANALYTICS[kind]: sum(fewest_calls(world.count(kind, account), days) for account in accounts) for kind in kinds
    }


def profile_calls(world: World) -> dict[str, int]:
    return {
        "user_account/analytics": PROFILE_CALLS,
        "pins/list": pages(len(world.expected("pins"))),
        "multi_pins/analytics": ceil(len(world.expected("pins")) / PINS_PER_CALL),
        "user_account/analytics/top_pins": TOP_PINS_METRICS,
        "user_account/analytics/top_video_pins": TOP_VIDEO_PINS_METRICS,
        "user_account/get": 1,
    }


def other_calls(world: World) -> dict[str, int]:
    """Of all that is neither boards, pins and their days nor campaigns and theirs."""
    return {
        AD_PINS: len(world.expected("ad_pins")),
        **list_calls(world),
        **audience_calls(world),
        **catalog_item_calls(world),
        **organisation_calls(world),
        **resource_calls(world),
    }


def everything(world: World, days: int) -> dict[str, int]:
    return {
        "oauth/token": 1,
        **organic_calls(world),
        "ad_accounts/list": pages(world.ad_accounts),
        **entity_calls(world),
        **other_calls(world),
        **profile_calls(world),
        "user_account/get": 2,  # on somebody's behalf perhaps, and for the businesses that of the user itself
        "ad_account/analytics": world.ad_accounts * ceil(days / DAYS_PER_CALL),
        **analytics_calls(world, days),
    }
