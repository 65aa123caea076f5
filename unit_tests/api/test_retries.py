"""A failed request is retried after growing pauses, and an outage uses up no retries."""

import pytest
import requests

from source_pinterest.api.errors import BrokenResponseError, MalformedResponseError, UnavailableError
from source_pinterest.api.retries import Outage, Pauses, RetryPolicy, Tries
from unit_tests.clocks import Clock

NONE = Pauses(first_seconds=0)


def tries(max_retries: int, pauses: Pauses = NONE, max_wait_seconds: float = 900) -> Tries:
    policy = RetryPolicy(max_retries, pauses, Outage(max_wait_seconds, pauses, clock=Clock()))
    return Tries(policy, "boards", "boards/7/pins")


def send(call: Tries, *events: Exception | Outage) -> None:
    """Send a request that fails with these errors and then succeeds. Another request succeeds at each `Outage`."""
    pending = list(events)

    def exchange() -> None:
        while pending:
            event = pending.pop(0)
            if isinstance(event, Exception):
                raise event
            event.end()

    call.response(exchange)


def test_pauses_double_until_the_longest(slept: list[float]) -> None:
    call = tries(8, Pauses())
    for _ in range(8):
        call.failed("HTTP 503.")

    assert slept == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_call_is_given_up_after_so_many_retries_whatever_failed(slept: list[float]) -> None:
    call = tries(3, Pauses(first_seconds=0.5))
    call.failed("HTTP 503.")
    broken = BrokenResponseError("The response breaks off.")
    with pytest.raises(UnavailableError, match=r"failed 4 times in a row.*breaks off"):
        send(call, MalformedResponseError("The response is not JSON."), requests.ReadTimeout(), broken)

    assert slept == [0.5, 1, 2]


def test_a_new_token_is_tried_at_once(slept: list[float]) -> None:
    call = tries(1, Pauses())
    call.rejected("HTTP 401")
    assert slept == []
    call.rejected("HTTP 401")

    assert slept == [1]
    with pytest.raises(UnavailableError):
        call.rejected("HTTP 401")


def test_tries_during_an_outage_are_not_counted() -> None:
    send(tries(0), *[requests.ConnectionError()] * 50)


@pytest.mark.parametrize("max_retries", [0, 2])
def test_a_call_that_fails_while_others_are_answered_is_in_trouble_of_its_own(max_retries: int) -> None:
    outage = Outage(900, NONE, clock=Clock())
    call = Tries(RetryPolicy(max_retries, NONE, outage), "boards", "boards/7/pins")

    error = requests.ConnectionError()
    with pytest.raises(UnavailableError, match=r"boards/7/pins.*ConnectionError"):
        send(call, *[outage, error] * (max_retries + 1), error, outage, error)


def test_a_trouble_of_its_own_is_paused_for_like_any_other(slept: list[float]) -> None:
    outage = Outage(900, NONE, clock=Clock())
    call = Tries(RetryPolicy(3, Pauses(first_seconds=2), outage), "boards", "boards")
    send(call, *[outage, requests.ConnectionError()] * 4)

    assert slept == [2, 4, 8]


def test_answers_before_a_call_say_nothing_of_its_trouble() -> None:
    outage = Outage(900, NONE, clock=Clock())
    for _ in range(5):
        outage.end()
    call = Tries(RetryPolicy(0, NONE, outage), "boards", "boards")
    send(call, *[requests.ConnectionError()] * 20)


def test_an_outage_that_outlasts_the_sync_ends_the_call() -> None:
    call = tries(5, Pauses(first_seconds=1), max_wait_seconds=0.5)

    with pytest.raises(UnavailableError) as raised:
        send(call, requests.ConnectTimeout())
    assert str(raised.value.message) == (
        "boards: Pinterest could not be reached for boards/7/pins. This usually passes: the next sync reads it; if "
        "not, check the network, its proxies and certificates. No connection could be made (ConnectTimeout)."
    )


def test_an_outage_is_logged_with_what_failed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "airbyte"):
        send(tries(1), requests.ConnectTimeout())

    assert caplog.messages == ["Pinterest can't be reached (ConnectTimeout). Retrying in 0 s."]


def test_a_retry_is_logged_with_what_failed(slept: list[float], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "airbyte"):
        tries(1, Pauses(first_seconds=2)).failed("HTTP 503.")

    assert caplog.messages == ["boards: HTTP 503. Retrying in 2 s."]
    assert slept == [2]


def test_a_retry_that_is_not_worth_it_is_given_up(slept: list[float]) -> None:
    is_worth = [True, False]
    policy = RetryPolicy(5, Pauses(first_seconds=2), Outage(900, NONE, clock=Clock()))
    call = Tries(policy, "boards", "boards/7/pins", is_worth_retrying=lambda: is_worth.pop(0))
    call.failed("HTTP 500.")

    with pytest.raises(UnavailableError, match=r"^boards: .*failed 2 times in a row for boards/7/pins.* HTTP 503\.$"):
        call.failed("HTTP 503.")
    assert slept == [2]
