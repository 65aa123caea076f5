"""URLs stay within the longest length, are shortened after a refusal, and grow again."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import requests_mock

from source_pinterest import limits
from source_pinterest.api.errors import (
    ConfigError,
    RejectedError,
    ResponseTooLargeError,
    UnavailableError,
)
from source_pinterest.columns import DEFAULT_COLUMNS
from source_pinterest.dates import DateWindow
from source_pinterest.engine.slices import ids_of
from source_pinterest.streams.analytics.client import check_url_length
from source_pinterest.streams.analytics.levels import AdAccountAnalytics, CampaignAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics
from unit_tests.configs import TODAY
from unit_tests.streams.analytics.test_query import PATH, call, row, rows_of
from unit_tests.streams.pinterest import Pinterest, refused

DAY = DateWindow(TODAY, TODAY)
PAGE = "<html>Request too long</html>"
LONGEST = [str(10**17 + number) for number in range(250)]
"""As many ids as a call may have, as long as they may be."""


class Edge:
    """A CDN that answers itself where an address is too long, in front of a Pinterest that has a row for each id."""

    def __init__(self, mock: requests_mock.Mocker, most: int, status: int, **options: Any) -> None:
        self.pinterest = Pinterest(mock, **options)
        self._most, self._status = most, status
        self.calls: list[tuple[int, int]] = []
        self.lengths: list[int] = []
        self.pinterest.answers(PATH, {"text": self._answer})

    def _answer(self, request: Any, context: Any) -> str:
        ids = request.qs["campaign_ids"][0].split(",")
        self.lengths.append(len(request.url))
        context.status_code = self._status if len(request.url) > self._most else 200
        self.calls.append((len(ids), context.status_code))
        return PAGE if context.status_code != 200 else str([row(one) for one in ids]).replace("'", '"')

    def read(self, ids: list[str]) -> list[str]:
        return sorted(record["CAMPAIGN_ID"] for record in rows_of(self.pinterest, call(DAY, *ids)))


def test_no_address_is_longer_than_the_longest(mock: requests_mock.Mocker) -> None:
    edge = Edge(mock, 10**6, 414)

    assert edge.read(LONGEST) == LONGEST
    assert len(edge.calls) == 2
    assert max(edge.lengths) <= limits.URL_CHARACTERS


def test_ids_of_the_usual_length_go_into_one_call(mock: requests_mock.Mocker) -> None:
    edge = Edge(mock, 10**6, 414)
    edge.read([str(626_730_000_000 + number) for number in range(250)])

    assert [count for count, _ in edge.calls] == [250]


@pytest.mark.parametrize("status", [400, 414, 431])
def test_an_address_that_is_refused_without_a_word_of_pinterests_is_halved(
    mock: requests_mock.Mocker, status: int
) -> None:
    edge = Edge(mock, 5_000, status)

    assert edge.read(LONGEST) == LONGEST
    assert [code for _, code in edge.calls] == [status, status, 200, 200, 200, 200, 200][: len(edge.calls)]
    assert [count for count, _ in edge.calls][:2] == [249, 125]


@pytest.mark.parametrize(("status", "error"), [(400, RejectedError), (414, ResponseTooLargeError)])
def test_an_address_of_4000_characters_is_not_to_blame(
    mock: requests_mock.Mocker, status: int, error: type[Exception]
) -> None:
    edge = Edge(mock, 0, status)

    with pytest.raises(error):
        edge.read(LONGEST)
    assert min(edge.lengths) <= limits.SAFE_URL_CHARACTERS


def test_what_pinterest_itself_refuses_is_not_a_matter_of_length(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, refused(400, 1, "No"))

    with pytest.raises(RejectedError):
        rows_of(pinterest, call(DAY, *LONGEST[:120]))
    assert pinterest.asked(PATH)[0]["campaign_ids"][0].count(",") == 119
    assert not [asked for asked in pinterest.asked(PATH) if asked["campaign_ids"][0].count(",") == 59]


@pytest.mark.parametrize("status", [502, 503])
def test_an_outage_makes_no_call_smaller(mock: requests_mock.Mocker, status: int) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    down = {"status_code": status, "text": PAGE}
    pinterest.answers(PATH, down, down, {"json": []})

    with pytest.raises(UnavailableError):
        rows_of(pinterest, call(DAY, *LONGEST[:125]))
    assert [len(asked["campaign_ids"][0].split(",")) for asked in pinterest.asked(PATH)] == [125, 125]


def test_slices_have_as_many_ids_as_fit_into_an_address(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, start_date=str(TODAY))
    pinterest.lists("ad_accounts", "11")
    pinterest.lists("ad_accounts/11/campaigns", *LONGEST)
    counts = [len(ids_of(one) or ()) for one in pinterest.slices(CampaignAnalytics)]
    edge = Edge(mock, 10**6, 414)
    for count in counts:
        edge.read(LONGEST[:count])

    assert sum(counts) == len(LONGEST)
    assert [count for count, _ in edge.calls] == counts, "no slice takes two calls"
    assert len(counts) == 2


def test_ids_are_asked_for_one_by_one_where_the_columns_leave_no_room_for_two(mock: requests_mock.Mocker) -> None:
    wide = Edge(mock, 10**6, 414, analytics_columns=MANY[:130])
    wide.read(["1"])
    [length] = wide.lengths
    edge = Edge(mock, length, 414, analytics_columns=MANY[:130])

    assert edge.read(["1", "2"]) == ["1", "2"]
    assert edge.calls == [(2, 414), (1, 200), (1, 200)]
    assert length > limits.SAFE_URL_CHARACTERS


def test_one_id_that_is_refused_for_its_address_is_not_asked_for_again(mock: requests_mock.Mocker) -> None:
    edge = Edge(mock, 0, 414, analytics_columns=MANY[:130])

    with pytest.raises(ResponseTooLargeError):
        edge.read(["1"])
    assert edge.calls == [(1, 414)]


# ---- Columns that leave no room

MANY = [f"TOTAL_A_COLUMN_OF_NEXT_YEAR_{number:03}" for number in range(300)]


@pytest.fixture
def crowded(mock: requests_mock.Mocker) -> Callable[[int], Pinterest]:
    """A config of so many columns of one length."""
    return lambda count: Pinterest(mock, analytics_columns=MANY[:count])


def test_columns_that_leave_room_for_too_few_ids_are_refused(
    crowded: Callable[[int], Pinterest],
) -> None:
    with pytest.raises(ConfigError, match=r"Analytics Columns.*300 .*Custom Reports") as raised:
        crowded(300).stream(CampaignAnalytics).check_room()
    fit = next(int(word) for word in str(raised.value.message).split() if word.isdecimal() and word != "300")

    assert crowded(fit).stream(CampaignAnalytics).check_room() is None
    with pytest.raises(ConfigError):
        crowded(fit + 1).stream(CampaignAnalytics).check_room()


@pytest.mark.parametrize(("least_ids", "fit"), [(0, 70), (10, 67)])
def test_as_many_columns_fit_as_leave_room_for_the_ids(least_ids: int, fit: int) -> None:
    """Of 100 characters each with what stands between them, beside 1,000 others; an id has 21."""

    def length(columns: Sequence[str]) -> int:
        return 1_000 + 100 * len(columns)

    with pytest.raises(ConfigError, match=f"800 columns make the URL of a request too long for Pinterest; {fit} of th"):
        check_url_length(["C" * 97] * 800, length, least_ids)
    check_url_length(["C" * 97] * fit, length, least_ids)


def test_streams_of_entities_leave_room_for_ids_and_that_of_accounts_does_not(
    crowded: Callable[[int], Pinterest],
) -> None:
    def fit(stream: type[QueryAnalytics]) -> int:
        with pytest.raises(ConfigError) as raised:
            crowded(300).stream(stream).check_room()
        return int(str(raised.value.message).split("; ")[1].split()[0])

    ids = limits.IDS_WORTH_A_REQUEST * (limits.MAX_ID_DIGITS + len("%2C")) / (len(MANY[0]) + len("%2C"))
    assert fit(AdAccountAnalytics) - fit(CampaignAnalytics) == pytest.approx(ids, abs=2)


def test_an_account_needs_no_room_for_ids(crowded: Callable[[int], Pinterest]) -> None:
    with pytest.raises(ConfigError):
        crowded(220).stream(CampaignAnalytics).check_room()
    crowded(220).stream(AdAccountAnalytics).check_room()
    with pytest.raises(ConfigError):
        crowded(300).stream(AdAccountAnalytics).check_room()


def test_the_usual_columns_leave_room(pinterest: Pinterest) -> None:
    assert len(DEFAULT_COLUMNS) == 112
    pinterest.stream(CampaignAnalytics).check_room()
