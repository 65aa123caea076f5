"""The simulator keeps Pinterest's rules for profiles, pins and their analytics."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.simulator import NoAccess
from integration_tests.simulator.organic.places import board_id
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

SPLIT_PARTS = {"APP_TYPE": 3, "OWNED_CONTENT": 2, "SOURCE": 2, "PIN_FORMAT": 3}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    world = World(boards=4, pins_per_board=20, sections_per_board=1, pins_per_section=2, ad_accounts=3)
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


def pin_ids(sim: Simulator) -> list[str]:
    return [pin["id"] for pin in sim.world.records("pins")]


def test_what_pinterest_does_not_take_is_refused(api: Client) -> None:
    for operation, change in [
        ("pins/list", {"pin_type": "PUBLIC"}),
        ("pins/list", {"pin_filter": "all"}),
        ("pins/list", {"include_protected_pins": "True"}),
        ("pins/list", {"domains": ",".join(["a"] * 101)}),
        ("multi_pins/analytics", {"pin_ids": ",".join(map(str, range(1, 102)))}),
        ("multi_pins/analytics", {"split_field": "APP_TYPE"}),
        ("multi_pins/analytics", {"metric_types": "ALL"}),
        ("multi_pins/analytics", {"metric_types": None}),
        ("pins/analytics", {"metric_types": "ENGAGEMENT"}),
        ("pins/analytics", {"split_field": "SOURCE"}),
        ("pins/analytics", {"start_date": "2020-01-01"}),
        ("user_account/analytics/top_pins", {"sort_by": "VIDEO_START"}),
        ("user_account/analytics/top_pins", {"num_of_pins": 51}),
        ("user_account/analytics/top_pins", {"created_in_last_n_days": 31}),
        ("user_account/analytics/top_pins", {"page_size": 50}),
        ("user_account/analytics/top_video_pins", {"sort_by": "PIN_CLICK"}),
        ("user_account/analytics/top_video_pins", {"metric_types": "PIN_CLICK"}),
        ("user_account/analytics", {"split_field": "CONTENT_TYPE", "metric_types": "SAVE"}),
        ("user_account/analytics", {"split_field": "SOURCE"}),
    ]:
        assert api.call(operation).status_code == 200, (operation, change)

        assert api.call(operation, **change).status_code == 400, (operation, change)


def test_protected_pins_come_only_if_asked_for(sim: Simulator, api: Client) -> None:
    listed = {pin["id"] for pin in api.call("pins/list", page_size=250).json()["items"]}
    everything = {
        pin["id"] for pin in api.call("pins/list", page_size=250, include_protected_pins="true").json()["items"]
    }
    protected = {board["id"] for board in sim.world.records("boards") if board["privacy"] == "PROTECTED"}

    assert everything == set(pin_ids(sim))
    assert everything - listed == {pin["id"] for pin in sim.world.records("pins") if pin["board_id"] in protected}
    assert everything - listed


def test_filters_keep_what_they_say(sim: Simulator, api: Client) -> None:
    for query, keeps in [
        ({"pin_filter": "exclude_repins"}, lambda pin: pin["parent_pin_id"] is None),
        ({"pin_filter": "exclude_native"}, lambda pin: pin["parent_pin_id"] is not None),
        ({"pin_filter": "has_been_promoted"}, lambda pin: pin["has_been_promoted"]),
        ({"creative_types": "VIDEO,IDEA"}, lambda pin: pin["creative_type"] in {"VIDEO", "IDEA"}),
        ({"domain": "shop.example"}, lambda pin: pin["link"] is not None),
    ]:
        answer = api.call("pins/list", page_size=250, include_protected_pins="true", **query).json()["items"]

        assert [pin["id"] for pin in answer] == [pin["id"] for pin in sim.world.records("pins") if keeps(pin)], (
            query,
            keeps,
        )
        assert 0 < len(answer) < len(pin_ids(sim)), (query, keeps)


def test_every_owner_has_content_of_their_own(sim: Simulator, api: Client) -> None:
    own, shared = sim.world.account_id(1), sim.world.account_id(2)

    assert api.call("user_account/get", ad_account_id=own).json() == api.call("user_account/get").json()
    for operation in ("user_account/get", "user_account/analytics", "boards/list", "pins/list"):
        assert api.call(operation, ad_account_id=shared).json() != api.call(operation).json(), operation
    for operation in ("boards/list_pins", "pins/analytics", "multi_pins/analytics"):
        assert api.call(operation, ad_account_id=shared).status_code == 404, operation
    assert api.get(f"/boards/{board_id(8)}/pins", {"ad_account_id": shared}).status_code == 200
    assert api.get(f"/boards/{board_id(8)}/pins").status_code == 404


def test_several_pins_are_told_as_one_is(sim: Simulator, api: Client) -> None:
    ids = pin_ids(sim)[:100]
    metrics = {"metric_types": "IMPRESSION,VIDEO_START,TOTAL_REACTIONS"}
    several = api.call("multi_pins/analytics", pin_ids=",".join(ids), **metrics).json()

    assert set(several) == set(ids)
    first = api.call("pins/analytics", **metrics).json()
    assert several[ids[0]] == first
    assert set(first["all"]["lifetime_metrics"]) == {"TOTAL_REACTIONS"}
    names = {name for pin in several.values() for day in pin["all"]["daily_metrics"] for name in day["metrics"]}
    assert names == {"IMPRESSION", "VIDEO_START"}


def test_a_deleted_pin_is_gone_everywhere() -> None:
    with (
        Simulator(World(boards=1, pins_per_board=3, sections_per_board=0), open_betas=["multi_pins/analytics"]) as sim,
        Client(sim) as api,
    ):
        gone, *left = pin_ids(sim)
        sim.world.delete_pin(gone)

        assert pin_ids(sim) == left
        assert api.call("multi_pins/analytics", pin_ids=",".join([gone, *left])).json()["code"] == 50
        assert api.get(f"/pins/{gone}/analytics", _days(sim)).status_code == 404
        assert [pin["id"] for pin in api.call("boards/list_pins").json()["items"]] == left


@pytest.mark.parametrize("refusal", [None, NoAccess.NO_SCOPE, NoAccess.BETA_CLOSED])
def test_a_beta_is_closed_unless_it_is_opened(refusal: NoAccess | None) -> None:
    no_access = {"multi_pins/analytics": refusal} if refusal else {}
    with Simulator(no_access=no_access) as sim, Client(sim) as api:
        answer = api.call("multi_pins/analytics")

        assert (answer.status_code, answer.json()["code"]) == (refusal or NoAccess.RESTRICTED).value[:2]
        assert api.call("pins/analytics").status_code == 200


def test_a_split_has_its_parts(api: Client) -> None:
    for split, parts in SPLIT_PARTS.items():
        answer = api.call("user_account/analytics", split_field=split, metric_types="SAVE,SAVE_RATE").json()

        assert len(answer) == parts, (split, parts)
        assert len({str(part) for part in answer.values()}) == parts, (split, parts)


def test_the_best_pins_come_first(sim: Simulator, api: Client) -> None:
    answer = api.call("user_account/analytics/top_pins", sort_by="SAVE", num_of_pins=5).json()
    values = [pin["metrics"]["SAVE"] for pin in answer["pins"]]

    assert len(values) == 5
    assert values == sorted(values, reverse=True)
    assert answer["sort_by"] == "SAVE"
    assert {pin["pin_id"] for pin in answer["pins"]} <= set(pin_ids(sim))


def _days(sim: Simulator) -> dict[str, str]:
    start, end = sim.world.today - timedelta(days=2), sim.world.today
    return {"start_date": str(start), "end_date": str(end), "metric_types": "SAVE"}
