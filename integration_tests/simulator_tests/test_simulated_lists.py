"""The simulated lists and dictionaries hold what a call asks for, and are as wayward as Pinterest's."""

from typing import Any

from integration_tests.simulator.organic.places import board_id
from integration_tests.simulator_tests.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World

ALL_STATUSES = {"entity_statuses": ["ACTIVE", "PAUSED", "ARCHIVED"]}


def items(api: Client, operation_id: str, **query: Any) -> list[dict[str, Any]]:
    """The first page of a list, which is all of it here."""
    found: list[dict[str, Any]] = api.call(operation_id, page_size=250, **query).json()["items"]
    return found


def test_archived_and_inactive_entities_are_listed_only_by_a_filter(api: Client) -> None:
    for operation_id, every, kept, keeps in [
        ("campaigns/list", ALL_STATUSES, {}, lambda one: one["status"] != "ARCHIVED"),
        ("ads/list", ALL_STATUSES, {"entity_statuses": "ARCHIVED"}, lambda one: one["status"] == "ARCHIVED"),
        ("product_group_promotions/list", ALL_STATUSES, {}, lambda one: one["status"] != "ARCHIVED"),
        ("labels/list", {"entity_statuses": ["ACTIVE", "ARCHIVED"]}, {}, lambda one: one["status"] == "ACTIVE"),
        ("billing_profiles/get", {}, {"is_active": "true"}, lambda one: one["status"] == "VALID"),
    ]:
        whole, found = (items(api, operation_id, **query) for query in (every, kept))

        assert found == [one for one in whole if keeps(one)], operation_id
        assert 0 < len(found) < len(whole), operation_id


def test_the_last_bookmark_of_processing_results_leads_to_an_empty_page() -> None:
    with Simulator(World(feed_results=251)) as sim, Client(sim) as api:
        pages = api.pages(legal_calls(sim.world)["feed_processing_results/list"].path, page_size=250)

    assert [len(page) for page in pages] == [250, 1, 0]


def test_protected_pins_come_only_with_the_option(sim: Simulator, api: Client) -> None:
    protected = {board["id"] for board in sim.world.records("boards") if board["privacy"] == "PROTECTED"}
    every = list(sim.world.records("pins"))
    listed = [pin for page in api.pages("/pins", page_size=250) for pin in page]

    assert [pin["id"] for pin in listed] == [pin["id"] for pin in every if pin["board_id"] not in protected]
    assert 0 < len(listed) < len(every)


def test_every_owner_has_content_of_their_own(sim: Simulator, api: Client) -> None:
    own, shared = sim.world.account_id(1), sim.world.account_id(2)
    others_board = board_id(2 * sim.world.boards)

    assert api.call("user_account/get", ad_account_id=own).json() == api.call("user_account/get").json()
    for operation in ("user_account/get", "user_account/analytics", "boards/list", "pins/list"):
        assert api.call(operation, ad_account_id=shared).json() != api.call(operation).json(), operation
    for operation in ("boards/list_pins", "pins/analytics", "multi_pins/analytics"):
        assert api.call(operation, ad_account_id=shared).status_code == 404, operation
    assert api.get(f"/boards/{others_board}/pins", {"ad_account_id": shared}).status_code == 200
    assert api.get(f"/boards/{others_board}/pins").status_code == 404


def test_ids_of_pins_and_ad_accounts_are_as_long_as_pinterests() -> None:
    world = World(ad_accounts=13)

    assert {len(key[1]) for key in world.expected("board_pins")} == {18, 19}
    assert all(len(key[0]) == 12 and key[0].startswith("549") for key in world.expected("ad_accounts"))
