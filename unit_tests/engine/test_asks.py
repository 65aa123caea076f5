"""Requests are as few as Pinterest allows, and smaller after a larger one has failed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    ConfigError,
    GoneError,
    PinterestError,
    Reason,
    RefusedError,
    ResponseTooLargeError,
    SliceError,
    UnavailableError,
)
from source_pinterest.dates import DateWindow
from source_pinterest.engine.asks import COMMA, Ask, Asks, Failure
from unit_tests.properties.days import days_of

TOO_LARGE = ResponseTooLargeError("too large")
TOO_LONG = ResponseTooLargeError("too long", reason=Reason.URL_TOO_LONG)


@pytest.fixture
def asks() -> Asks:
    return Asks(limits.IDS_PER_ANALYTICS_REQUEST, limits.ANALYTICS_WINDOW_DAYS)


def ids(count: int) -> tuple[str, ...]:
    return tuple(str(10**17 + number) for number in range(count))


def days(count: int) -> DateWindow:
    first = Date(2026, 1, 1)
    return DateWindow(first, first.add(days=count - 1))


def whole(count: int, length: int = 1) -> Ask:
    return Ask(ids=ids(count), window=days(length))


def size_of(ask: Ask) -> tuple[int, int]:
    return len(ask.ids), ask.window.days


def sizes(asks: Asks, wanted: Ask, length_without_ids: int = 0) -> list[tuple[int, int]]:
    """The ids and days of each request."""
    return list(asks.read(wanted, size_of, length_without_ids))


def sizes_after(error: PinterestError, asks: Asks, wanted: Ask) -> list[tuple[int, int]]:
    """The same where the first request fails with an error."""
    errors = [error]

    def send(ask: Ask) -> tuple[int, int]:
        if errors:
            raise errors.pop()
        return size_of(ask)

    return list(asks.read(wanted, send))


def test_a_request_is_as_large_as_pinterest_allows(asks: Asks) -> None:
    assert list(asks.read(whole(250, 90), lambda ask: ask)) == [whole(250, 90)]
    assert sizes(asks, whole(251, 91)) == [(250, 90), (1, 90), (250, 1), (1, 1)]
    assert list(asks.read(whole(0, 90), lambda ask: ask)) == [whole(0, 90)], "an account as a whole has no ids"


@pytest.mark.parametrize(("room", "expected"), [(104, [5]), (103, [4, 1]), (1, [1] * 5)])
def test_a_request_has_as_many_ids_as_its_url_takes(asks: Asks, room: int, expected: list[int]) -> None:
    """An id has 18 characters, and the separator three."""
    found = sizes(asks, whole(5), length_without_ids=limits.URL_CHARACTERS - room + 2)

    assert [count for count, _ in found] == expected


def test_words_count_with_the_length_of_their_escaped_form(asks: Asks) -> None:
    room, words = len(f"%C3%A4{COMMA}b+c"), Ask(ids=("ä", "b c"))

    assert len(sizes(asks, words, length_without_ids=limits.URL_CHARACTERS - room)) == 1
    assert len(sizes(asks, words, length_without_ids=limits.URL_CHARACTERS - room + 1)) == 2


def test_a_request_that_is_refused_for_its_size_is_halved_and_no_later_one_is_smaller(asks: Asks) -> None:
    for error in (TOO_LARGE, ResponseTooLargeError("broke off", reason=Reason.BROKE_OFF), TOO_LARGE):
        assert sizes_after(error, asks, whole(101, 10)) == [(51, 10), (50, 10)]


@pytest.mark.parametrize("count", [0, 1])
def test_a_single_id_or_an_account_is_halved_by_days(asks: Asks, count: int) -> None:
    assert sizes_after(TOO_LARGE, asks, whole(count, 9)) == [(count, 5), (count, 4)]


@pytest.mark.parametrize(("count", "length", "error"), [(1, 1, TOO_LARGE), (0, 1, TOO_LARGE), (1, 9, TOO_LONG)])
def test_a_request_that_can_not_be_halved_fails(
    asks: Asks, count: int, length: int, error: ResponseTooLargeError
) -> None:
    with pytest.raises(type(error)):
        sizes_after(error, asks, whole(count, length))


def test_an_error_that_is_none_of_size_is_raised(asks: Asks) -> None:
    with pytest.raises(GoneError):
        sizes_after(GoneError("gone"), asks, whole(4))


def test_responses_come_in_order_after_any_number_of_halvings() -> None:
    sent = []

    def send(ask: Ask) -> str:
        sent.append(size_of(ask))
        if len(ask.ids) > 1:
            raise TOO_LARGE
        return ask.ids[0]

    assert list(Asks(ids=4, days=90).read(whole(5, 2), send)) == list(ids(5))
    assert sent == [(4, 2), *[(2, 2), (1, 2), (1, 2)] * 2, (1, 2)]


Bad = Callable[[Ask], PinterestError | None]
FAILED = UnavailableError("HTTP 503", reason=Reason.SERVER_ERROR)
REFUSED, GATEWAY = RefusedError("no"), UnavailableError("HTTP 403", reason=Reason.STILL_REFUSED)
LENGTH = 8


class Pinterest:
    """Answers each request with an error or its ids, and notes them."""

    def __init__(self, bad: Bad) -> None:
        self.asks = Asks(ids=250, days=90)
        self.bad = bad
        self.sent: list[Ask] = []
        self.failures: list[Failure] = []

    def read(self, wanted: Ask) -> set[tuple[str, int]]:
        """The ids and days that come."""
        self.sent, self.failures = [], []
        came = self.asks.read(wanted, self._send, failures=self.failures)
        found = [pair for ask in came for pair in product(ask.ids or ("",), days_of([ask.window]))]
        assert len(found) == len(set(found))
        return set(found)

    def _send(self, ask: Ask) -> Ask:
        self.sent.append(ask)
        if error := self.bad(ask):
            raise error
        return ask

    def failed(self) -> list[tuple[tuple[str, ...], int]]:
        return [(failure.ask.ids, failure.ask.window.days) for failure in self.failures]


def about(error: PinterestError, *places: int) -> Bad:
    """Fails what names one of these ids."""
    return lambda ask: error if {ids(250)[place] for place in places} & set(ask.ids) else None


def all_but(wanted: Ask, *places: int) -> set[tuple[str, int]]:
    kept = [one for place, one in enumerate(wanted.ids) if place not in places]
    return set(product(kept, days_of([wanted.window])))


@pytest.mark.parametrize("error", [REFUSED, GATEWAY, FAILED])
@pytest.mark.parametrize("places", [(30,), (0, 58), (2, 13, 21, 22, 40, 58)])
def test_ids_that_fail_cost_themselves_alone(error: PinterestError, places: tuple[int, ...]) -> None:
    pinterest, wanted = Pinterest(about(error, *places)), whole(60, LENGTH)

    assert pinterest.read(wanted) == all_but(wanted, *places)
    assert pinterest.failed() == [((ids(60)[place],), LENGTH) for place in places]
    assert all(failure.is_refused == (error is REFUSED) for failure in pinterest.failures)
    assert len(pinterest.sent) <= 2 + 14 * len(places)


def test_ids_that_are_found_in_too_many_requests_fail_unread() -> None:
    pinterest, wanted = Pinterest(about(REFUSED, *range(100, 250, 2))), whole(250)
    came = pinterest.read(wanted)

    assert len(pinterest.sent) <= 100
    failed = {one for failure in pinterest.failures for one in failure.ask.ids}
    assert {one for one, _ in came} | failed == set(wanted.ids)
    assert all(failure.is_refused == (len(failure.ask.ids) == 1) for failure in pinterest.failures[:-9])
    assert not pinterest.failures[-1].is_refused


@pytest.mark.parametrize(("count", "most_requests"), [(1, 1), (3, 5), (250, 24)])
def test_an_account_of_which_all_ids_are_refused_is_refused(count: int, most_requests: int) -> None:
    pinterest = Pinterest(lambda _: REFUSED)

    with pytest.raises(RefusedError):
        pinterest.read(whole(count, LENGTH))
    assert len(pinterest.sent) <= most_requests


def test_later_batches_of_a_refused_account_take_a_request_each() -> None:
    pinterest = Pinterest(lambda _: REFUSED)
    for _ in range(2):
        with pytest.raises(RefusedError):
            pinterest.read(whole(250))

    assert len(pinterest.sent) == 1


def test_of_an_account_that_was_read_refused_ids_alone_in_a_request_are_left_out() -> None:
    pinterest, others = Pinterest(about(REFUSED, 0, 1)), replace(whole(4), ids=ids(4)[2:])
    assert len(pinterest.read(others)) == 2

    assert not pinterest.read(whole(2))
    assert len(pinterest.failures) == 2


def test_an_account_that_is_refused_in_the_middle_is_not_left_out_id_by_id() -> None:
    pinterest = Pinterest(lambda _: None)
    assert len(pinterest.read(whole(30))) == 30

    pinterest.bad = lambda _: REFUSED
    with pytest.raises(RefusedError):
        pinterest.read(whole(30))


@pytest.mark.parametrize(("count", "length"), [(60, LENGTH), (1, LENGTH), (0, LENGTH)])
def test_an_outage_takes_two_probes_without_a_retry(count: int, length: int) -> None:
    pinterest, wanted = Pinterest(lambda _: FAILED), whole(count, length)

    with pytest.raises(UnavailableError, match="503"):
        pinterest.read(wanted)
    assert pinterest.sent == [wanted, wanted.smallest(0), wanted.smallest(-1)]
    assert {(probe.max_retries, *size_of(probe)) for probe in pinterest.sent[1:]} == {(0, min(count, 1), 1)}


def test_an_outage_in_the_middle_of_a_request_ends_it_after_two_ids() -> None:
    pinterest = Pinterest(lambda ask: FAILED if len(ask.ids) > 30 or len(pinterest.sent) > 3 else None)

    with pytest.raises(UnavailableError, match="503"):
        pinterest.read(whole(60, LENGTH))
    assert len(pinterest.sent) < 30


def test_a_probe_that_is_refused_shows_that_pinterest_answers() -> None:
    def bad(ask: Ask) -> PinterestError | None:
        return FAILED if len(ask.ids) > 30 else about(REFUSED, 0, 59)(ask)

    pinterest, wanted = Pinterest(bad), whole(60, LENGTH)
    assert pinterest.read(wanted) == all_but(wanted, 0, 59)


def test_a_request_that_is_too_much_is_read_in_parts_with_one_retry_each() -> None:
    pinterest = Pinterest(lambda ask: FAILED if len(ask.ids) * ask.window.days > 10 else None)

    assert len(pinterest.read(whole(4, 5))) == 20
    assert [(*size_of(ask), ask.max_retries) for ask in pinterest.sent] == [(4, 5, None), (1, 1, 0), *[(2, 5, 1)] * 2]
    assert not pinterest.failures


@pytest.mark.parametrize("count", [0, 1])
def test_a_day_of_a_single_id_or_an_account_costs_itself_alone(count: int) -> None:
    odd = days(3).end
    pinterest = Pinterest(lambda ask: FAILED if ask.window.start <= odd <= ask.window.end else None)
    came = pinterest.read(whole(count, LENGTH))

    assert {day for _, day in came} == days_of([days(LENGTH)]) - {odd.toordinal()}
    assert [failure.ask.window for failure in pinterest.failures] == [DateWindow(odd, odd)]


@pytest.mark.parametrize("error", [UnavailableError("not reached"), SliceError("form"), ConfigError("no")])
def test_an_error_of_no_part_fails_the_whole(error: PinterestError) -> None:
    pinterest = Pinterest(lambda _: error)

    with pytest.raises(type(error)):
        pinterest.read(whole(4, 4))
    assert len(pinterest.sent) == 1
