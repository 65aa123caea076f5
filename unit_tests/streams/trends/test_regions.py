"""Of which regions are trends read?"""

import logging

import pytest
import requests_mock

from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.trends import FeaturedTrendTopics, TrendingKeywords, TrendStream
from unit_tests.streams.pinterest import Pinterest, page


def regions(pinterest: Pinterest, stream: type[TrendStream]) -> list[str]:
    return list(dict.fromkeys(one["region"] for one in pinterest.slices(stream)))


@pytest.mark.parametrize(
    ("stream", "found"), [(TrendingKeywords, ["DE+AT+CH", "GB+IE", "US"]), (FeaturedTrendTopics, ["GB+IE", "US"])]
)
def test_those_of_the_ad_accounts(pinterest: Pinterest, stream: type[TrendStream], found: list[str]) -> None:
    countries = ("US", "AT", "GB", "JP", None)
    pinterest.answers("ad_accounts", page([{"id": str(n), "country": country} for n, country in enumerate(countries)]))

    assert regions(pinterest, stream) == found


@pytest.mark.parametrize(("stream", "found"), [(TrendingKeywords, ["US", "DE"]), (FeaturedTrendTopics, ["US"])])
def test_those_that_are_chosen_without_a_look_at_the_ad_accounts(
    requests_mock: requests_mock.Mocker, stream: type[TrendStream], found: list[str]
) -> None:
    assert regions(Pinterest(requests_mock, trend_regions=["DE", "US"]), stream) == found
    assert not requests_mock.called


@pytest.mark.parametrize(("options", "wanted"), [({}, True), ({"trend_regions": ["US"]}, False)])
def test_the_ad_accounts_are_wanted_unless_regions_are_chosen(
    mock: requests_mock.Mocker, options: dict[str, list[str]], wanted: bool
) -> None:
    pinterest = Pinterest(mock, **options)
    pinterest.stream(TrendingKeywords).select()

    assert pinterest.stream(AdAccounts).ids.wanted is wanted


def test_where_there_are_none_the_log_says_which_there_are(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers("ad_accounts", page([{"id": "11", "country": "JP"}]))
    with caplog.at_level(logging.INFO):
        assert regions(pinterest, FeaturedTrendTopics) == []

    [message] = caplog.messages
    assert message.startswith("featured_trend_topics: Pinterest has no trends for these regions or countries")
    assert message.endswith("US, GB+IE, CA.")
