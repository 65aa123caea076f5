"""Are the issues of feeds those of the latest result, and do the numbers of issues come however they are asked for?"""

import json
from typing import Any

import pytest

from source_pinterest.api.errors import BadRequestError, UnavailableError
from source_pinterest.streams.base.slices import partition_slice
from source_pinterest.streams.catalog_issues import (
    CatalogsDistributionStats,
    CatalogsFeedIngestionStats,
    CatalogsFeedItemIssues,
)
from source_pinterest.streams.catalogs import CatalogsFeeds
from unit_tests.streams.pinterest import Pinterest, page, refused

RESULTS, STATS = "catalogs/feeds/5/processing_results", "catalogs/reports/stats"
BRACKETS = {
    "parameters[catalog_type]": ["retail"],
    "parameters[report][report_type]": ["feed_ingestion_issues"],
    "parameters[report][feed_id]": ["5"],
}
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


@pytest.mark.parametrize(
    ("results", "asked"),
    [
        ([result("1", "COMPLETED", 1), result("2", "FAILED", 3), result("3", "COMPLETED", 2)], ["2"]),
        ([result("1", "COMPLETED", 1), result("2", "PROCESSING", 2)], ["1"]),
        ([result("1", "UNHEARD_OF", 1)], ["1"]),
        ([result("1", "PROCESSING", 1)], []),
        ([], []),
    ],
)
def test_the_latest_finished_result_is_asked_for(
    feeds: Pinterest, results: list[dict[str, Any]], asked: list[str]
) -> None:
    feeds.answers(RESULTS, page(results))

    slices = feeds.slices(CatalogsFeedItemIssues)
    assert [one["processing_result_id"] for one in slices if one["feed_id"] == "5"] == asked


@pytest.mark.parametrize(("first", "second"), [(2, 3), (3, 2)])
def test_the_latest_result_may_stand_on_any_page(feeds: Pinterest, first: int, second: int) -> None:
    pages = [[result("1", "COMPLETED", 1), result("2", "COMPLETED", first)], [result("3", "FAILED", second)]]
    feeds.answers(RESULTS, page(pages[0], "more"), page(pages[1]))

    [asked] = [one["processing_result_id"] for one in feeds.slices(CatalogsFeedItemIssues) if one["feed_id"] == "5"]
    assert asked == ("2" if first > second else "3")


def test_a_kind_of_feed_without_issues_is_no_error(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    pinterest.answers("catalogs/processing_results/1/item_issues", refused(501, 4181))

    assert pinterest.read(CatalogsFeedItemIssues, partition_slice({"feed_id": "6", "processing_result_id": "1"})) == []
    assert {record.levelname for record in caplog.records} <= {"INFO"}


def test_the_first_item_of_a_feed_has_the_number_zero(pinterest: Pinterest) -> None:
    pinterest.answers(
        "catalogs/processing_results/1/item_issues", page([{"item_number": 0}], "more"), page([{"item_number": 1}])
    )
    records = pinterest.read(CatalogsFeedItemIssues, partition_slice({"feed_id": "5", "processing_result_id": "1"}))

    assert [record["item_number"] for record in records] == [0, 1]


# ---- Numbers of issues


def test_numbers_are_asked_for_of_what_has_some(feeds: Pinterest) -> None:
    assert [one["feed_id"] for one in feeds.slices(CatalogsFeedIngestionStats)] == ["5", "6"]


def test_the_parameters_are_nested_in_brackets(feeds: Pinterest) -> None:
    feeds.answers(STATS, page([ISSUE]))
    first, _ = feeds.slices(CatalogsFeedIngestionStats)

    assert feeds.read(CatalogsFeedIngestionStats, first) == [{**ISSUE, "feed_id": "5"}]
    assert feeds.asked(STATS) == [{"page_size": ["250"], **BRACKETS}]


def test_where_brackets_are_not_understood_json_is(feeds: Pinterest) -> None:
    feeds.answers(STATS, refused(400, 1), page([ISSUE]))
    first, second = feeds.slices(CatalogsFeedIngestionStats)
    for one in (first, second):
        assert len(feeds.read(CatalogsFeedIngestionStats, one)) == 1

    asked = [call.get("parameters") for call in feeds.asked(STATS)]
    assert [bool(parameters) for parameters in asked] == [False, True, True]
    assert json.loads(asked[1][0]) == {  # type: ignore[index]
        "catalog_type": "retail",
        "report": {"report_type": "feed_ingestion_issues", "feed_id": "5"},
    }


def test_once_understood_a_refusal_is_one(feeds: Pinterest) -> None:
    feeds.answers(STATS, page([ISSUE]), refused(400, 1))
    first, second = feeds.slices(CatalogsFeedIngestionStats)
    feeds.read(CatalogsFeedIngestionStats, first)

    with pytest.raises(BadRequestError):
        feeds.read(CatalogsFeedIngestionStats, second)
    assert len(feeds.asked(STATS)) == 2


def test_what_nobody_understands_is_tried_twice_and_no_more(feeds: Pinterest) -> None:
    feeds.answers(STATS, refused(400, 1))
    first, second = feeds.slices(CatalogsFeedIngestionStats)

    with pytest.raises(BadRequestError):
        feeds.read(CatalogsFeedIngestionStats, first)
    assert len(feeds.asked(STATS)) == 2
    assert second["feed_id"] == "6"


def test_catalogs_have_numbers_of_their_own(pinterest: Pinterest) -> None:
    pinterest.answers("catalogs", page([{"id": "3", "catalog_type": "HOTEL"}]))
    pinterest.answers(STATS, page([ISSUE]))
    [only] = pinterest.slices(CatalogsDistributionStats)
    pinterest.read(CatalogsDistributionStats, only)

    [call] = pinterest.asked(STATS)
    assert call["parameters[report][report_type]"] == ["distribution_issues"]
    assert call["parameters[report][catalog_id]"] == ["3"]


def test_whoever_is_selected_wants_the_feeds(pinterest: Pinterest) -> None:
    pinterest.stream(CatalogsFeedIngestionStats).select()

    assert pinterest.stream(CatalogsFeeds).ids.wanted


def test_feeds_that_can_not_be_listed_are_a_slice_that_raises(pinterest: Pinterest) -> None:
    pinterest.answers("catalogs/feeds", refused(503))
    [failed] = pinterest.slices(CatalogsFeedIngestionStats)

    with pytest.raises(UnavailableError):
        pinterest.read(CatalogsFeedIngestionStats, failed)
