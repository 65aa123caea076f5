"""Bookmarks and seen ids of one listing.

A list ends at a page without a bookmark.
"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, NamedTuple

from source_pinterest import limits
from source_pinterest.api.bodies import BY_ID, Record
from source_pinterest.api.errors import AccessLostError, GoneError, RefusedError, SliceError
from source_pinterest.engine.listed_ids import number_or_text


class RecordPage(NamedTuple):
    """The records of one page.

    Attributes:
        records: ready to be emitted.
        server_time: the `Date` of the response, in epoch seconds.
    """

    records: list[Record]
    server_time: int


@contextmanager
def reading_list(stream: str, path: str, *, has_begun: bool) -> Generator[None, None, None]:
    """Request a page of a list, or one of the lists of a task, within the block.

    Args:
        stream: the stream's name, for the message.
        path: the path of the list, for the message.
        has_begun: whether an earlier page was read.

    Raises:
        AccessLostError: Pinterest refuses the request, though the list has begun.
    """
    try:
        yield
    except (RefusedError, GoneError) as error:
        if not has_begun:
            raise
        raise AccessLostError(stream, path, str(error.message)) from error


class BookmarkPaginator:
    """Follows the bookmarks of one list.

    Only a missing bookmark ends a list. An empty page that gives a known bookmark is requested once more.

    Args:
        stream: the stream's name, for messages.
        path: the path of the list, for messages.
        has_last_bookmark: whether the last page may have a bookmark, so that pages without a new item end the list.
    """

    def __init__(self, stream: str, path: str, *, has_last_bookmark: bool = False) -> None:
        self._stream, self._path = stream, path
        self._has_last_bookmark = has_last_bookmark
        self._most_pages_without_news = (
            limits.LAST_PAGES_WITHOUT_NEWS if has_last_bookmark else limits.PAGES_WITHOUT_NEWS
        )
        self._bookmarks: set[str] = set()
        self._current = ""
        self._pages_without_news = 0
        self._is_second_try = False

    def follow(self, bookmark: str, items: int, new_items: int) -> str:
        """Return the bookmark of the page to request next; empty after the last page.

        Args:
            bookmark: the bookmark that a page gives.
            items: the number of items on the page.
            new_items: how many of them no earlier page had.

        Raises:
            SliceError: the bookmark is known or longer than a URL, or page after page has no new item.
        """
        if len(bookmark) > limits.URL_CHARACTERS:
            raise SliceError(
                f"{self._stream}: Pinterest's list {self._path} gives a bookmark of {len(bookmark):,} characters, "
                "which fits into no URL. The next sync reads it again."
            )
        self._pages_without_news = 0 if new_items else self._pages_without_news + 1
        is_known = bookmark in self._bookmarks
        leads_nowhere = is_known or self._pages_without_news >= self._most_pages_without_news
        if self._has_last_bookmark and not new_items and (items or leads_nowhere):
            return ""
        if is_known and not items and not self._is_second_try:
            self._is_second_try = True
            return self._current
        if leads_nowhere:
            raise SliceError(
                f"{self._stream}: Pinterest's list {self._path} has no end: the same bookmark comes twice, or page "
                "after page has nothing new. The next sync reads it again."
            )
        self._is_second_try = False
        self._bookmarks.add(bookmark)
        self._current = bookmark
        return bookmark


class SeenIds:
    """The keys of the records that a listing has had so far.

    An item that is created while a list is read moves another one onto the next page, where it comes again.

    Args:
        key: the fields that identify a record.
    """

    def __init__(self, key: tuple[str, ...] = BY_ID.key) -> None:
        self._key = key
        self._ids: set[int | str | tuple[Any, ...]] = set()

    def __len__(self) -> int:
        return len(self._ids)

    def new(self, records: Iterable[Record]) -> list[Record]:
        """Return the records that no earlier page had."""
        new = []
        for record in records:
            key = number_or_text(record[self._key[0]]) if len(self._key) == 1 else tuple(map(record.get, self._key))
            if key not in self._ids:
                self._ids.add(key)
                new.append(record)
        return new
