"""Lists that stay broken after a page for some syncs."""

from collections.abc import Sequence

import pytest

from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded
from integration_tests.support.expected_records import Key
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import World
from integration_tests.support.sync_sequences import SyncSequence
from integration_tests.support.worlds import small_world

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


@pytest.mark.parametrize("is_emitted", [True, False], ids=["emitted", "not emitted"])
@pytest.mark.parametrize("operation", BROKEN_OFF)
def test_a_list_that_breaks_off_costs_the_children_of_its_rest(operation: str, *, is_emitted: bool) -> None:
    own, *children = BROKEN_OFF[operation]
    streams = [*([own] if is_emitted else []), *children]
    sequence = SyncSequence(small_world(boards=3, ad_accounts=1, catalog_product_groups=3), streams, page_cap=2)
    rest = [record["id"] for record in sequence.world.expected(own).values()][2:]
    assert rest
    alteration = lambda entry, page: {} if entry.values("bookmark") else page  # noqa: E731
    for is_hit in (True, True, False):
        output = sequence.read(prepare=lambda sim: sim.alter(operation, alteration)) if is_hit else sequence.read()
        for stream in streams:
            if is_hit:
                assert_failed(output, stream, "system_error", "a form that this version does not know")
            else:
                assert_succeeded(output, [stream])
            field = BROKEN_OFF[operation][stream]
            assert_same(stream, sequence.table(stream), less(sequence.world, stream, field, rest if is_hit else []))


def less(world: World, stream: str, field: str, lost: Sequence[str]) -> dict[Key, Record]:
    """What a perfect sync holds, without the records of items that are lost."""
    return {key: record for key, record in world.expected(stream).items() if record[field] not in lost}
