"""The issues of feeds are those of the latest result, and the numbers of issues come in any order."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests_mock

from source_pinterest.api.errors import BadRequestError, SliceError
from source_pinterest.streams.catalogs.issues import CatalogsFeedIngestionStats, CatalogsFeedItemIssues
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, page, slice_of

RESULTS, STATS = "catalogs/feeds/5/processing_results", "catalogs/reports/stats"
ISSUE = {"code": 0, "occurrences": 3}


def result(number: str, status: str, day: int) -> dict[str, Any]:
    return {"id": number, "status": status, "created_at": f"2024-05-{day:02}T03:00:00"}


@pytest.fixture
def feeds(pinterest: Pinterest) -> Pinterest:
    """One of each kind."""
    kinds = {"5": "RETAIL", "6": "HOTEL", "7": "CREATIVE_ASSETS"}
    pinterest.answers("catalogs/feeds", page([{"id": feed, "catalog_type": kind} for feed, kind in kinds.items()]))
    for feed in ("6", "7"):
        pinterest.lists(f"catalogs/feeds/{feed}/processing_results")
    return pinterest


def parameters_of(mock: requests_mock.Mocker) -> dict[str, str]:
    """Those of the last call, letter for letter."""
    return dict(parse_qsl(urlsplit(mock.request_history[-1].url).query))


@pytest.mark.parametrize(
    ("pages", "asked"),
    [
        ([[result("1", "COMPLETED", 1), result("2", "FAILED", 3), result("3", "COMPLETED", 2)]], ["2"]),
        ([[result("1", "UNHEARD_OF", 1), result("2", "PROCESSING", 2)]], ["1"]),
        ([[result("1", "PROCESSING", 1)]], []),
        ([[result("1", "COMPLETED", 2)], [result("2", "FAILED", 3)]], ["2"]),
        ([[result("1", "COMPLETED", 3)], [result("2", "FAILED", 2)]], ["1"]),
    ],
)
def test_the_latest_finished_result_is_requested_whatever_its_page(
    feeds: Pinterest, pages: list[list[dict[str, Any]]], asked: list[str]
) -> None:
    feeds.answers(RESULTS, *(page(results, "more" if results != pages[-1] else None) for results in pages))

    slices = feeds.tasks(CatalogsFeedItemIssues)
    assert [one["processing_result_id"] for one in slices if one["feed_id"] == "5"] == asked


def issues(pinterest: Pinterest, *answers: dict[str, Any]) -> list[int]:
    """The numbers of the items with issues in a result of which Pinterest answers so."""
    pinterest.answers("catalogs/processing_results/1/item_issues", *answers)
    stream_slice = slice_of({"feed_id": "6", "processing_result_id": "1"})
    return [record["item_number"] for record in pinterest.read(CatalogsFeedItemIssues, stream_slice)]


def test_the_first_item_of_a_feed_has_the_number_zero(pinterest: Pinterest) -> None:
    assert issues(pinterest, page([{"item_number": 0}], "more"), page([{"item_number": 1}])) == [0, 1]


def test_a_kind_of_feed_without_issues_is_no_error_unless_its_list_has_begun(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    assert issues(pinterest, refused(501, 4181)) == []
    assert {record.levelname for record in caplog.records} <= {"INFO"}

    with pytest.raises(SliceError):
        issues(pinterest, page([{"item_number": 0}], "more"), refused(501, 4181))


def test_issues_are_requested_in_json_if_brackets_are_refused(feeds: Pinterest, mock: requests_mock.Mocker) -> None:
    feeds.answers(STATS, refused(400, 1), page([ISSUE]))
    for stream_slice in feeds.tasks(CatalogsFeedIngestionStats):
        assert len(feeds.read(CatalogsFeedIngestionStats, stream_slice)) == 1

    assert json.loads(parameters_of(mock)["parameters"]) == {
        "catalog_type": "HOTEL",
        "report": {"report_type": "FEED_INGESTION_ISSUES", "feed_id": "6"},
    }
    assert ["parameters" in call for call in feeds.asked(STATS)] == [False, True, True]


@pytest.mark.parametrize(
    ("answers", "calls"),
    [([page([ISSUE]), refused(400, 1)], [1, 2]), ([refused(400, 1)], [2, 3])],
    ids=["brackets were understood", "JSON alone is tried again"],
)
def test_a_refusal_is_raised_after_both_encodings_were_tried_or_one_was_accepted(
    feeds: Pinterest, answers: list[dict[str, Any]], calls: list[int]
) -> None:
    feeds.answers(STATS, *answers)
    for stream_slice, sent in zip(feeds.tasks(CatalogsFeedIngestionStats), calls, strict=True):
        if sent == 1:
            feeds.read(CatalogsFeedIngestionStats, stream_slice)
        else:
            with pytest.raises(BadRequestError):
                feeds.read(CatalogsFeedIngestionStats, stream_slice)
        assert len(feeds.asked(STATS)) == sent
