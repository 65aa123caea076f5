"""Each scripted fault goes wrong in its own way: refusals, broken responses and broken connections."""

import socket
from collections.abc import Iterator

import pytest
import requests

from integration_tests.simulator import FAULT_KINDS, HTML_PAGES, Fault, FaultKind
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World

# Kinds whose answer is a refusal: status and code.
REFUSALS = {
    FaultKind.RATE_LIMITED: (429, 8),
    FaultKind.RETRY_AFTER_400: (400, 1),
    FaultKind.LAST_90_DAYS_400: (400, 1),
    FaultKind.TRANSIENT_400: (400, 12),
    FaultKind.SERVER_ERROR: (500, 500),
    FaultKind.UNAVAILABLE: (503, 503),
    FaultKind.GATEWAY_TIMEOUT: (504, 504),
    FaultKind.TOKEN_EXPIRED: (401, 2),
    FaultKind.TOKEN_REVOKED: (401, 2),
    FaultKind.MISSING_SCOPE: (401, 3),
    FaultKind.RESTRICTED: (401, 3),
    FaultKind.ERROR_WITH_200: (200, 12),
    FaultKind.FORBIDDEN: (403, 29),
    FaultKind.GONE: (404, 40),
    FaultKind.TOO_LARGE_413: (413, 413),
    FaultKind.TOO_LARGE_414: (414, 414),
    FaultKind.TOO_LARGE_431: (431, 431),
}
BROKEN_BODIES = (FaultKind.TRUNCATED_JSON, FaultKind.MALFORMED_JSON, FaultKind.EMPTY_BODY, *HTML_PAGES)
BROKEN_CONNECTIONS = (FaultKind.CUT_BODY, FaultKind.RESET_BEFORE_BODY, FaultKind.RESET_INSIDE_BODY)
TESTED_ALONE = (
    FaultKind.NEVER_ANSWERS,
    FaultKind.RESET_AFTER_BODY,
    FaultKind.SLOW,
    FaultKind.REPEATED_BOOKMARK,
    FaultKind.EMPTY_PAGE_WITH_BOOKMARK,
    FaultKind.EMPTY_PAGE_WITH_OWN_BOOKMARK,
    FaultKind.ACCOUNT_VANISHES,
    FaultKind.PIN_CAP,
    FaultKind.ROWS_TWICE,
    FaultKind.ROWS_WITH_TIMES,
    FaultKind.ROWS_OF_ANOTHER_DAY,
    FaultKind.ROWS_OF_ANOTHER_ID,
    FaultKind.ROWS_OF_ANOTHER_ACCOUNT,
)


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


def test_every_kind_is_tested_here() -> None:
    assert {*REFUSALS, *BROKEN_BODIES, *BROKEN_CONNECTIONS, *TESTED_ALONE} == set(FAULT_KINDS)


# -- refusals


@pytest.mark.parametrize(("kind", "expected"), REFUSALS.items())
def test_a_refusal_has_its_status_and_code(sim: Simulator, api: Client, kind: FaultKind, expected: object) -> None:
    sim.add_fault(Fault(kind))
    answer = api.call("boards/list")

    assert (answer.status_code, answer.json()["code"]) == expected
    assert answer.headers["x-pinterest-rid"]


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("reset", {"x-ratelimit-reset": "64800"}),
        ("reset_list", {"x-ratelimit-reset": "1, 64800"}),
        ("retry_after", {"Retry-After": "64800"}),
        ("none", {}),
    ],
)
def test_a_429_tells_how_long_to_wait_in_one_way(
    sim: Simulator,
    api: Client,
    hint: str,
    told: dict[str, str],
) -> None:
    sim.add_fault(Fault("rate_limited", hint=hint, seconds=64_800))
    headers = api.call("boards/list").headers

    assert {name: headers[name] for name in ("x-ratelimit-reset", "Retry-After") if name in headers} == told


def test_a_429_may_come_without_a_code(sim: Simulator, api: Client) -> None:
    sim.add_faults([Fault("rate_limited", code=None), Fault("rate_limited", code=30)])

    assert "code" not in api.call("boards/list").json()
    assert api.call("boards/list").json()["code"] == 30


def test_a_400_may_ask_for_a_later_try(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("retry_after_400", seconds=5))

    assert "Retry after 5 seconds" in api.call("boards/list").json()["message"]


def test_a_legal_range_may_be_refused_for_a_moment(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("last_90_days_400", on="campaigns/analytics"))

    assert "last 90 days" in api.call("campaigns/analytics").json()["message"]
    assert api.call("campaigns/analytics").status_code == 200


def test_an_expired_token_can_be_renewed(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("token_expired", after=1))

    assert statuses(api, 3) == [200, 401, 401]
    with Client(sim) as renewed:
        assert statuses(renewed, 1) == [200]
    assert api.refresh(sim.config()["credentials"]["refresh_token"]).status_code == 200


@pytest.mark.parametrize("status", [400, 401])
def test_a_revoked_token_can_not_be_renewed(sim: Simulator, api: Client, status: int) -> None:
    sim.add_fault(Fault("token_revoked", after=1, status=status))

    assert statuses(api, 3) == [200, 401, 401]
    assert api.refresh(sim.config()["credentials"]["refresh_token"]).status_code == status


# -- broken answers


@pytest.mark.parametrize("kind", BROKEN_BODIES)
def test_a_broken_body_is_no_json_but_arrives_whole(sim: Simulator, api: Client, kind: FaultKind) -> None:
    sim.add_fault(Fault(kind))
    answer = api.call("boards/list")

    assert answer.status_code == (int(kind.value[:3]) if kind in HTML_PAGES else 200)
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("kind", [FaultKind.TRUNCATED_JSON, FaultKind.MALFORMED_JSON, FaultKind.EMPTY_BODY])
def test_a_broken_body_breaks_bare_arrays_too(sim: Simulator, api: Client, kind: FaultKind) -> None:
    sim.add_fault(Fault(kind, on="campaigns/analytics"))

    with pytest.raises(requests.JSONDecodeError):
        api.call("campaigns/analytics").json()


@pytest.mark.parametrize("kind", BROKEN_CONNECTIONS)
def test_a_broken_connection_breaks_the_call_and_no_other(sim: Simulator, api: Client, kind: FaultKind) -> None:
    sim.add_fault(Fault(kind, on="boards/list_pins"))

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.call("boards/list_pins")
    assert statuses(api, 2, "boards/list_pins") == [200, 200]


@pytest.mark.parametrize("kind", [FaultKind.CUT_BODY, FaultKind.RESET_INSIDE_BODY])
def test_a_body_that_breaks_off_was_announced_in_full(sim: Simulator, kind: FaultKind) -> None:
    sim.add_fault(Fault(kind, on="boards/list_pins"))
    received = raw_answer(sim, legal_calls(sim.world)["boards/list_pins"].path)
    head, _, body = received.partition(b"\r\n\r\n")
    announced = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])

    assert head.startswith(b"HTTP/1.1 200")
    assert 0 < len(body) < announced


def test_a_connection_may_break_once_the_body_is_whole(sim: Simulator) -> None:
    sim.add_fault(Fault("reset_after_body", on="boards/list_pins"))
    received = raw_answer(sim, legal_calls(sim.world)["boards/list_pins"].path)
    head, _, body = received.partition(b"\r\n\r\n")

    assert len(body) == int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])


def raw_answer(sim: Simulator, path: str) -> bytes:
    """Everything that arrives before the connection ends, in whichever way it ends."""
    host, port = sim.origin.removeprefix("http://").split(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        request = f"GET /v5{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {sim.access_token()}\r\n\r\n"
        connection.sendall(request.encode())
        try:
            while part := connection.recv(65_536):
                received += part
        except ConnectionResetError:
            pass
    return received


def test_a_call_may_never_be_answered(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("never_answers"))

    with pytest.raises(requests.ReadTimeout):
        api.get("/boards", timeout=0.2)
    assert statuses(api, 1) == [200]


def test_an_answer_may_be_slow(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("slow", seconds=0.3))

    with pytest.raises(requests.ReadTimeout):
        api.get("/boards", timeout=0.1)
    assert statuses(api, 1) == [200]
    assert [entry.fault for entry in sim.calls("boards/list")] == ["slow", None]


def test_every_answer_may_take_its_time() -> None:
    with Simulator(latency=0.3) as sim, Client(sim) as api, pytest.raises(requests.ReadTimeout):
        api.get("/boards", timeout=0.1)


def test_rows_are_others_than_those_that_were_asked_for(sim: Simulator, api: Client) -> None:
    def asked() -> list[dict[str, str]]:
        rows: list[dict[str, str]] = api.call("campaigns/analytics", columns="CAMPAIGN_ID,AD_ACCOUNT_ID").json()
        return rows

    proper = asked()
    changed = {
        FaultKind.ROWS_TWICE: [row for row in proper for _ in range(2)],
        FaultKind.ROWS_WITH_TIMES: [{**row, "DATE": f"{row['DATE']}T00:00:00"} for row in proper],
        FaultKind.ROWS_OF_ANOTHER_ID: [one for row in proper for one in ({**row, "CAMPAIGN_ID": "1"}, row)],
        FaultKind.ROWS_OF_ANOTHER_ACCOUNT: [{**row, "AD_ACCOUNT_ID": "1"} for row in proper],
    }
    assert proper
    for kind, rows in changed.items():
        sim.add_fault(Fault(kind, on="campaigns/analytics"))
        assert asked() == rows
