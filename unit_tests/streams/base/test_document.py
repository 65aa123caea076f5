"""A response without pages is read in every shape that it may have, and no other is read as empty."""

import logging
from typing import Any

import pytest

from source_pinterest.api.errors import BadRequestError, SliceError
from source_pinterest.streams.resources.dictionaries import AdAccountCountries
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, slice_of

PATH = "resources/ad_account_countries"
US, CA = {"code": "US", "name": "United States"}, {"code": "CA", "name": "Canada"}


def read(pinterest: Pinterest) -> list[dict[str, Any]]:
    return pinterest.read(AdAccountCountries, slice_of({}))


@pytest.mark.parametrize(
    ("body", "records"),
    [({"items": [US, CA]}, [US, CA]), ([US, CA], [US, CA]), ({"items": None}, []), ({}, [])],
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


def test_values_that_can_not_be_kept_are_warned_of(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    chunks = [b'[{"code": "U', b'S", "name": NaN}]']

    assert pinterest.stream(AdAccountCountries).parse(iter(chunks)).items == [{"code": "US", "name": None}]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_bookmark_in_a_response_without_pages_is_followed(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"json": {"items": [US], "bookmark": "more"}}, {"json": {"items": [US, CA]}})

    assert read(pinterest) == [US, CA]
    assert pinterest.asked(PATH) == [{}, {"bookmark": ["more"]}]


def test_a_refusal_of_a_task_without_parents_is_raised_unchanged(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, refused(400, 1))

    stream = pinterest.stream(AdAccountCountries)

    with pytest.raises(BadRequestError):
        list(stream.record_pages(stream.task({})))
