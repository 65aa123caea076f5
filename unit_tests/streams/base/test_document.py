"""A response without pages is read in every shape that it may have, and no other is read as empty."""

from typing import Any

import pytest

from source_pinterest.api.errors import BadRequestError, SliceError
from source_pinterest.streams.ads.lists import AudienceInsights, ConversionEventQuality, Labels
from source_pinterest.streams.resources.dictionaries import AdAccountCountries
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, page, slice_of

PATH = "resources/ad_account_countries"
US, CA = {"code": "US", "name": "United States"}, {"code": "CA", "name": "Canada"}


def read(pinterest: Pinterest) -> list[dict[str, Any]]:
    return pinterest.read(AdAccountCountries, slice_of({}))


@pytest.mark.parametrize(
    ("body", "records"),
    [({"items": [US, CA]}, [US, CA]), ([US, CA], [US, CA]), ({}, [])],
)
def test_items_are_read_from_an_object_or_a_list(
    pinterest: Pinterest, body: Any, records: list[dict[str, Any]]
) -> None:
    pinterest.answers(PATH, {"json": body})

    assert read(pinterest) == records
    assert pinterest.asked(PATH) == [{}]


@pytest.mark.parametrize("body", [7, {"data": [US]}, {"items": {"code": "US"}}, {"items": [US, None]}])
def test_a_body_of_another_form_is_not_read_as_empty(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers(PATH, {"json": body})

    with pytest.raises(SliceError, match="ad_account_countries has no list of objects"):
        read(pinterest)


def test_a_bookmark_in_a_response_without_pages_is_followed(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"json": {"items": [US], "bookmark": "more"}}, {"json": {"items": [US, CA]}})

    assert read(pinterest) == [US, CA]
    assert pinterest.asked(PATH) == [{}, {"bookmark": ["more"]}]


def test_a_refusal_of_a_task_without_parents_is_raised_unchanged(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, refused(400, 1))

    stream = pinterest.stream(AdAccountCountries)

    with pytest.raises(BadRequestError):
        list(stream.pages(stream.task({})))


ACCOUNT = slice_of({"ad_account_id": "11"})
SCORE = {"source_platform": "WEB", "ingestion_source": "TAG"}
QUALITY = "ad_accounts/11/conversion_eqs"


def test_an_empty_audience_insight_is_a_record_with_its_type(pinterest: Pinterest) -> None:
    pinterest.answers("ad_accounts/11/audience_insights", {"json": {"date": None}})

    assert [record["type"] for record in pinterest.read(AudienceInsights, ACCOUNT)] == list(AudienceInsights.values)


@pytest.mark.parametrize("body", [[SCORE], {"items": [SCORE]}], ids=["a list", "an object with items"])
def test_a_bare_list_may_stand_in_items(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers(QUALITY, {"json": body}, {"json": []})

    assert pinterest.read(ConversionEventQuality, ACCOUNT) == [
        {**SCORE, "lookback_period": "1d", "ad_account_id": "11"},
    ]


LABELS, OF_ACCOUNT = "ad_accounts/11/labels", slice_of({"ad_account_id": "11"})
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
    pinterest.answers(LABELS, *pages)

    assert pinterest.read(Labels, OF_ACCOUNT) == [{**label, "ad_account_id": "11"} for label in (SPRING, SALE, OLD)]


@pytest.mark.parametrize("body", [{"items": [{"labels": [{"label": "without an id"}] * 2}]}, {"labels": [SPRING]}])
def test_a_body_without_labels_is_not_read_as_empty(pinterest: Pinterest, body: dict[str, Any]) -> None:
    pinterest.answers(LABELS, {"json": body})

    with pytest.raises(SliceError, match="a form that this version does not know"):
        pinterest.read(Labels, OF_ACCOUNT)


@pytest.mark.parametrize("body", [{}, {"code": 50, "message": "nope", "status": "failure"}])
def test_an_answer_without_insights_has_no_record(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers("ad_accounts/11/audience_insights", {"json": body})

    with pytest.raises(SliceError, match=r"The audience insight has none of its fields\.$"):
        pinterest.read(AudienceInsights, OF_ACCOUNT)
