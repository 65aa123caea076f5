"""The pages of one list: bookmarks, smaller pages, and records that come twice."""

import logging
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from source_pinterest import limits
from source_pinterest.api.bodies import BY_ID, ListPage, Record, write_texts
from source_pinterest.api.errors import AccessLostError, FormError, GoneError, PinterestError, RefusedError, SliceError
from source_pinterest.api.session import ApiResponse
from source_pinterest.engine.tasks import Task

if TYPE_CHECKING:
    from source_pinterest.streams.base.stream import PinterestStream

LOGGER = logging.getLogger("airbyte")


Seen = dict[tuple[str, ...], list[Record]]
"""Records by key."""


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
            SliceError: the bookmark is known, or page after page has no new item.
        """
        self._pages_without_news = 0 if new_items else self._pages_without_news + 1
        if self._has_last_bookmark and not new_items:
            return ""
        if bookmark in self._bookmarks or self._pages_without_news >= limits.PAGES_WITHOUT_NEWS:
            raise SliceError(
                f"{self._stream}: Pinterest's list {self._path} has no end: the same bookmark comes twice, or page "
                "after page has nothing new. The next sync reads it again."
            )
        self._bookmarks.add(bookmark)
        return bookmark


class SeenKeys:
    """The keys of the items that a list has had so far.

    An item that is created while a list is read moves another one onto the next page, where it comes again.

    Args:
        key: the fields that identify an item.
    """

    def __init__(self, key: tuple[str, ...] = BY_ID.key) -> None:
        self._key = key
        self._seen = set[Any]()

    def __len__(self) -> int:
        return len(self._seen)

    def new(self, records: Iterable[Record]) -> list[Record]:
        """Return the records that no earlier page had."""
        new = []
        for record in records:
            key = record[self._key[0]] if len(self._key) == 1 else tuple(map(record.get, self._key))
            if key not in self._seen:
                self._seen.add(key)
                new.append(record)
        return new


def distinct(stream: "PinterestStream", task: Task, records: Iterable[Record], seen: Seen) -> Iterator[Record]:
    """Yield the records of a list that comes without pages. Equal records come once.

    Different records of one key are all emitted, and in a
    dictionary only the first is; both with a warning.

    Args:
        stream: has the key.
        task: has the ids in the path.
        records: the records of a response.
        seen: the records of the list so far, by key; new ones are added.
    """
    names = stream.key
    for record in records:
        write_texts(record, names)
        key = tuple(record.get(name) or "" for name in names)
        if not all(key):
            raise FormError(f"Pinterest sent a record without {', '.join(names)}.")
        others = seen.setdefault(key, [])
        if record in others:
            continue
        if others and stream.is_dictionary:
            stream.notices.warn("key", f"Pinterest sent several records of {', '.join(key)}. The first one is kept.")
            continue
        if others:
            path, own = stream.path(stream_slice=task), stream.shape.key
            stream.notices.warn(
                f"copies in {path}",
                f"{path} has several items with the same {' and '.join(own)}, such as "
                f"{', '.join(str(record[name]) for name in own)}. A destination that replaces rows by their key keeps "
                "one of them.",
            )
        others.append(record)
        yield record


def pages_of_list(stream: "PinterestStream", task: Task, more: Mapping[str, Any]) -> Iterator[ApiResponse[ListPage]]:
    """Yield the pages of one list. An item that an earlier page had is dropped.

    Args:
        stream: the stream.
        task: the ids in the path.
        more: parameters beside those of `request_params`.

    Raises:
        AccessLostError: Pinterest refuses a page after the first.
        SliceError: the bookmarks of the list lead nowhere new.
    """
    path, seen, token = stream.path(stream_slice=task), SeenKeys(stream.shape.key), dict[str, str]()
    paginator = BookmarkPaginator(stream.name, path, has_last_bookmark=stream.has_last_bookmark)
    while True:
        params = {**stream.request_params(stream_slice=task, next_page_token=token), **more}
        try:
            with reading_list(stream.name, path, has_begun=bool(token)):
                response = stream.client.send(path, params, stream.parse)
        except PinterestError as error:
            if token or error.reason not in stream.empty_if:
                raise
            LOGGER.info(f"{error.message}. This list counts as empty.")
            return
        page = response.value
        new = seen.new(page.items) if stream.page_size else page.items
        yield replace(response, value=replace(page, items=new))
        bookmark = page.bookmark and paginator.follow(page.bookmark, len(new))
        if not bookmark:
            return
        token = {"bookmark": bookmark}
