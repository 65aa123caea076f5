"""Audience insights and labels come in records of their own form."""

from typing import Any

import pytest

from source_pinterest.api.errors import SliceError
from source_pinterest.streams.ads.lists import AudienceInsights, Labels
from unit_tests.streams.pinterest import Pinterest, page, slice_of

PATH, ACCOUNT = "ad_accounts/11/labels", slice_of({"ad_account_id": "11"})
SPRING, SALE, OLD = ({"id": number, "label": name} for number, name in (("1", "Spring"), ("2", "Sale"), ("3", "Old")))


@pytest.mark.parametrize(
    "pages",
    [
        [page([SPRING, SALE, OLD])],
        [page([{"labels": [SPRING, SALE]}, {"labels": []}], "more"), page([{"labels": None}, OLD])],
    ],
    ids=["one by one", "in bundles"],
)
def test_labels_come_from_either_shape(pinterest: Pinterest, pages: list[dict[str, Any]]) -> None:
    pinterest.answers(PATH, *pages)

    assert pinterest.read(Labels, ACCOUNT) == [{**label, "ad_account_id": "11"} for label in (SPRING, SALE, OLD)]


@pytest.mark.parametrize("body", [{"items": [{"labels": [{"label": "without an id"}] * 2}]}, {"labels": [SPRING]}])
def test_a_body_without_labels_is_not_read_as_empty(pinterest: Pinterest, body: dict[str, Any]) -> None:
    pinterest.answers(PATH, {"json": body})

    with pytest.raises(SliceError, match="a form that this version does not know"):
        pinterest.read(Labels, ACCOUNT)


@pytest.mark.parametrize("body", [{}, {"code": 50, "message": "nope", "status": "failure"}])
def test_an_answer_without_insights_has_no_record(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers("ad_accounts/11/audience_insights", {"json": body})

    with pytest.raises(SliceError, match=r"The audience insight has none of its fields\.$"):
        pinterest.read(AudienceInsights, ACCOUNT)
