"""Lists that stay broken for some syncs, in one item or after a page, and rows of analytics without their key."""

from collections.abc import Sequence

import pytest

from integration_tests.simulator.faults.alterations import with_rows_without_key, without
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded
from integration_tests.support.courses import APPEND, Course
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import World
from integration_tests.support.truth import Key
from integration_tests.support.worlds import small_world

SYNCS = 3

KEYS = {"followers/list": "username", "catalogs_product_group_pins/list": "pin"}
"""What an item of these lists is named by. Others have an ID."""
LACKING = {
    "followers/list": {"followers": "username"},
    "catalogs_product_group_pins/list": {"catalogs_product_group_products": "pin_id"},
    "ad_groups/list": {"ad_groups": "id", "product_group_promotions": "ad_group_id"},
    "board_sections/list": {"board_sections": "id", "board_section_pins": "board_section_id"},
}
"""Lists of which one item stays without its key: the streams that lack its records, with the field that names it."""
NEVER = ("ad_groups", "board_section_pins")
"""Streams that do not ask for an item again where the destination appends."""
BROKEN_OFF = {
    "boards/list": {"boards": "id", "board_sections": "board_id", "board_pins": "board_id"},
    "catalogs_product_groups/list": {
        "catalogs_product_groups": "id",
        "catalogs_product_group_products": "product_group_id",
    },
    "ad_groups/list": {
        "ad_groups": "id",
        "product_group_promotions": "ad_group_id",
        "keywords": "parent_id",
        "ad_group_analytics": "AD_GROUP_ID",
    },
}
"""Lists whose second page stays broken: their own stream and its children, with the field that names an item."""


@pytest.mark.parametrize("destination", ["append_dedup", "append"])
@pytest.mark.parametrize("operation", LACKING)
def test_an_item_without_its_key_costs_itself_until_it_has_one(operation: str, destination: str) -> None:
    fields = LACKING[operation]
    first, *_ = fields
    course = Course(small_world(), fields, destination)
    oldest = min(course.world.expected(first).values(), key=lambda record: record.get("updated_time", 0))
    victim = oldest[fields[first]]
    alteration = without(KEYS.get(operation, "id"), victim)
    for number in range(SYNCS + 1):
        is_hit = number < SYNCS
        output = course.read(prepare=lambda sim: sim.alter(operation, alteration)) if is_hit else course.read()
        assert_succeeded(output, fields)
        told = " ".join(output.warnings())
        assert ("without " in told and ": 1. They are left out" in told) is is_hit
        for stream, field in fields.items():
            is_lost = is_hit or (destination == APPEND and stream in NEVER)
            assert_same(stream, course.table(stream), less(course.world, stream, field, [victim] if is_lost else []))
        is_final = is_hit and destination == APPEND and first in NEVER
        assert ("keeps every record" in told) is is_final


@pytest.mark.parametrize("is_emitted", [True, False], ids=["emitted", "not emitted"])
@pytest.mark.parametrize("operation", BROKEN_OFF)
def test_a_list_that_breaks_off_costs_the_children_of_its_rest(operation: str, *, is_emitted: bool) -> None:
    own, *children = BROKEN_OFF[operation]
    streams = [*([own] if is_emitted else []), *children]
    course = Course(small_world(boards=3, ad_accounts=1, catalog_product_groups=3), streams, page_cap=2)
    rest = [record["id"] for record in course.world.expected(own).values()][2:]
    assert rest
    alteration = lambda entry, page: {} if entry.values("bookmark") else page  # noqa: E731
    for is_hit in (True, True, False):
        output = course.read(prepare=lambda sim: sim.alter(operation, alteration)) if is_hit else course.read()
        for stream in streams:
            if is_hit:
                assert_failed(output, stream, "system_error", "a form that this version does not know")
            else:
                assert_succeeded(output, [stream])
            field = BROKEN_OFF[operation][stream]
            assert_same(stream, course.table(stream), less(course.world, stream, field, rest if is_hit else []))


def less(world: World, stream: str, field: str, lost: Sequence[str]) -> dict[Key, Record]:
    """What a perfect sync holds, without the records of items that are lost."""
    return {key: record for key, record in world.expected(stream).items() if record[field] not in lost}


@pytest.mark.parametrize(
    ("stream", "operation", "keys"),
    [
        ("campaign_analytics", "campaigns/analytics", ("DATE", "CAMPAIGN_ID")),
        ("campaign_targeting_analytics", "campaign_targeting_analytics/get", ("DATE", "CAMPAIGN_ID")),
        ("campaign_analytics_report", "report/download", ("DATE", "CAMPAIGN_ID")),
        ("user_account_analytics", "user_account/analytics", ("date",)),
    ],
)
def test_rows_without_a_day_or_an_id_cost_themselves_alone(stream: str, operation: str, keys: tuple[str, ...]) -> None:
    world = small_world(days=30, boards=0, ad_accounts=2, shared_ad_accounts=0, campaigns=20)
    course = Course(world, [stream], options={})
    output = course.read(prepare=lambda sim: sim.alter(operation, with_rows_without_key(*keys)))
    assert_succeeded(output, [stream])
    assert_same(stream, output.records[stream], world.expected(stream))
    warnings = [text for text in output.warnings() if f"without their key: {len(keys) + 1} of " in text]
    for account in {record.get("AD_ACCOUNT_ID", "") for record in output.records[stream]}:
        assert any(account in text and "They are left out. A row has no" in text for text in warnings)
