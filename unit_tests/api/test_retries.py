"""A failed request is retried after growing pauses; an outage is waited for together and uses up no retries."""

from collections.abc import Callable

import pytest
import requests

from source_pinterest.api.error_mapping import ErrorResponse, Retry, UncountedRetry
from source_pinterest.api.errors import BrokenResponseError, ErrorReason, MalformedResponseError, UnavailableError
from source_pinterest.api.retries import BackoffDelays, Outage, RetryingSender, RetryPolicy
from source_pinterest.api.session import ApiResponse
from unit_tests.clocks import Clock
from unit_tests.error_responses import api_error

NONE = BackoffDelays(first_seconds=0)


def tries(
    max_retries: int,
    pauses: BackoffDelays = NONE,
    outage: Outage | None = None,
    is_worth_retrying: Callable[[], bool] = lambda: True,
) -> RetryingSender:
    policy = RetryPolicy(max_retries, pauses, outage or Outage(900, Clock()))
    return RetryingSender(policy, "boards", "boards/7/pins", is_worth_retrying=is_worth_retrying)


UNAVAILABLE = Retry(why="HTTP 503.")


def send(request: RetryingSender, *events: Exception | Outage | UncountedRetry | Retry) -> None:
    """Send a request that fails in these ways and then succeeds. Another request succeeds at each `Outage`."""
    pending, resolutions = list(events), list[UncountedRetry | Retry]()

    def exchange() -> ApiResponse[None] | ErrorResponse:
        while pending:
            event = pending.pop(0)
            if isinstance(event, Exception):
                raise event
            if isinstance(event, UncountedRetry | Retry):
                resolutions.append(event)
                return api_error(503)
            event.end()
        return ApiResponse(None, 0)

    request.response(exchange, lambda _: resolutions.pop())


@pytest.fixture
def outage() -> Outage:
    return Outage(900, Clock())


def test_pauses_double_until_the_longest(recorded_sleeps: list[float]) -> None:
    send(tries(8, BackoffDelays()), *[UNAVAILABLE] * 8)

    assert recorded_sleeps == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_request_is_given_up_after_so_many_retries_whatever_failed(recorded_sleeps: list[float]) -> None:
    request = tries(3, BackoffDelays(first_seconds=0.5))
    malformed, broken = MalformedResponseError("The response is not JSON."), BrokenResponseError("It breaks off.")
    with pytest.raises(UnavailableError, match=r"^boards: .*failed 4 times in a row for boards/7/pins.*breaks off"):
        send(request, UNAVAILABLE, malformed, requests.ReadTimeout(), broken)

    assert recorded_sleeps == [0.5, 1, 2]


def test_the_last_try_raises_the_error_of_its_verdict() -> None:
    with pytest.raises(UnavailableError, match=r"Pinterest answered \"Scripted rejection\" \(HTTP 503\)") as raised:
        send(tries(1), UNAVAILABLE, Retry(ErrorReason.SERVER_ERROR))
    assert raised.value.reason is ErrorReason.SERVER_ERROR


def test_a_new_token_is_tried_at_once(recorded_sleeps: list[float]) -> None:
    send(tries(0), UncountedRetry.REFRESH_TOKEN)
    assert recorded_sleeps == []
    send(tries(1, BackoffDelays()), *[UncountedRetry.REFRESH_TOKEN] * 2)
    assert recorded_sleeps == [1]

    with pytest.raises(UnavailableError):
        send(tries(1), *[UncountedRetry.REFRESH_TOKEN] * 3)


def test_a_request_that_fails_while_others_succeed_is_no_outage(outage: Outage, recorded_sleeps: list[float]) -> None:
    error = requests.ConnectionError()
    with pytest.raises(UnavailableError, match=r"boards/7/pins.*ConnectionError"):
        send(tries(0, outage=outage), error, error, outage, error)
    assert recorded_sleeps == [0, 0], "the first two fail as in an outage"

    send(tries(3, BackoffDelays(first_seconds=2), outage), *[outage, error] * 3)
    assert recorded_sleeps[2:] == [2, 4, 8]


def test_an_outage_that_outlasts_the_sync_ends_the_request() -> None:
    pauses = BackoffDelays(first_seconds=1)

    error = requests.ConnectTimeout(request=requests.Request("GET", "https://files.example/a/report?secret=1"))
    said = r"^Pinterest could not be reached\..* check the network.* to files\.example .*\(ConnectTimeout\)\.$"
    with pytest.raises(UnavailableError, match=said):
        send(tries(5, pauses, Outage(0.5, Clock())), error)


def test_a_retry_that_is_not_worth_it_is_given_up(recorded_sleeps: list[float]) -> None:
    is_worth = [True, False]
    request = tries(5, BackoffDelays(first_seconds=2), is_worth_retrying=lambda: is_worth.pop(0))

    with pytest.raises(UnavailableError, match="failed 2 times in a row"):
        send(request, *[UNAVAILABLE] * 2)
    assert recorded_sleeps == [2]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that pauses move."""
    clock = Clock()
    monkeypatch.setattr(
        "source_pinterest.api.retries.time.sleep", lambda seconds: setattr(clock, "now", clock.now + seconds)
    )
    return clock


def waited(outage: Outage, clock: Clock) -> float:
    """The seconds after which a request gives up that can't be sent."""
    began = clock.now
    with pytest.raises(UnavailableError, match="could not be reached"):
        send(tries(0, BackoffDelays(), outage), *[requests.ConnectionError()] * 1_000)
    return clock.now - began


@pytest.mark.parametrize(("max_wait_seconds", "seconds"), [(900, 1 + 2 + 4 + 8), (10, 1 + 2 + 4)])
def test_a_server_that_never_responded_is_waited_for_half_a_minute(
    clock: Clock, max_wait_seconds: float, seconds: float
) -> None:
    assert waited(Outage(max_wait_seconds, clock), clock) == seconds


def test_all_requests_of_an_outage_wait_together_as_long_as_the_sync_waits(clock: Clock) -> None:
    outage = Outage(900, clock)
    for _ in range(2):
        outage.end()
        assert waited(outage, clock) == 1 + 2 + 4 + 8 + 16 + 32 + 13 * 60
        assert waited(outage, clock) == 1 + 2 + 4 + 8 + 16, "what is left of the 900 s"
        clock.now += 60
        assert waited(outage, clock) == 0
