"""The simulator refuses those who have no right, and what is not there."""

from integration_tests.simulator import ALL_SCOPES
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator_tests.refusals import refusal
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator

OPERATION_IDS = sorted(operation.operation_id for operation in ENDPOINTS)


def test_a_call_without_a_valid_token_is_refused(api: Client) -> None:
    for authorization in ["", "Bearer ", "Bearer pina_unknown", "Basic eDp5", "pina_unknown"]:
        answer = api.get("/boards", headers={"Authorization": authorization})

        assert refusal(answer)[:2] == (401, 2), authorization


def test_a_call_without_its_scopes_is_refused() -> None:
    for operation_id in OPERATION_IDS:
        operation = next(operation for operation in ENDPOINTS if operation.operation_id == operation_id)
        for missing in operation.scopes:
            with Simulator(scopes=tuple(s for s in ALL_SCOPES if s != missing)) as sim, Client(sim) as api:
                answer = refusal(api.call(operation_id))

            assert answer[:2] == (401, 3), operation_id
            assert missing in answer.message, operation_id


def test_the_account_of_somebody_else_is_refused(sim: Simulator, api: Client) -> None:
    for path in ["", "/campaigns", "/ad_groups", "/ads"]:
        assert refusal(api.get(f"/ad_accounts/{sim.world.foreign_account_id}{path}"))[:2] == (403, 29), path


def test_organic_calls_for_an_account_of_somebody_else_are_refused(sim: Simulator, api: Client) -> None:
    assert refusal(api.call("boards/list", ad_account_id=sim.world.foreign_account_id))[:2] == (403, 29)
    assert api.call("boards/list", ad_account_id=sim.world.account_id(0)).status_code == 200


def test_an_unknown_board_or_section_is_not_found(sim: Simulator, api: Client) -> None:
    board = legal_calls(sim.world)["boards/get"].path
    other_board = api.get("/boards").json()["items"][1]["id"]
    section = api.get(f"{board}/sections").json()["items"][0]["id"]

    for path in ("/boards/1", "/boards/1/pins", "/boards/1/sections"):
        assert refusal(api.get(path))[:2] == (404, 40)
    assert refusal(api.get(f"{board}/sections/1/pins"))[:2] == (404, 2031)
    assert refusal(api.get(f"/boards/{other_board}/sections/{section}/pins"))[:2] == (404, 2031)


def test_an_unknown_path_is_not_found(api: Client) -> None:
    for path in ["/nothing", "/boards/", "/pin", "/ad_accounts/1/nothing"]:
        assert refusal(api.get(path))[:2] == (404, 404), path


def test_an_unknown_method_is_refused(api: Client) -> None:
    assert refusal(api.get("/oauth/token"))[:2] == (405, 5)
