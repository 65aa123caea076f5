"""Requests are as few as Pinterest allows, smaller after a larger one has failed, and without rejected names."""

from collections.abc import Callable, Collection
from itertools import product

import pytest
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    AccessDeniedError,
    BadRequestError,
    ConfigError,
    ErrorReason,
    NotFoundError,
    PinterestError,
    ResponseTooLargeError,
    TaskError,
    UnavailableError,
)
from source_pinterest.dates import DateWindow
from source_pinterest.engine.request_splitting import COMMA, Rejection, RequestSpec, RequestSplitter, named_in
from unit_tests.properties.days import days_of

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


def test_an_error_that_is_none_of_size_is_raised(splitter: RequestSplitter) -> None:
    with pytest.raises(NotFoundError):
        sizes_after(NotFoundError("gone"), splitter, whole(4))


Bad = Callable[[RequestSpec], PinterestError | None]
FAILED = UnavailableError("HTTP 503", reason=ErrorReason.SERVER_ERROR)
REJECTD = AccessDeniedError("no")
LENGTH = 8


class Pinterest:
    """Answers each request with an error or its ids, and notes them."""

    def __init__(self, bad: Bad) -> None:
        self.splitter = RequestSplitter(ids=250, days=90)
        self.bad = bad
        self.sent: list[RequestSpec] = []
        self.rejections: list[Rejection] = []

    def read(self, wanted: RequestSpec) -> set[tuple[str, int]]:
        """The ids and days that come."""
        self.sent, self.rejections = [], []
        came = self.splitter.read(wanted, self._send, rejections=self.rejections)
        found = [pair for spec in came for pair in product(spec.ids or ("",), days_of([spec.window]))]
        assert len(found) == len(set(found))
        return set(found)

    def _send(self, spec: RequestSpec) -> RequestSpec:
        self.sent.append(spec)
        if error := self.bad(spec):
            raise error
        return spec


def about(error: PinterestError, *places: int) -> Bad:
    """Fails what names one of these ids."""
    return lambda spec: error if {ids(250)[place] for place in places} & set(spec.ids) else None


def all_but(wanted: RequestSpec, *places: int) -> set[tuple[str, int]]:
    kept = [one for place, one in enumerate(wanted.ids) if place not in places]
    return set(product(kept, days_of([wanted.window])))


@pytest.mark.parametrize("error", [REJECTD, NotFoundError("gone"), BadRequestError("no", quote="no")])
@pytest.mark.parametrize("places", [(30,), (0, 58), (2, 13, 21, 22, 40, 58), range(20), range(230, 250)], ids=str)
def test_ids_that_are_rejected_cost_themselves_alone(error: PinterestError, places: Collection[int]) -> None:
    pinterest, wanted = Pinterest(about(error, *places)), whole(250, LENGTH)

    assert pinterest.read(wanted) == all_but(wanted, *places)
    assert {spec.ids[0] for spec, _ in pinterest.rejections} == {ids(250)[place] for place in places}
    assert all((len(spec.ids), spec.window.days) == (1, LENGTH) for spec, _ in pinterest.rejections)
    assert len(pinterest.sent) <= 1 + 16 * len(places)


@pytest.mark.parametrize(("count", "requests"), [(1, 1), (3, 4), (250, 10)])
def test_an_account_of_which_the_first_two_ids_are_rejected_is_rejected(count: int, requests: int) -> None:
    pinterest = Pinterest(lambda _: REJECTD)

    with pytest.raises(AccessDeniedError):
        pinterest.read(whole(count, LENGTH))
    assert len(pinterest.sent) <= requests


@pytest.mark.parametrize("error", [FAILED, TaskError("form"), ConfigError("no")])
def test_a_request_without_an_answer_or_with_another_error_fails_as_a_whole(error: PinterestError) -> None:
    pinterest = Pinterest(lambda _: error)

    with pytest.raises(type(error)):
        pinterest.read(whole(4, 4))
    assert len(pinterest.sent) == 1


COLUMNS = tuple(f"COLUMN_{number}" for number in range(112))
WANTED = RequestSpec("11", (), DateWindow.from_pair(["2026-11-01", "2026-11-07"]), {"columns": ("ENTITY_ID", *COLUMNS)})


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
