"""A missing catalog is no error, a refused merchant is a sentence, and a feed's password is nowhere."""

from typing import Any

import pytest

from source_pinterest.streams.catalogs.catalogs import (
    CatalogsFeedProcessingResults,
    CatalogsFeeds,
)
from unit_tests.streams.pinterest import Pinterest, page, slice_of

EVERYTHING = slice_of({})


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://shop.example/feed.tsv", "https://shop.example/feed.tsv"),
        ("sftp://me@secret:x@shop.example:22/a/feed.tsv", "sftp://shop.example:22/a/feed.tsv"),
        ("https://shop.example/feed.tsv?key=secret#secret", "https://shop.example/feed.tsv"),
        ("me:secret@shop.example/feed.tsv", None),
        ("https://[secret", None),
        (None, None),
    ],
)
def test_the_url_of_a_feed_is_shown_without_its_credentials(
    pinterest: Pinterest, location: str | None, shown: str | None
) -> None:
    feed: dict[str, Any] = {"id": "1", "location": location, "credentials": {"username": "me", "password": "secret"}}
    pinterest.answers("catalogs/feeds", page([feed]))

    assert pinterest.read(CatalogsFeeds, EVERYTHING) == [{"id": "1", **({"location": shown} if shown else {})}]


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([page(["9"], "b"), page([])], ["9"]),
        ([page(["9"], "b"), page([], "b")], ["9"]),
        ([page(["9"], "b"), page(["9"], "c")], ["9"]),
    ],
    ids=["empty", "empty, the same bookmark", "the first"],
)
def test_processing_results_end_where_bookmarks_lead_to_nothing_new(
    pinterest: Pinterest, pages: list[dict[str, Any]], found: list[str]
) -> None:
    path = "catalogs/feeds/1/processing_results"
    pinterest.answers(path, *pages, page(["one too many"]))
    records = pinterest.read(CatalogsFeedProcessingResults, slice_of({"feed_id": "1"}))

    assert [record["id"] for record in records] == found
    assert len(pinterest.asked(path)) == len(pages)
