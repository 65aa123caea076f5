"""Requests are as few as Pinterest allows, and smaller after a larger one has failed."""

import math
from collections.abc import Iterator

import pytest
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import GoneError, RepeatedBreakError, ResponseTooLargeError, UrlTooLongError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.request_size import COMMA, Part, RequestSize, request_shape


def calls(ids: int, days: int, ids_per_call: int, days_per_call: int) -> int:
    return math.ceil(ids / ids_per_call) * math.ceil(days / days_per_call)


def best_by_trying(ids: int, days: int) -> tuple[int, int]:
    """The fewest calls of any legal size, and the fewest windows that come with them."""
    return min(
        (
            calls(
                ids, days, min(limits.IDS_PER_ANALYTICS_REQUEST, limits.ROWS_PER_ANALYTICS_REQUEST // window), window
            ),
            math.ceil(days / window),
        )
        for window in range(1, limits.ANALYTICS_WINDOW_DAYS + 1)
    )


SIZES = [
    (ids, days)
    for ids in (
        *range(1, 20),
        39,
        40,
        110,
        111,
        112,
        113,
        125,
        222,
        249,
        250,
        251,
        299,
        333,
        500,
        750,
        1_000,
        5_000,
    )
    for days in (*range(1, 13), 33, 34, 39, 40, 41, 45, 79, 80, 81, 89, 90, 91, 179, 180, 181, 365, 912, 913)
]


def test_no_legal_sizes_make_fewer_calls_or_as_few_with_longer_windows() -> None:
    for ids, days in SIZES:
        ids_per_call, days_per_call = request_shape(ids, days)
        found = calls(ids, days, ids_per_call, days_per_call), math.ceil(days / days_per_call)
        assert found == best_by_trying(ids, days), (ids, days)


def test_sizes_keep_every_limit() -> None:
    for ids, days in SIZES:
        ids_per_call, days_per_call = request_shape(ids, days)
        assert 1 <= ids_per_call <= limits.IDS_PER_ANALYTICS_REQUEST, (ids, days)
        assert 1 <= days_per_call <= limits.ANALYTICS_WINDOW_DAYS, (ids, days)
        assert min(ids, ids_per_call) * days_per_call <= limits.ROWS_PER_ANALYTICS_REQUEST, (ids, days)


def test_few_ids_get_the_longest_window() -> None:
    assert request_shape(111, 90)[1] == 90
    assert request_shape(1, 89)[1] == 89


def test_an_id_that_has_more_rows_than_a_call_may_bring_is_asked_for_alone() -> None:
    assert request_shape(3, 90, rows_a_day=200) == (1, 90)


def test_no_ids_make_no_calls() -> None:
    assert calls(0, 89, *request_shape(0, 89)) == 0


# ---- What has proven too large

TOO_LARGE, TOO_LONG = ResponseTooLargeError("too large"), UrlTooLongError("too long")


@pytest.fixture
def size() -> RequestSize:
    return RequestSize(limits.IDS_PER_ANALYTICS_REQUEST, limits.ANALYTICS_WINDOW_DAYS)


def ids(count: int) -> tuple[str, ...]:
    return tuple(str(10**17 + number) for number in range(count))


def days(count: int) -> DateWindow:
    first = Date(2026, 1, 1)
    return DateWindow(first, first.add(days=count - 1))


def sizes(parts: list[Part]) -> list[tuple[int, int]]:
    return [(len(batch), window.days) for batch, window in parts]


def cells(parts: list[Part]) -> list[tuple[str, str]]:
    return sorted(
        (one, str(window.start.add(days=n))) for batch, window in parts for one in batch for n in range(window.days)
    )


def test_a_request_is_as_large_as_pinterest_allows(size: RequestSize) -> None:
    assert size.parts(ids(250), days(90)) == [(ids(250), days(90))]
    assert sizes(size.parts(ids(251), days(91))) == [(250, 90), (1, 90), (250, 1), (1, 1)]


def test_an_account_as_a_whole_has_no_ids(size: RequestSize) -> None:
    assert size.parts((), days(90)) == [((), days(90))]


@pytest.mark.parametrize(("room", "expected"), [(104, [5]), (103, [4, 1]), (20, [1] * 5), (1, [1] * 5)])
def test_as_many_ids_are_in_a_request_as_fit_into_its_url(size: RequestSize, room: int, expected: list[int]) -> None:
    """An id has 18 characters, and the separator three."""
    parts = size.parts(ids(5), length_without_ids=limits.URL_CHARACTERS - room + 2)

    assert [len(batch) for batch, _ in parts] == expected


def test_words_take_the_room_of_their_escaped_form(size: RequestSize) -> None:
    room = len(f"%C3%A4{COMMA}b+c")

    assert len(size.parts(("ä", "b c"), length_without_ids=limits.URL_CHARACTERS - room)) == 1
    assert len(size.parts(("ä", "b c"), length_without_ids=limits.URL_CHARACTERS - room + 1)) == 2


def test_after_a_refusal_no_request_has_as_many_ids(size: RequestSize) -> None:
    assert sizes(size.too_large(ids(101), days(10), TOO_LARGE)) == [(51, 10), (50, 10)]
    assert sizes(size.parts(ids(60), days(20))) == [(51, 20), (9, 20)]


@pytest.mark.parametrize("some", [(), ids(1)])
@pytest.mark.parametrize(("length", "halves"), [(9, [5, 4]), (2, [1, 1])])
def test_a_single_id_or_an_account_is_halved_by_days(
    size: RequestSize, some: tuple[str, ...], length: int, halves: list[int]
) -> None:
    assert sizes(size.too_large(some, days(length), TOO_LARGE)) == [(len(some), half) for half in halves]
    assert sizes(size.parts(some, days(length))) == [(len(some), half) for half in halves]


@pytest.mark.parametrize(
    ("count", "length", "error"), [(1, 1, TOO_LARGE), (0, 1, TOO_LARGE), (1, 9, TOO_LONG), (0, 9, TOO_LONG)]
)
def test_a_request_that_can_not_be_halved_fails(
    size: RequestSize, count: int, length: int, error: ResponseTooLargeError
) -> None:
    with pytest.raises(type(error)):
        size.too_large(ids(count), days(length), error)


def test_no_day_and_no_id_is_lost_or_requested_twice(size: RequestSize) -> None:
    everything = cells([(ids(7), days(9))])
    assert cells(size.too_large(ids(7), days(9), TOO_LARGE)) == everything
    assert cells(size.too_large(ids(1), days(9), TOO_LARGE)) == cells([(ids(1), days(9))])

    assert cells(size.parts(ids(7), days(9))) == everything


def test_a_smaller_request_that_is_refused_later_makes_no_request_larger(size: RequestSize) -> None:
    for count, length in ((10, 1), (200, 1), (1, 4), (1, 80)):
        size.too_large(ids(count), days(length), TOO_LARGE)

    assert sizes(size.parts(ids(6), days(3))) == [(5, 2), (1, 2), (5, 1), (1, 1)]


def test_a_url_that_is_refused_is_halved_to_4000_characters_at_least(size: RequestSize) -> None:
    size.too_large(ids(250), days(1), TOO_LONG, 3_000)
    assert size.characters == 3_000 + 125 * 21 - 3
    size.too_large(ids(40), days(1), TOO_LONG, 3_000)

    assert size.characters == limits.SAFE_URL_CHARACTERS
    assert size.ids == limits.IDS_PER_ANALYTICS_REQUEST


@pytest.mark.parametrize("error", [RepeatedBreakError("broke off"), GoneError("gone")])
def test_other_errors_halve_a_request_and_no_later_one(error: RepeatedBreakError | GoneError) -> None:
    size = RequestSize(ids=100, halves_on=(GoneError,))
    assert sizes(size.too_large(ids(4), days(1), error)) == [(2, 1), (2, 1)]

    assert size.ids == 100


def test_after_20_successes_days_grow_and_then_ids_and_the_url(size: RequestSize) -> None:
    size.too_large(ids(2), days(60), TOO_LARGE)
    size.too_large(ids(1), days(60), TOO_LARGE)
    size.too_large(ids(2), days(60), TOO_LONG, 3_000)
    seen = []
    for _ in range(4):
        for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER - 1):
            size.worked()
        before = (size.ids, size.days, size.characters)
        size.worked()
        seen.append((before, (size.ids, size.days, size.characters)))

    assert seen == [
        ((1, 30, 4_000), (1, 60, 4_000)),
        ((1, 60, 4_000), (1, 90, 4_000)),
        ((1, 90, 4_000), (2, 90, 8_000)),
        ((2, 90, 8_000), (4, 90, 8_000)),
    ]


def test_a_refusal_starts_the_count_of_successes_anew(size: RequestSize) -> None:
    size.too_large(ids(200), days(90), TOO_LARGE)
    for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER - 1):
        size.worked()
    size.too_large(ids(100), days(40), TOO_LARGE)
    size.worked()

    assert size.ids == 50


def test_a_limit_of_ids_is_never_lifted(size: RequestSize) -> None:
    size.limit_ids(1)
    for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER):
        size.worked()

    assert size.ids == 1


def test_what_is_read_comes_in_order_however_often_it_is_halved() -> None:
    sent = []

    def send(batch: tuple[str, ...], window: DateWindow) -> Iterator[str]:
        sent.append((len(batch), window.days))
        if len(batch) > 1:
            raise ResponseTooLargeError("too large")
        yield from batch

    assert list(RequestSize(ids=4, days=90).read(send, ids(5), days(2))) == list(ids(5))
    assert sent == [(4, 2), (2, 2), *[(1, 2)] * 5]
