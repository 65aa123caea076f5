"""Requests are as few as Pinterest allows, smaller after a larger one has failed, and without rejected names."""

import pytest
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    PinterestError,
    ResponseTooLargeError,
)
from source_pinterest.dates import DateWindow
from source_pinterest.engine.request_splitting import COMMA, RequestSpec, RequestSplitter, named_in

TOO_LARGE = ResponseTooLargeError("too large")


@pytest.fixture
def splitter() -> RequestSplitter:
    return RequestSplitter(limits.IDS_PER_ANALYTICS_REQUEST, limits.ANALYTICS_WINDOW_DAYS)


def ids(count: int) -> tuple[str, ...]:
    return tuple(str(10**17 + number) for number in range(count))


def days(count: int) -> DateWindow:
    first = Date(2026, 1, 1)
    return DateWindow(first, first.add(days=count - 1))


def whole(count: int, length: int = 1) -> RequestSpec:
    return RequestSpec("11", ids=ids(count), window=days(length))


def size_of(spec: RequestSpec) -> tuple[int, int]:
    return len(spec.ids), spec.window.days


def sizes(splitter: RequestSplitter, wanted: RequestSpec, length_without_ids: int = 0) -> list[tuple[int, int]]:
    """The ids and days of each request."""
    return list(splitter.read(wanted, size_of, length_without_ids))


def sizes_after(error: PinterestError, splitter: RequestSplitter, wanted: RequestSpec) -> list[tuple[int, int]]:
    """The same where the first request fails with an error."""
    errors = [error]

    def send(spec: RequestSpec) -> tuple[int, int]:
        if errors:
            raise errors.pop()
        return size_of(spec)

    return list(splitter.read(wanted, send))


def test_a_request_is_as_large_as_pinterest_allows(splitter: RequestSplitter) -> None:
    assert list(splitter.read(whole(250, 90), lambda spec: spec)) == [whole(250, 90)]
    assert sizes(splitter, whole(251, 91)) == [(126, 90), (125, 90), (126, 1), (125, 1)], "evenly"
    assert list(splitter.read(whole(0, 90), lambda spec: spec)) == [whole(0, 90)], "an account as a whole has no ids"


@pytest.mark.parametrize(("room", "expected"), [(104, [5]), (103, [3, 2]), (1, [1] * 5)])
def test_a_request_has_as_many_ids_as_its_url_takes(splitter: RequestSplitter, room: int, expected: list[int]) -> None:
    """An id has 18 characters, and the separator three."""
    found = sizes(splitter, whole(5), length_without_ids=limits.URL_CHARACTERS - room + 2)

    assert [count for count, _ in found] == expected


def test_words_count_with_the_length_of_their_escaped_form(splitter: RequestSplitter) -> None:
    room, words = len(f"%C3%A4{COMMA}b+c"), RequestSpec(ids=("ä", "b c"))

    assert len(sizes(splitter, words, length_without_ids=limits.URL_CHARACTERS - room)) == 1
    assert len(sizes(splitter, words, length_without_ids=limits.URL_CHARACTERS - room + 1)) == 2


def test_a_request_that_is_rejected_for_its_size_is_halved_and_no_later_one_is_smaller(
    splitter: RequestSplitter,
) -> None:
    for _ in range(2):
        assert sizes_after(TOO_LARGE, splitter, whole(101, 10)) == [(51, 10), (50, 10)]


@pytest.mark.parametrize("count", [0, 1])
def test_a_request_that_can_not_be_halved_fails(splitter: RequestSplitter, count: int) -> None:
    with pytest.raises(ResponseTooLargeError):
        sizes_after(TOO_LARGE, splitter, whole(count, 9))


COLUMNS = tuple(f"COLUMN_{number}" for number in range(112))


@pytest.mark.parametrize("name", ["COLUMN_7", "COLUMN_70"])
@pytest.mark.parametrize(
    "says",
    [
        "columns {} is not supported",
        "Parameter 'metric_types' (value {}) is not one of COLUMN_1, COLUMN_2, COLUMN_3",
        "{} is not a valid column. Allowed values are: COLUMN_1, COLUMN_2, COLUMN_3",
        "Metric {} is not available at level KEYWORD",
    ],
)
def test_a_message_rejects_the_name_that_it_does_not_list_as_allowed(says: str, name: str) -> None:
    assert named_in(says.format(name), COLUMNS) == {name}


@pytest.mark.parametrize(("named", "of", "is_meant"), [(1, 1, True), (2, 2, False), (5, 10, True), (6, 10, False)])
def test_a_message_that_names_more_than_half_only_lists_them(named: int, of: int, is_meant: bool) -> None:
    message = f"Invalid request: {' '.join(COLUMNS[:named])}"

    assert named_in(message, COLUMNS[:of]) == (set(COLUMNS[:named]) if is_meant else set())
