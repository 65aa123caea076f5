"""Do keywords arrive whole, whether or not Pinterest answers for several ad groups at once?"""

from collections.abc import Iterator

import pytest

from integration_tests.simulator import Fault, Kind
from integration_tests.simulator.lists.ad_group_lists import KeywordBatches
from integration_tests.simulator.world.numbering import Numbering
from integration_tests.simulator.world.world import NUMBERINGS
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.list_calls import keyword_calls, proof_calls
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import world_of_500_ad_groups
from integration_tests.sync_tests.paged_lists import several_pages

KEYWORDS, PROMOTIONS = "keywords/get", "product_group_promotions/list"
UNTRUSTED = [mode for mode in KeywordBatches if mode is not KeywordBatches.ANSWERED]
NOTICED = [mode for mode in UNTRUSTED if mode is not KeywordBatches.INCOMPLETE]
"""What shows in each answer. What an answer leaves out shows in the proof alone."""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(several_pages(), profile="ample") as simulator:
        yield simulator


@pytest.fixture
def small() -> Iterator[Simulator]:
    with Simulator(World(boards=0, campaigns=2, ad_groups=4, ads=0)) as simulator:
        yield simulator


@pytest.mark.parametrize("mode", UNTRUSTED)
def test_keywords_arrive_whole_where_batches_do_not_work(mode: KeywordBatches) -> None:
    with Simulator(World(campaigns=2, ad_groups=5, keywords=(2, 0, 1), keyword_batches=mode)) as sim:
        output = run_sync(sim, ["keywords"])
        assert_succeeded(output, ["keywords"])
        assert_exact(output, sim, ["keywords"])
        one_by_one = [entry.values("ad_group_id") for entry in sim.calls(KEYWORDS) if entry.values("ad_group_id")]
        ad_groups = sum(sim.world.count(Kind.AD_GROUPS, account) for account in range(2))
        assert ad_groups <= len(one_by_one) <= ad_groups + 2 * 2
        assert {tuple(entry.values("match_types")) for entry in sim.calls(KEYWORDS)} == {()}


@pytest.mark.parametrize("mode", NOTICED)
def test_batches_that_stop_working_after_the_proof_are_noticed(mode: KeywordBatches) -> None:
    with Simulator(World(campaigns=2, ad_groups=5, ad_accounts=1, keyword_batches="answered")) as sim:
        sim.after(KEYWORDS, proof_calls(sim.world), lambda world: setattr(world, "keyword_batches", mode))
        output = run_sync(sim, ["keywords"])
        assert_succeeded(output, ["keywords"])
        assert_exact(output, sim, ["keywords"])


def test_an_account_without_keywords_proves_nothing_and_waits_for_one_that_does() -> None:
    """The first account's ad groups hold none; that batches work shows in the second."""
    with Simulator(
        World(campaigns=1, ad_groups=(3, 8), keywords=(0, 0, 0, 1, 1), ad_accounts=2, keyword_batches="answered")
    ) as sim:
        output = run_sync(sim, ["keywords"])
        assert_succeeded(output, ["keywords"])
        assert_exact(output, sim, ["keywords"])
        batches = [entry.account for entry in sim.calls(KEYWORDS) if entry.values("ad_group_ids")]
        first, second = (sim.world.account_id(account) for account in range(2))
        # Each is asked for twice, and then for what it showed nothing of; the proof takes two samples.
        assert sorted(batches) == sorted([first, second] * 3)
        assert len([entry for entry in sim.calls(KEYWORDS) if entry.values("ad_group_id")]) == 2


def test_a_single_ad_group_with_keywords_does_not_prove_that_batches_work() -> None:
    world = World(campaigns=0, ad_groups=4, keywords=(0, 0, 0, 2), ad_accounts=1, keyword_batches="last_one")
    with Simulator(world) as sim:
        output = run_sync(sim, ["keywords"])
        assert_succeeded(output, ["keywords"])
        assert_exact(output, sim, ["keywords"])
        assert len([entry for entry in sim.calls(KEYWORDS) if entry.values("ad_group_id")]) == 4


def test_two_ad_groups_are_read_without_a_proof() -> None:
    with Simulator(World(campaigns=1, ad_groups=2, ad_accounts=1)) as sim:
        run_sync(sim, ["keywords"])
        assert len(sim.calls(KEYWORDS)) == 1 + 1 + 2


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


def test_an_account_that_refuses_halfway_is_incomplete(small: Simulator) -> None:
    small.add_fault(Fault("forbidden", on=PROMOTIONS, account=small.world.account_id(0), after=2, times=None))
    output = run_sync(small, ["product_group_promotions"])
    assert_failed(output, "product_group_promotions", "transient_error", "refuses the rest")


def test_an_account_whose_ad_groups_cannot_be_listed_costs_only_its_own(small: Simulator) -> None:
    account = small.world.account_id(0)
    small.add_fault(Fault("503", on="ad_groups/list", account=account, times=None))
    streams = ("keywords", "product_group_promotions")
    output = run_sync(small, streams, config=small.config(max_retries=0))
    for stream in streams:
        assert_failed(output, stream, "transient_error", "Pinterest failed")
        theirs = {key for key, record in small.expected(stream).items() if record["ad_account_id"] != account}
        assert {(record["id"],) for record in output.records[stream]} == theirs


def test_keyword_calls_follow_the_formula() -> None:
    world = World(
        boards=0, ad_accounts=2, campaigns=3, ad_groups=(501, 7), ads=0, keywords=(1, 3), keyword_batches="answered"
    )
    with Simulator(world) as sim:
        output = run_sync(sim, ["keywords"])
        assert_exact(output, sim, ["keywords"])
        assert len(sim.calls(KEYWORDS)) == keyword_calls(world)
        assert max(len(entry.values("ad_group_ids")) for entry in sim.calls(KEYWORDS)) == 250


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
        # The proof and the last of its ad groups; the account; three batches, those of more than 250 keywords in pages.
        assert sizes == [216, 216, 0, 0, 216, 216, 216, 216, 68]
