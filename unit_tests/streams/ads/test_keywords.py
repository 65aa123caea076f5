"""Keywords are read by account, campaign and batch of ad groups, and their metrics by batch."""

import math
from typing import Any
from urllib.parse import quote_plus

import pytest
import requests_mock

from source_pinterest import limits
from source_pinterest.api.errors import ResponseTooLargeError
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.keywords import KeywordMetrics, Keywords
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, page, slice_of

KEYWORDS, METRICS = "ad_accounts/11/keywords", "ad_accounts/11/keywords/metrics"


def of_account(pinterest: Pinterest, *keywords: str) -> Any:
    pinterest.has_listed(Keywords, ("11",), *keywords)
    return slice_of({"ad_account_id": "11"})


def found(request: Any, _: Any) -> dict[str, Any]:
    """An answer about all keywords that a call names."""
    asked = request.qs["keywords"][0].split(",")
    return {"data": [{"keyword": keyword, "metrics": {"KEYWORD_QUERY_VOLUME": "1M+"}} for keyword in asked]}


@pytest.fixture
def account(pinterest: Pinterest) -> Pinterest:
    """An account in Japan whose country is known, and whose every question is answered."""
    pinterest.answers("ad_accounts", page([{"id": "11", "country": "JP"}]))
    list(pinterest.stream(AdAccounts).ids.get(()))
    pinterest.answers(METRICS, {"json": found})
    return pinterest


def names(account: Pinterest, *keywords: str) -> list[str]:
    return [record["keyword"] for record in account.read(KeywordMetrics, of_account(account, *keywords))]


def asked_for(account: Pinterest) -> list[list[str]]:
    return [call["keywords"][0].split(",") for call in account.asked(METRICS)]


def test_a_call_names_as_many_keywords_as_fit_into_an_address(account: Pinterest, mock: requests_mock.Mocker) -> None:
    keywords = [f"{number} küche & bad" for number in range(900)]

    assert sorted(names(account, *keywords)) == sorted(keywords)
    calls = asked_for(account)
    assert sorted(keyword for call in calls for keyword in call) == sorted(keywords)
    addresses = [len(request.url) for request in mock.request_history if request.path.endswith("/metrics")]
    bare = addresses[0] - len("%2C".join(map(quote_plus, calls[0])))
    room, needed = limits.URL_CHARACTERS - bare, sum(len(f"{quote_plus(keyword)}%2C") for keyword in keywords)
    assert max(addresses) <= limits.URL_CHARACTERS
    assert len(calls) == math.ceil(needed / room)


def test_a_call_names_no_more_keywords_than_pinterest_takes(
    account: Pinterest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "KEYWORDS_PER_METRICS_REQUEST", 2)
    names(account, *"abcde")

    assert sorted(map(len, asked_for(account))) == [1, 2, 2]


def test_a_call_that_is_too_large_is_made_in_halves(account: Pinterest) -> None:
    account.answers(METRICS, refused(413), {"json": found})
    assert sorted(names(account, *"abcde")) == list("abcde")
    assert list(map(len, asked_for(account))) == [5, 3, 2]

    account.answers(METRICS, refused(413))
    with pytest.raises(ResponseTooLargeError):
        names(account, "a")


def test_a_keyword_with_a_comma_is_left_out_with_a_warning(
    account: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    assert names(account, "tea", "red, white") == ["tea"]
    assert [record.levelname for record in caplog.records if "red, white" in record.getMessage()] == ["WARNING"]


@pytest.mark.parametrize(("country", "keywords"), [(None, ["tea"]), ("JP", [])])
def test_without_a_country_or_keywords_there_is_no_call(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, country: str | None, keywords: list[str]
) -> None:
    pinterest.answers("ad_accounts", page([{"id": "11", "country": country}]))
    list(pinterest.stream(AdAccounts).ids.get(()))

    assert names(pinterest, *keywords) == []
    assert ("names no country for ad account 11" in caplog.text) is (country is None)
    assert not pinterest.asked(METRICS)


def test_keywords_that_look_alike_are_two_records(account: Pinterest) -> None:
    keywords = ["\uff12", "2", "Tea", "tea"]
    account.answers(METRICS, {"json": {"data": [{"keyword": keyword, "metrics": {}} for keyword in keywords]}})

    assert names(account, *keywords) == keywords
