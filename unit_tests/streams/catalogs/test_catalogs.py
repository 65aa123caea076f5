"""A feed's password is nowhere."""

import pytest

from source_pinterest.streams.catalogs.catalogs import _public_url


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
def test_the_url_of_a_feed_is_shown_without_its_credentials(location: str | None, shown: str | None) -> None:
    assert _public_url(location) == shown
