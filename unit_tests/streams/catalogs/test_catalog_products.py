"""Each product of a group bears the id of its pin."""

from typing import Any

import pytest

from source_pinterest.api.errors import SliceError
from source_pinterest.streams.catalogs.catalogs import CatalogsProductGroupCounts, CatalogsProductGroupProducts
from unit_tests.streams.pinterest import Pinterest, page, slice_of

GROUP = {"product_group_id": "7"}
PRODUCTS, COUNTS = "catalogs/product_groups/7/products", "catalogs/product_groups/7/product_counts"


def product(pin: Any, title: str = "Chair") -> dict[str, Any]:
    return {"metadata": {"title": title}, "pin": {"id": pin}}


@pytest.mark.parametrize("item", [{"metadata": {}}, {"pin": None}, {"pin": {"id": None}}, {"pin": "1"}])
def test_one_product_without_a_pin_is_left_out_and_two_of_three_are_another_form(
    pinterest: Pinterest, item: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(PRODUCTS, page([product("1"), item], "more"), page([product("2"), item, {"title": "Desk"}]))
    pages = pinterest.stream(CatalogsProductGroupProducts).record_pages(
        pinterest.stream(CatalogsProductGroupProducts).task(GROUP)
    )

    assert [record["pin_id"] for record in next(pages).records] == ["1"]
    with pytest.raises(SliceError, match="a form that this version does not know"):
        next(pages)
    assert "without pin_id: 1. They are left out" in caplog.text
    assert f"One has the fields {next(iter(item))}" in caplog.text


@pytest.mark.parametrize("body", [{"in_stock": 5}, {"total": None}, []])
def test_an_answer_without_a_total_has_no_counts(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers(COUNTS, {"json": body})

    with pytest.raises(SliceError, match="a form that this version does not know"):
        pinterest.read(CatalogsProductGroupCounts, slice_of(GROUP))
