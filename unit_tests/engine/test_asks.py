"""Requests are as few as Pinterest allows, and smaller after a larger one has failed."""

import math
from collections.abc import Callable

import pytest
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    GoneError,
    PinterestError,
    Reason,
    ResponseTooLargeError,
    UnavailableError,
)
from source_pinterest.dates import DateWindow
from source_pinterest.engine.asks import COMMA, Ask, Asks, request_shape


def cost(ids: int, days: int, ids_per_call: int, days_per_call: int) -> tuple[int, int]:
    """The calls, and the windows that they make."""
    windows = math.ceil(days / days_per_call)
    return math.ceil(ids / ids_per_call) * windows, windows


def least_cost(ids: int, days: int) -> tuple[int, int]:
    shapes = [
        (min(limits.IDS_PER_ANALYTICS_REQUEST, limits.ROWS_PER_ANALYTICS_REQUEST // window), window)
        for window in range(1, limits.ANALYTICS_WINDOW_DAYS + 1)
    ]
    return min(cost(ids, days, *shape) for shape in shapes)


def test_the_shape_of_requests_is_the_cheapest() -> None:
    for ids in (0, 1, 2, 19, 40, 110, 111, 112, 125, 249, 250, 251, 333, 1_000, 5_000):
        for days in (1, 2, 12, 33, 40, 41, 45, 89, 90, 91, 180, 181, 913):
            assert cost(ids, days, *request_shape(ids, days)) == least_cost(ids, days), (ids, days)


def test_an_id_that_has_more_rows_than_a_call_may_bring_is_asked_for_alone() -> None:
    assert request_shape(3, 90, rows_a_day=200) == (1, 90)


# ---- What has proven too large

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


def test_a_request_that_is_refused_for_its_size_is_halved_and_later_ones_after_a_second_refusal(asks: Asks) -> None:
    assert sizes_after(TOO_LARGE, asks, whole(101, 10)) == [(51, 10), (50, 10)]
    assert sizes(asks, whole(101, 20)) == [(101, 20)]

    assert sizes_after(TOO_LARGE, asks, whole(101, 10)) == [(51, 10), (50, 10)]
    for _ in range(30):
        assert sizes(asks, whole(60, 20)) == [(51, 20), (9, 20)], "for the rest of the sync"


@pytest.mark.parametrize("count", [0, 1])
def test_a_single_id_or_an_account_is_halved_by_days(asks: Asks, count: int) -> None:
    halves = [(count, 5), (count, 4)]

    for _ in range(2):
        assert sizes_after(TOO_LARGE, asks, whole(count, 9)) == halves
    assert sizes(asks, whole(count, 9)) == halves


@pytest.mark.parametrize(("count", "length", "error"), [(1, 1, TOO_LARGE), (0, 1, TOO_LARGE), (1, 9, TOO_LONG)])
def test_a_request_that_can_not_be_halved_fails(
    asks: Asks, count: int, length: int, error: ResponseTooLargeError
) -> None:
    with pytest.raises(type(error)):
        sizes_after(error, asks, whole(count, length))


def test_a_request_that_is_refused_later_makes_no_request_larger(asks: Asks) -> None:
    for count, length in ((10, 1), (9, 1), (5, 1), (1, 80), (1, 40)):
        sizes_after(TOO_LARGE, asks, whole(count, length))

    assert (asks.ids, asks.days) == (3, 20)


@pytest.mark.parametrize("error", [ResponseTooLargeError("broke off", reason=Reason.BROKE_OFF), GoneError("gone")])
def test_other_errors_halve_a_request_and_no_later_one(error: ResponseTooLargeError | GoneError) -> None:
    asks = Asks(ids=100, halves_on=lambda error: isinstance(error, GoneError))
    for _ in range(2):
        assert sizes_after(error, asks, whole(4)) == [(2, 1), (2, 1)]

    assert asks.ids == 100


def test_an_error_that_is_none_of_size_is_raised(asks: Asks) -> None:
    with pytest.raises(GoneError):
        sizes_after(GoneError("gone"), asks, whole(4))


def test_a_limit_of_ids_is_never_lifted(asks: Asks) -> None:
    asks.limit_ids(1)

    assert sizes(asks, whole(2)) == [(1, 1)] * 2


def test_responses_come_in_order_after_any_number_of_halvings() -> None:
    sent = []

    def send(ask: Ask) -> str:
        sent.append(size_of(ask))
        if len(ask.ids) > 1:
            raise TOO_LARGE
        return ask.ids[0]

    assert list(Asks(ids=4, days=90).read(whole(5, 2), send)) == list(ids(5))
    assert sent == [(4, 2), (2, 2), *[(1, 2)] * 5]


# ---- What Pinterest fails in every try


class Failing:
    """Fails each request that it is told to, and notes the ids, the days and the most retries of all."""

    def __init__(self, *fails: Callable[[tuple[str, ...], DateWindow], bool], max_lost_parts: int | None = 1) -> None:
        self.asks = Asks(ids=250, days=90, max_lost=max_lost_parts)
        self.fails = fails
        self.sent: list[tuple[int, int, int | None]] = []

    def read(self, count: int, length: int) -> list[str]:
        """What comes until all is read, or until an error."""
        came: list[str] = []
        try:
            for found in self.asks.read(whole(count, length), self._send):
                came += found
        except UnavailableError:
            came.append("an error")
        return came

    def _send(self, ask: Ask) -> list[str]:
        self.sent.append((*size_of(ask), ask.max_retries))
        if any(fails(ask.ids, ask.window) for fails in self.fails):
            raise UnavailableError("HTTP 503", reason=Reason.SERVER_ERROR)
        return [f"{one} {ask.window}" for one in ask.ids]

    def sizes(self) -> list[tuple[int, int, int | None]]:
        """The requests since the last call."""
        sent, self.sent = self.sent, []
        return sent


def test_a_request_is_not_halved_because_pinterest_could_not_be_reached() -> None:
    with pytest.raises(UnavailableError):
        sizes_after(UnavailableError("not reached"), Asks(ids=100, max_lost=1), whole(4))


def is_everything(batch: tuple[str, ...], window: DateWindow) -> bool:
    return bool(batch and window)


def holds(position: int, day: int) -> Callable[[tuple[str, ...], DateWindow], bool]:
    return lambda batch, window: ids(9)[position] in batch and window.start <= Date(2026, 1, day) <= window.end


def test_a_request_that_is_too_much_is_halved_with_one_retry_and_no_later_one_is_smaller() -> None:
    pinterest = Failing(lambda batch, window: len(batch) * window.days > 10)

    assert len(pinterest.read(4, 5)) == 4
    assert pinterest.sizes() == [(4, 5, None), (2, 5, 1), (2, 5, 1)]
    assert len(pinterest.read(1, 20)) == 2
    assert pinterest.sizes() == [(1, 20, None), (1, 10, 1), (1, 10, 1)]
    assert (pinterest.asks.ids, pinterest.asks.days) == (250, 90)


def test_an_outage_is_split_down_once_and_again_after_a_success() -> None:
    pinterest, down = Failing(is_everything), [(4, 4, None), (2, 4, 1), (1, 4, 1), (1, 2, 1), (1, 1, 1), (1, 1, 1)]

    assert (pinterest.read(4, 4), pinterest.sizes()) == (["an error"], down)
    for _ in range(2):
        assert (pinterest.read(4, 4), pinterest.sizes()) == (["an error"], [(4, 4, None)])
    pinterest.fails = ()
    pinterest.read(1, 1)
    pinterest.fails, _ = (is_everything,), pinterest.sizes()
    assert (pinterest.read(4, 4), pinterest.sizes()) == (["an error"], down)


def test_a_smallest_part_that_fails_costs_itself_and_a_second_one_the_rest() -> None:
    pinterest = Failing(holds(1, 2))
    *came, last = pinterest.read(4, 4)
    assert (len(came), last) == (3 + 2, "an error"), "of the second id, the days 1 and 3 to 4"

    pinterest.fails = (holds(1, 2), holds(2, 4))
    *came, last = pinterest.read(4, 4)
    assert (len(came), last) == (1 + 2 + 2, "an error"), "of the third id, the days 1 to 2 and 3"
    assert len(pinterest.sizes()) < 25
    pinterest.asks = Asks(ids=250, days=90, max_lost=0)
    assert len(pinterest.read(4, 4)) == 1 + 1 + 1, "the first id, a day of the second, and an error"
    pinterest.fails = (lambda batch, _: len(batch) > 1,)
    assert len(pinterest.read(2, 1)) == 2, "parts have succeeded meanwhile, so it was no outage"


@pytest.mark.parametrize(("count", "length", "max_lost_parts"), [(1, 1, 1), (9, 9, None)])
def test_a_request_that_is_not_halved_fails_with_all_its_retries(
    count: int, length: int, max_lost_parts: int | None
) -> None:
    pinterest = Failing(is_everything, max_lost_parts=max_lost_parts)

    assert (pinterest.read(count, length), pinterest.sizes()) == (["an error"], [(count, length, None)])
