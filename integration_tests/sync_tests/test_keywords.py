"""Keywords arrive whole, whether or not Pinterest answers for several ad groups at once."""

import pytest

from integration_tests.simulator import Kind
from integration_tests.simulator.lists.ad_group_lists import KeywordBatches
from integration_tests.simulator.world.numbering import Numbering
from integration_tests.simulator.world.world import NUMBERINGS
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import world_of_500_ad_groups

KEYWORDS, PROMOTIONS = "keywords/get", "product_group_promotions/list"
NOT_ANSWERED = [mode for mode in KeywordBatches if mode is not KeywordBatches.ANSWERED]


@pytest.mark.parametrize("mode", NOT_ANSWERED)
def test_keywords_arrive_whole_where_batches_do_not_work(mode: KeywordBatches) -> None:
    with Simulator(World(campaigns=2, ad_groups=5, keywords=(2, 0, 1), keyword_batches=mode)) as sim:
        output = run_sync(sim, ["keywords"])
        assert_succeeded(output, ["keywords"])
        assert_exact(output, sim, ["keywords"])
        assert len([entry for entry in sim.calls(KEYWORDS) if entry.values("ad_group_ids")]) == 2, "one an account"
        assert {tuple(entry.values("match_types")) for entry in sim.calls(KEYWORDS)} == {()}


def test_an_ad_group_that_is_deleted_meanwhile_is_passed_over() -> None:
    """A single account, whose list is asked for first: no call of an ad group can come before the deletion."""
    streams = {"keywords": (KEYWORDS, "parent_id"), "product_group_promotions": (PROMOTIONS, "ad_group_id")}
    with Simulator(World(ad_accounts=1, boards=0, campaigns=2, ad_groups=4, ads=0, keyword_batches="refused")) as sim:
        ad_group = sim.world.entity_id(Kind.AD_GROUPS, 0, 1)
        wanted = {
            stream: {key for key, record in sim.expected(stream).items() if record[owner] != ad_group}
            for stream, (_, owner) in streams.items()
        }
        sim.after("ad_groups/list", 1, lambda world: world.deleted_entities.add(ad_group))
        output = run_sync(sim, streams)
        assert_succeeded(output, streams)
        for stream, (operation, _) in streams.items():
            assert wanted[stream]
            assert {(record["id"],) for record in output.records[stream]} == wanted[stream]
            answers = {call.status for call in sim.calls(operation) if ad_group in call.values("ad_group_id")}
            assert answers == {404}, "it was asked for, and was gone"
            [warning] = [text for text in output.warnings() if text.startswith(f"{stream}: ")]
            assert f"ad group {ad_group} was deleted" in warning


def test_a_batch_of_the_longest_ids_is_as_large_as_its_address_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for the bookmark of the next page."""
    monkeypatch.setitem(NUMBERINGS, Kind.AD_GROUPS, Numbering(base=268_006_000_000_000_000, stride=61))
    world = world_of_500_ad_groups(2)
    with Simulator(world, max_url_length=8_000 - len("https://api.pinterest.com")) as sim:
        output = run_sync(sim, ["keywords"])
        assert_succeeded(output, ["keywords"])
        assert_exact(output, sim, ["keywords"])
        assert {entry.status for entry in sim.calls(KEYWORDS)} == {200}
        sizes = [len(entry.values("ad_group_ids")) for entry in sim.calls(KEYWORDS)]
        # The account; three batches, those of more than 250 keywords in pages.
        assert sizes == [0, 216, 216, 216, 216, 68]
