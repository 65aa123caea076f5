"""Are categories asked for by words that Pinterest knows, and what does one cost that it does not know?"""

from typing import Any

import pytest

from source_pinterest.api.errors import GoneError
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.trends import (
    ProductCategoryTrends,
    TrendingProductCategories,
    category_parameter,
)
from unit_tests.streams.pinterest import Pinterest, refused

TRENDING, DETAILS = "trends/product_categories/trending", "trends/product_categories/details"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("DRESSES", "DRESSES"),
        ("BATH_AND_BODY", "BATH_AND_BODY"),
        ("Bath & Body", "BATH_AND_BODY"),
        ("Coffee makers and espresso machines", "COFFEE_MAKERS_AND_ESPRESSO_MACHINES"),
        ("Women's wear", "WOMENS_WEAR"),
        ("Xmas boxes (XXL)", "XMAS_BOXES_XXL"),
        ("(Vintage) Lux", "VINTAGE_LUX"),
    ],
)
def test_a_category_is_asked_for_by_its_word(name: str, word: str) -> None:
    assert category_parameter(name) == word


def test_a_list_without_a_kind_of_engagement_is_of_all_of_it(pinterest: Pinterest) -> None:
    pinterest.answers(TRENDING, {"json": [{"product_category": "Boots", "pinterest_product_category_id": 7}]})

    assert pinterest.read(TrendingProductCategories, partition_slice({"region": "US"})) == [
        {
            "region": "US",
            "engagement_type": "ENGAGEMENT",
            "product_category": "Boots",
            "pinterest_product_category_id": "7",
            "rank": 1,
        }
    ]


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
    found = pinterest.read(
        ProductCategoryTrends, partition_slice({"region": "US"}, {"batch": 0}, categories=categories)
    )
    return [record["product_category"] for record in found]


def test_a_category_that_pinterest_does_not_know_costs_itself_alone(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(DETAILS, knows("BOOTS", "CHAIRS", "DESKS"))

    assert details(pinterest, "BOOTS", "HATS", "CHAIRS", "DESKS") == ["BOOTS", "CHAIRS", "DESKS"]
    assert len(pinterest.asked(DETAILS)) == 5
    assert [message.partition(". ")[0] for message in caplog.messages] == ["product_category_trends: HATS is left out"]


@pytest.mark.parametrize("categories", [("BOOTS", "HATS"), ("HATS", "BOOTS"), ("HATS", "BOOTS", "CAPS")])
def test_of_a_few_categories_those_that_are_known_are_read(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, categories: tuple[str, ...]
) -> None:
    pinterest.answers(DETAILS, knows("BOOTS"))

    assert details(pinterest, *categories) == ["BOOTS"]
    assert len(caplog.messages) == len(categories) - 1


def test_a_region_of_which_it_knows_none_is_left_out(pinterest: Pinterest) -> None:
    pinterest.answers(DETAILS, refused(400, 1))
    stream = pinterest.stream(ProductCategoryTrends)
    with pytest.raises(GoneError):
        list(stream.listing(partition_slice({"region": "US"}, {"batch": 0}, categories=("HATS", "CAPS"))))


def test_categories_are_asked_for_in_as_few_calls_as_may_be(pinterest: Pinterest) -> None:
    names = [f"CATEGORY_{number}" for number in range(21)]
    pinterest.answers("ad_accounts", {"json": {"items": [{"id": "11", "country": "CA"}]}})
    pinterest.answers(TRENDING, {"json": [{"product_category": name} for name in [*names, names[0]]]})

    slices = pinterest.slices(ProductCategoryTrends)

    assert [one.extra_fields["categories"] for one in slices] == [tuple(names[:20]), (names[20],)]
    assert [(one["region"], one["batch"]) for one in slices] == [("CA", 0), ("CA", 1)]


def test_a_list_that_fails_costs_its_own_region(pinterest: Pinterest) -> None:
    accounts = [{"id": "11", "country": "CA"}, {"id": "12", "country": "US"}]
    pinterest.answers("ad_accounts", {"json": {"items": accounts}})
    pinterest.answers(TRENDING, refused(503), {"json": [{"product_category": "Boots"}]})
    stream = pinterest.stream(ProductCategoryTrends)
    failing, good = stream.stream_slices()

    assert (failing["region"], good["region"]) == ("CA", "US")
    assert good.extra_fields["categories"] == ("BOOTS",)
    with pytest.raises(Exception, match="trending_product_categories: Pinterest failed"):
        list(stream.read_records(stream_slice=failing))
