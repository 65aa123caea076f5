"""Are the searches for all keywords asked for, in calls that Pinterest takes?"""

from typing import Any

import pytest
import requests_mock

from source_pinterest import limits
from source_pinterest.api.errors import ResponseTooLargeError, UnavailableError
from source_pinterest.engine.slices import failure_of, partition_slice
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import AdGroups, Campaigns
from source_pinterest.streams.ads.keywords import KeywordMetrics, Keywords
from unit_tests.streams.pinterest import Pinterest, page, refused

KEYWORDS, METRICS = "ad_accounts/11/keywords", "ad_accounts/11/keywords/metrics"


def of_account(*keywords: str) -> Any:
    return partition_slice({"ad_account_id": "11"}, keywords=keywords)


def found(request: Any, _: Any) -> dict[str, Any]:
    """An answer about all keywords that a call names."""
    asked = request.qs["keywords"][0].split(",")
    return {"data": [{"keyword": keyword, "metrics": {"KEYWORD_QUERY_VOLUME": "1M+"}} for keyword in asked]}


@pytest.fixture
def account(pinterest: Pinterest) -> Pinterest:
    """An account in Japan whose country is known, and whose every question is answered."""
    pinterest.answers("ad_accounts", page([{"id": "11", "country": "JP"}]))
    list(pinterest.stream(AdAccounts).ids.of(()))
    pinterest.answers(METRICS, {"json": found})
    return pinterest


def names(account: Pinterest, *keywords: str) -> list[str]:
    return [record["keyword"] for record in account.read(KeywordMetrics, of_account(*keywords))]


def asked_for(account: Pinterest) -> list[list[str]]:
    return [call["keywords"][0].split(",") for call in account.asked(METRICS)]


def test_a_keyword_has_the_metrics_of_the_accounts_country(account: Pinterest) -> None:
    assert account.read(KeywordMetrics, of_account("tea")) == [
        {
            "keyword": "tea",
            "metrics": {"KEYWORD_QUERY_VOLUME": "1M+"},
            "ad_account_id": "11",
            "country_code": "JP",
        }
    ]
    assert account.asked(METRICS) == [{"country_code": ["jp"], "keywords": ["tea"]}]


def test_each_text_is_asked_for_once_however_many_keywords_have_it(account: Pinterest) -> None:
    account.lists("ad_accounts/11/campaigns")
    account.lists("ad_accounts/11/ad_groups", "1")
    keywords = [("1", "tea"), ("2", "käse"), ("3", "tea"), ("4", "2024")]
    account.answers(KEYWORDS, page([{"id": number, "value": value} for number, value in keywords]))

    [only] = account.slices(KeywordMetrics)
    account.read(KeywordMetrics, only)

    assert asked_for(account) == [["tea", "käse", "2024"]]


def test_whoever_is_selected_wants_the_keywords_and_what_these_are_listed_by(pinterest: Pinterest) -> None:
    pinterest.stream(KeywordMetrics).select()

    assert all(pinterest.stream(parent).ids.wanted for parent in (Keywords, Campaigns, AdGroups))


def test_keywords_that_can_not_be_listed_are_a_slice_that_raises(account: Pinterest) -> None:
    account.answers("ad_accounts/11/ad_groups", refused(503))
    account.answers("ad_accounts/11/campaigns", refused(503))
    [failed] = account.slices(KeywordMetrics)

    assert isinstance(failure_of(failed), UnavailableError)


def test_no_keywords_are_no_call(account: Pinterest) -> None:
    assert names(account) == []
    assert not account.asked(METRICS)


def test_a_call_names_as_many_keywords_as_fit_into_an_address(account: Pinterest, mock: requests_mock.Mocker) -> None:
    keywords = [f"{number} küche & bad" for number in range(900)]

    assert names(account, *keywords) == keywords
    calls = asked_for(account)
    assert [keyword for call in calls for keyword in call] == keywords
    addresses = [len(request.url) for request in mock.request_history if request.path.endswith("/metrics")]
    longest = len("899+k%C3%BCche+%26+bad%2C")
    assert max(addresses) <= limits.URL_CHARACTERS
    assert all(length > limits.URL_CHARACTERS - 2 * longest for length in addresses[:-1])


def test_a_call_names_no_more_keywords_than_pinterest_takes(
    account: Pinterest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "URL_CHARACTERS", 10**6)
    names(account, *(str(number) for number in range(4_001)))

    assert [len(call) for call in asked_for(account)] == [2_000, 2_000, 1]


@pytest.mark.parametrize("status", [413, 414, 431])
def test_a_call_that_is_too_large_is_made_in_halves(account: Pinterest, status: int) -> None:
    account.answers(METRICS, refused(status), {"json": found})

    assert names(account, *"abcde") == list("abcde")
    assert asked_for(account) == [list("abcde"), ["a", "b", "c"], ["d", "e"]]


def test_a_single_keyword_can_not_be_halved(account: Pinterest) -> None:
    account.answers(METRICS, refused(413))

    with pytest.raises(ResponseTooLargeError):
        names(account, "a")


def test_a_bookmark_is_followed_should_one_ever_come(account: Pinterest) -> None:
    pages = [
        {"json": {"data": [{"keyword": keyword}], "bookmark": bookmark}}
        for keyword, bookmark in (("a", "b"), ("c", ""))
    ]
    account.answers(METRICS, *pages)

    assert names(account, "a", "c") == ["a", "c"]
    asked = {"country_code": ["JP"], "keywords": ["a,c"]}
    assert account.queries(METRICS) == [asked, {**asked, "bookmark": ["b"]}]


def test_a_keyword_with_a_comma_is_left_out_with_a_warning(
    account: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    assert names(account, "tea", "red, white") == ["tea"]
    [warning] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "red, white" in warning


def test_an_account_without_a_country_is_warned_of(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    pinterest.answers("ad_accounts", page([{"id": "11", "country": None}]))
    list(pinterest.stream(AdAccounts).ids.of(()))

    assert names(pinterest, "tea") == []
    assert "names no country for ad account 11" in caplog.text
    assert not pinterest.asked(METRICS)


@pytest.mark.parametrize("keywords", [["\uff12", "2"], ["Tea", "tea"]])
def test_keywords_that_look_alike_are_two(account: Pinterest, keywords: list[str]) -> None:
    account.answers(METRICS, {"json": {"data": [{"keyword": keyword, "metrics": {}} for keyword in keywords]}})

    assert names(account, *keywords) == keywords
