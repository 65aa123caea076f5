"""The pages of one list: where it ends, and which of its items came before."""

from collections.abc import Iterable
from typing import Any

from source_pinterest import limits
from source_pinterest.api.bodies import Record
from source_pinterest.api.errors import TaskError


class BookmarkPaginator:
    """Follows the bookmarks of one list. Only a missing bookmark ends a list.

    Args:
        stream: the stream's name, for messages.
        path: the path of the list, for messages.
        has_last_bookmark: whether the last page may have a bookmark, so that pages without a new item end the list.
    """

    def __init__(self, stream: str, path: str, *, has_last_bookmark: bool = False) -> None:
        self._stream, self._path = stream, path
        self._has_last_bookmark = has_last_bookmark
        self._bookmarks: set[str] = set()
        self._pages_without_news = 0

    def follow(self, bookmark: str, new_items: int) -> str:
        """Return the bookmark of the page to request next; empty after the last page.

        Args:
            bookmark: the bookmark that a page gives.
            new_items: how many of the page's items no earlier page had.

        Raises:
            TaskError: the bookmark is known, or page after page has no new item.
        """
        self._pages_without_news = 0 if new_items else self._pages_without_news + 1
        if self._has_last_bookmark and not new_items:
            return ""
        if bookmark in self._bookmarks or self._pages_without_news >= limits.PAGES_WITHOUT_NEWS:
            raise TaskError(
                f"{self._stream}: Pinterest's list {self._path} has no end: the same bookmark comes twice, or page "
                "after page has nothing new. The next sync reads it again."
            )
        self._bookmarks.add(bookmark)
        return bookmark


def unseen(records: Iterable[Record], key: tuple[str, ...], seen: set[Any]) -> list[Record]:
    """Return the records that no earlier page of a list had.

    An item that is created while a list is read moves another one onto the next page, where it is repeated.

    Args:
        records: the items or records of a page.
        key: the fields that identify an item.
        seen: the keys of earlier pages; new ones are added.
    """
    new = []
    for record in records:
        one = record[key[0]] if len(key) == 1 else tuple(map(record.get, key))
        if one not in seen:
            seen.add(one)
            new.append(record)
    return new
