"""Trends are asked for by region, and each response serves all streams that are made of it."""

import logging
from typing import Any

import pytest

from source_pinterest.api.errors import GoneError, SliceError, UnavailableError
from source_pinterest.streams.trends import (
    FeaturedTrendTopics,
    ProductCategoryTrends,
    TrendingKeywords,
    TrendingKeywordWeeks,
    TrendingProductCategories,
    TrendStream,
    category_parameter,
)
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, page, slice_of

PATH = "trends/keywords/GB%2BIE/top/growing"
SLICE = slice_of({"region": "GB+IE", "trend_type": "growing"})
OF = {"region": "GB+IE", "trend_type": "growing"}
TEA = {
    "keyword": "tea",
    "pct_growth_wow": 50,
    "time_series": {"2026-06-20": 31, "2026-06-27": 100},
    "predicted_time_series": {"2026-06-27": 90, "2026-07-04": 45},
}
JAM = {"keyword": "jam", "pct_growth_wow": -5, "time_series": None}


def answer(*trends: Any) -> dict[str, Any]:
    return {"json": {"trends": list(trends)}}


def test_a_week_is_a_row_and_what_was_counted_stands_before_what_was_forecast(pinterest: Pinterest) -> None:
    week = {"2026-06-27": 7}
    pinterest.answers(PATH, answer(TEA, {**JAM, "time_series": week}, {"keyword": "salt", "time_series": None}))

    assert pinterest.read(TrendingKeywordWeeks, SLICE) == [
        {**OF, "keyword": "tea", "week": "2026-06-20", "volume": 31, "is_forecast": False},
        {**OF, "keyword": "tea", "week": "2026-06-27", "volume": 100, "is_forecast": False},
        {**OF, "keyword": "tea", "week": "2026-07-04", "volume": 45, "is_forecast": True},
        {**OF, "keyword": "jam", "week": "2026-06-27", "volume": 7, "is_forecast": False},
    ]


TRENDING, DETAILS = "trends/product_categories/trending", "trends/product_categories/details"


def test_the_parameter_of_a_category_is_its_name_in_capitals() -> None:
    for name, word in [
        ("BATH_AND_BODY", "BATH_AND_BODY"),
        ("Bath & Body", "BATH_AND_BODY"),
        ("Women's wear", "WOMENS_WEAR"),
        ("(Vintage) Lux boxes", "VINTAGE_LUX_BOXES"),
    ]:
        assert category_parameter(name) == word


def knows(*known: str) -> Any:
    """A Pinterest that refuses a call with any other category."""

    def answer(request: Any, context: Any) -> Any:
        asked = [name.upper() for name in request.qs["product_categories"]]
        if set(asked) <= set(known):
            return [{"product_category": name} for name in asked]
        context.status_code = 400
        return {"code": 1, "message": "Unknown category"}

    return {"json": answer}


def details(pinterest: Pinterest, *categories: str) -> list[str]:
    pinterest.has_listed(TrendingProductCategories, ("US",), *categories)
    found = pinterest.read(ProductCategoryTrends, slice_of({"region": "US"}, {"batch": 0}))
    return [record["product_category"] for record in found]


def test_a_category_without_an_engagement_type_gets_the_default(pinterest: Pinterest) -> None:
    pinterest.answers(TRENDING, {"json": [{"product_category": "Boots", "pinterest_product_category_id": 7}]})

    assert pinterest.read(TrendingProductCategories, slice_of({"region": "US"})) == [
        {
            "region": "US",
            "engagement_type": "ENGAGEMENT",
            "product_category": "Boots",
            "pinterest_product_category_id": "7",
            "rank": 1,
        }
    ]


def test_categories_are_read_in_the_fewest_requests(pinterest: Pinterest) -> None:
    names = [f"CATEGORY_{number}" for number in range(21)]
    pinterest.answers("ad_accounts", {"json": {"items": [{"id": "11", "country": "CA"}]}})
    pinterest.answers(TRENDING, {"json": [{"product_category": name} for name in [*names, "Category 0"]]})

    slices = pinterest.tasks(ProductCategoryTrends)

    asked = pinterest.answers(DETAILS, {"json": []})
    for one in slices:
        pinterest.read(ProductCategoryTrends, one)
    assert [len(request.qs["product_categories"]) for request in asked.request_history] == [20, 1]
    assert [(one["region"], one["batch"]) for one in slices] == [("CA", 0), ("CA", 1)]


def test_a_list_that_fails_costs_its_own_region(pinterest: Pinterest) -> None:
    accounts = [{"id": "11", "country": "CA"}, {"id": "12", "country": "US"}]
    pinterest.answers("ad_accounts", page(accounts))
    pinterest.answers(TRENDING, refused(503), {"json": [{"product_category": "Boots"}]})
    failing, good = pinterest.tasks(ProductCategoryTrends)

    assert (failing["region"], good["region"]) == ("CA", "US")
    assert good["batch"] == 0
    assert isinstance(failing.error, UnavailableError)


def test_a_region_whose_categories_are_all_unknown_is_left_out(pinterest: Pinterest) -> None:
    pinterest.answers(DETAILS, refused(400, 1))
    pinterest.has_listed(TrendingProductCategories, ("US",), "HATS", "CAPS")
    stream = pinterest.stream(ProductCategoryTrends)
    with pytest.raises(GoneError):
        list(stream.pages(stream.task({"region": "US"}, {"batch": 0})))


def regions(pinterest: Pinterest, stream: type[TrendStream]) -> list[str]:
    return list(dict.fromkeys(one["region"] for one in pinterest.tasks(stream)))


@pytest.mark.parametrize(
    ("stream", "found"), [(TrendingKeywords, ["DE+AT+CH", "GB+IE", "US"]), (FeaturedTrendTopics, ["GB+IE", "US"])]
)
def test_regions_are_those_of_the_ad_accounts(
    pinterest: Pinterest, stream: type[TrendStream], found: list[str]
) -> None:
    countries = ("US", "AT", "GB", "JP", None)
    pinterest.answers("ad_accounts", page([{"id": str(n), "country": country} for n, country in enumerate(countries)]))
    pinterest.stream(stream).select()

    assert regions(pinterest, stream) == found


def test_a_region_without_trends_is_logged_with_those_that_exist(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers("ad_accounts", page([{"id": "11", "country": "JP"}]))
    with caplog.at_level(logging.INFO):
        assert regions(pinterest, FeaturedTrendTopics) == []

    [message] = caplog.messages
    assert message.endswith("US, GB+IE, CA.")


TOPICS, REGION = "trends/topics/featured", {"region": "GB+IE"}
HOME: dict[str, Any] = {"interest": "HOME", "trends": [{"title": "Rugs", "pct": 5}, {"title": "Lamps", "pct": 3}]}


@pytest.mark.parametrize(
    ("stream", "path", "of", "found"),
    [
        *(
            (FeaturedTrendTopics, TOPICS, REGION, {"items": [HOME, {"interest": "PETS", "trends": trends}]})
            for trends in ({"title": "Rugs"}, "Rugs", 7, ["Rugs"])
        ),
        *(
            (TrendingKeywordWeeks, PATH, OF, {"trends": [TEA, {**JAM, "time_series": series}]})
            for series in ([{"2026-06-27": 7}], "2026-06-27", 7)
        ),
    ],
)
def test_topics_and_weeks_of_another_form_are_not_lost_without_a_word(
    pinterest: Pinterest, stream: type[TrendStream], path: str, of: dict[str, str], found: dict[str, Any]
) -> None:
    pinterest.answers(path, {"json": found})

    with pytest.raises(
        SliceError,
        match=rf"^{stream.stream_name()}: the connector has an error, or a response of Pinterest has an unknown form",
    ):
        pinterest.read(stream, slice_of(of))
