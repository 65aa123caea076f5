"""Each scripted fault comes when and where it was told to, and goes wrong in its own way."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.simulator.world.world import Kind
from integration_tests.simulator_tests.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World

"""Status and code."""
PINS = "boards/list_pins"


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


@pytest.mark.parametrize(
    ("faults", "met"),
    [
        ([Fault("503", after=2, times=3)], [200, 200, 503, 503, 503, 200, 200]),
        ([Fault("transient_400", after=1, times=2, every=3)], [200, 400, 200, 200, 400, 200, 200, 200]),
        ([Fault("503", times=None)], [503] * 4),
        ([Fault("500"), Fault("503")], [500, 503, 200]),
        ([Fault("503", on="campaigns/list")], [200]),
    ],
    ids=["some", "each so-manieth", "all", "one after the other", "elsewhere"],
)
def test_a_fault_hits_the_calls_it_was_told_to(
    sim: Simulator, api: Client, faults: list[Fault], met: list[int]
) -> None:
    sim.add_faults(faults)

    assert statuses(api, len(met)) == met
    assert [entry.status for entry in sim.calls("boards/list")] == met
    assert [entry.fault is not None for entry in sim.calls("boards/list")] == [status != 200 for status in met]
    assert sum(sim.fired(fault.kind) for fault in faults) == len(met) - met.count(200)
    sim.clear_faults()
    assert statuses(api, 1) == [200]


def test_a_fault_may_be_over_after_some_seconds(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("503", on="boards/list", after=1, times=None, lasts=3_600))
    begun = statuses(api, 3)
    sim.advance(3_000)
    going_on = statuses(api, 1)
    sim.advance(600)

    assert [*begun, *going_on, *statuses(api, 2)] == [200, 503, 503, 503, 200, 200]


def test_a_fault_may_hit_one_account_or_one_path_only(sim: Simulator, api: Client) -> None:
    account, other = (sim.world.account_id(index) for index in (0, 1))
    board, other_board = (item["id"] for item in api.get("/boards").json()["items"][:2])
    sim.add_faults([Fault("503", account=account, times=None), Fault("gone", on=PINS, path=board, times=None)])

    for path, status in [
        (f"/ad_accounts/{account}/campaigns", 503),
        (f"/ad_accounts/{other}/campaigns", 200),
        (f"/boards/{board}/pins", 404),
        (f"/boards/{other_board}/pins", 200),
        ("/boards", 200),
    ]:
        assert api.get(path).status_code == status, path


def test_a_fault_may_hit_large_requests_only(sim: Simulator, api: Client) -> None:
    """Of analytics, entities times days; of a report, its days."""
    sim.add_faults(
        [Fault("503", on="campaigns/analytics", more_than=10, times=None), Fault("report_failed", more_than=10)]
    )
    account = sim.world.account_id(0)
    end = sim.world.today - timedelta(days=1)

    def analytics(ids: int, days: int) -> int:
        query = {
            "campaign_ids": ",".join(str(sim.world.entity_id(Kind.CAMPAIGNS, 0, number)) for number in range(ids)),
            "start_date": str(end - timedelta(days=days - 1)),
            "end_date": str(end),
            "columns": "SPEND_IN_DOLLAR",
            "granularity": "DAY",
        }
        return api.get(f"/ad_accounts/{account}/campaigns/analytics", query).status_code

    def report(days: int) -> str:
        start = end - timedelta(days=days - 1)
        token = api.order(start_date=str(start), end_date=str(end)).json()["token"]
        sim.advance(60)
        return str(api.poll(token)["report_status"])

    assert [analytics(*size) for size in ((2, 5), (2, 6), (1, 11), (1, 10))] == [200, 503, 503, 200]
    assert [report(days) for days in (10, 11)] == ["FINISHED", "FAILED"]
    assert statuses(api, 1) == [200]


# -- refusals


def test_a_refusal_tells_how_long_to_wait_in_one_way(sim: Simulator, api: Client) -> None:
    for hint, told in [
        ("reset", {"x-ratelimit-reset": "64800"}),
        ("reset_list", {"x-ratelimit-reset": "1, 64800"}),
        ("retry_after", {"Retry-After": "64800"}),
        ("none", {}),
    ]:
        sim.add_fault(Fault("rate_limited", hint=hint, seconds=64_800))
        headers = api.call("boards/list").headers
        assert {name: headers[name] for name in ("x-ratelimit-reset", "Retry-After") if name in headers} == told, hint

    sim.add_faults([Fault("rate_limited", code=None), Fault("retry_after_400", seconds=5), Fault("last_90_days_400")])
    assert "code" not in api.call("boards/list").json()
    assert "Retry after 5 seconds" in api.call("boards/list").json()["message"]
    assert "last 90 days" in api.call("boards/list").json()["message"]


def test_a_token_expires_or_is_revoked_for_good(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("token_expired", after=1))
    assert statuses(api, 3) == [200, 401, 401]
    with Client(sim) as renewed:
        assert statuses(renewed, 1) == [200]
    assert api.refresh(sim.credentials["refresh_token"]).status_code == 200
    with Client(sim) as last:
        sim.add_fault(Fault("token_revoked", status=400))
        assert statuses(last, 2) == [401, 401]
    assert api.refresh(sim.credentials["refresh_token"]).status_code == 400


# -- broken responses


def test_rows_are_others_than_those_that_were_asked_for(sim: Simulator, api: Client) -> None:
    def asked() -> list[dict[str, str]]:
        rows: list[dict[str, str]] = api.call("campaigns/analytics", columns="CAMPAIGN_ID,AD_ACCOUNT_ID").json()
        return rows

    proper = asked()
    changed = {
        FaultKind.ROWS_TWICE: [row for row in proper for _ in range(2)],
        FaultKind.ROWS_WITH_TIMES: [{**row, "DATE": f"{row['DATE']}T08:00:00"} for row in proper],
        FaultKind.ROWS_OF_ANOTHER_DAY: [
            one for row in proper for one in ({**row, "DATE": f"2016{row['DATE'][4:]}"}, row)
        ],
        FaultKind.ROWS_OF_ANOTHER_ID: [one for row in proper for one in ({**row, "CAMPAIGN_ID": "1"}, row)],
        FaultKind.ROWS_OF_ANOTHER_ACCOUNT: [{**row, "AD_ACCOUNT_ID": "1"} for row in proper],
    }
    assert proper
    for kind, rows in changed.items():
        sim.add_fault(Fault(kind, on="campaigns/analytics"))
        assert asked() == rows, kind


# -- lists


def test_a_bookmark_may_repeat(sim: Simulator, api: Client) -> None:
    first = api.call(PINS).json()
    whole = api.pages(legal_calls(sim.world)[PINS].path)
    sim.add_faults([Fault("repeated_bookmark", on=PINS), Fault("empty_page_with_own_bookmark", on=PINS)])
    second, third = (api.call(PINS, bookmark=first["bookmark"]).json() for _ in range(2))

    assert second == {"bookmark": first["bookmark"], "items": whole[1]}
    assert third == {"bookmark": first["bookmark"], "items": []}


def test_an_empty_page_may_have_a_bookmark_that_goes_on(sim: Simulator, api: Client) -> None:
    path = legal_calls(sim.world)[PINS].path
    whole = api.pages(path)
    sim.add_fault(Fault("empty_page_with_bookmark", on=PINS, after=1, times=2))

    assert api.pages(path) == [whole[0], [], [], *whole[1:]]
