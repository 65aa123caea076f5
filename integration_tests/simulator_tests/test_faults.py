"""Each scripted fault comes when and where it was told to."""

from collections.abc import Iterator
from typing import Any

import pytest

from integration_tests.simulator import Fault
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=3, pins_per_board=60), profile="ample") as simulator:
        yield simulator


@pytest.fixture
def api(sim: Simulator) -> Iterator[Client]:
    with Client(sim) as client:
        yield client


def statuses(api: Client, count: int, operation_id: str = "boards/list") -> list[int]:
    return [api.call(operation_id).status_code for _ in range(count)]


# -- when and where


def test_a_fault_may_hit_each_so_manieth_call(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("transient_400", on="boards/list", after=1, times=2, every=3))

    assert statuses(api, 9) == [200, 400, 200, 200, 400, 200, 200, 200, 200]


def test_a_fault_comes_after_some_calls_and_goes_after_some_times(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("503", on="boards/list", after=2, times=3))

    assert statuses(api, 7) == [200, 200, 503, 503, 503, 200, 200]
    assert sim.fired("503") == 3


def test_a_fault_may_be_over_after_some_seconds(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("503", on="boards/list", after=1, times=None, lasts=3_600))
    begun = statuses(api, 3)
    sim.advance(3_000)
    going_on = statuses(api, 1)
    sim.advance(600)

    assert [*begun, *going_on, *statuses(api, 2)] == [200, 503, 503, 503, 200, 200]
    assert sim.fired("503") == 3


def test_a_fault_may_stay(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("503", times=None))

    assert statuses(api, 5) == [503] * 5
    sim.clear_faults()
    assert statuses(api, 1) == [200]


def test_a_fault_hits_its_operation_only(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("503", on="campaigns/list", times=None))

    assert statuses(api, 1) == [200]
    assert statuses(api, 1, "campaigns/list") == [503]


def test_a_fault_may_hit_one_account_only(sim: Simulator, api: Client) -> None:
    broken, whole = (sim.world.account_id(index) for index in (0, 1))
    sim.add_fault(Fault("503", account=broken, times=None))

    assert api.get(f"/ad_accounts/{broken}/campaigns").status_code == 503
    assert api.get(f"/ad_accounts/{whole}/campaigns").status_code == 200
    assert statuses(api, 1) == [200]


def test_a_fault_may_hit_one_path_only(sim: Simulator, api: Client) -> None:
    broken, whole = (board["id"] for board in api.get("/boards").json()["items"][:2])
    sim.add_fault(Fault("gone", on="boards/list_pins", path=broken, times=None))

    assert api.get(f"/boards/{broken}/pins").status_code == 404
    assert api.get(f"/boards/{whole}/pins").status_code == 200


def test_faults_wait_for_each_other(sim: Simulator, api: Client) -> None:
    sim.add_faults([Fault("500"), Fault("503")])

    assert statuses(api, 3) == [500, 503, 200]


def test_a_fault_on_everything_spares_the_token_endpoint(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("503", times=None))

    assert api.refresh(sim.config()["credentials"]["refresh_token"]).status_code == 200
    sim.add_fault(Fault("503", on="oauth/token"))
    assert api.refresh(sim.config()["credentials"]["refresh_token"]).status_code == 503


def test_an_unknown_kind_is_a_mistake_of_the_test() -> None:
    with pytest.raises(ValueError, match="teapot"):
        Fault("teapot")


def test_the_log_tells_which_call_was_hit(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("503", after=1))
    statuses(api, 2)

    assert [(entry.status, entry.fault) for entry in sim.calls("boards/list")] == [(200, None), (503, "503")]


# -- lists


def test_a_bookmark_may_repeat(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("repeated_bookmark", on="boards/list_pins"))
    first = api.call("boards/list_pins").json()
    second = api.call("boards/list_pins", bookmark=first["bookmark"]).json()

    assert second["bookmark"] == first["bookmark"]
    assert second["items"] != first["items"]


def test_an_empty_page_may_have_a_bookmark_that_goes_on(sim: Simulator, api: Client) -> None:
    path = legal_calls(sim.world)["boards/list_pins"].path
    whole = api.pages(path)
    sim.add_fault(Fault("empty_page_with_bookmark", on="boards/list_pins", after=1, times=2))

    assert api.pages(path) == [whole[0], [], [], *whole[1:]]


def test_an_account_may_vanish(sim: Simulator, api: Client) -> None:
    gone, left = (sim.world.account_id(index) for index in (0, 1))
    sim.add_fault(Fault("account_vanishes", account=gone, on="ads/list", after=1))

    def listed() -> list[str]:
        return [account["id"] for account in api.get("/ad_accounts").json()["items"]]

    assert listed() == [gone, left]
    assert api.get(f"/ad_accounts/{gone}/ads").status_code == 200
    assert api.get(f"/ad_accounts/{gone}/ads").status_code == 403
    assert api.get(f"/ad_accounts/{gone}").status_code == 403
    assert listed() == [left]


def test_a_board_may_have_more_pins_than_can_be_listed(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("pin_cap", on="boards/list_pins", items=50))
    first = api.call("boards/list_pins").json()
    second = api.call("boards/list_pins", bookmark=first["bookmark"]).json()
    third: Any = api.call("boards/list_pins", bookmark=second["bookmark"])

    assert len(second["items"]) == 25
    assert third.status_code == 400
    assert "Pagination beyond 100.000 pins" in third.json()["message"]
