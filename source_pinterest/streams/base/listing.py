"""What is true of one listing, from its first page to its last? It is a set of ids, and it comes to an end."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from source_pinterest import limits
from source_pinterest.api.errors import AccessLostError, EndlessListError, GoneError, RefusedError
from source_pinterest.api.rows import BY_ID, Record
from source_pinterest.dates import DateWindow, Granularity, parse_day
from source_pinterest.engine.progress import Notices

_DAY_LENGTH = len("2026-01-31")


def within(
    rows: Iterable[Record],
    window: DateWindow,
    field: str,
    notices: Notices | None,
    granularity: Granularity = Granularity.DAY,
) -> Iterator[Record]:
    """The rows of days in the window, or of weeks or months that it touches; also those that name no day.

    Args:
        rows: of one answer.
        window: the days that were asked for.
        field: names the day of a row.
        notices: of the stream, for a warning; None where it is no wonder that there are others.
        granularity: what a row covers.
    """
    first, last = str(granularity.bucket_of(window.start).start), str(granularity.bucket_of(window.end).end)
    for row in rows:
        day = row.get(field)
        if day.__class__ is not str or first <= day <= last or not _lies_outside(day, first, last):
            yield row
        elif notices:
            notices.warn(
                "other days",
                f"Pinterest sent rows of days that were not asked for, such as {day} for {window}. They are left out.",
            )


def _lies_outside(text: str, first: str, last: str) -> bool:
    """Whether a text begins with a day that is not in between; what is no day is left to whoever reads it."""
    day = text[:_DAY_LENGTH]
    try:
        parse_day(day)
    except ValueError:
        return False
    return not first <= day <= last


class Listed(NamedTuple):
    """A page of a listing.

    Attributes:
        records: ready to be emitted.
        server_time: when the server gave them, epoch seconds.
    """

    records: list[Record]
    server_time: int


class BookmarkPaginator:
    """Follows the bookmarks of one list.

    Args:
        stream: whose list it is, for messages.
        path: where it lies.
    """

    def __init__(self, stream: str, path: str) -> None:
        self._stream, self._path = stream, path
        self._bookmarks: set[str] = set()
        self._empty_in_a_row = 0

    @contextmanager
    def asking(self) -> Generator[None, None, None]:
        """Ask for a page in the block.

        Raises:
            AccessLostError: what a first page would have meant of the account, in the middle breaks the list.
        """
        try:
            yield
        except (RefusedError, GoneError) as error:
            if not self._bookmarks:
                raise
            raise AccessLostError(self._stream, self._path, str(error.message)) from error

    def follow(self, bookmark: str, items: int) -> bool:
        """Go on to the next page, unless the list is at its end: an empty page that leads nowhere new is no fault.

        Args:
            bookmark: of the next page.
            items: how many this page had.

        Raises:
            EndlessListError: a page of items leads back to one that was read, or page after page is empty.
        """
        self._empty_in_a_row = 0 if items else self._empty_in_a_row + 1
        is_known = bookmark in self._bookmarks
        if (is_known and items) or self._empty_in_a_row >= limits.EMPTY_PAGES_IN_A_ROW:
            raise EndlessListError(self._stream, self._path)
        self._bookmarks.add(bookmark)
        return not is_known


class SeenIds:
    """The keys of one listing. Whoever adds an item while the list is paged moves another onto the next page as well.

    Args:
        key: the fields that tell its records apart.
    """

    def __init__(self, key: tuple[str, ...] = BY_ID.key) -> None:
        self._key = key
        self._ids: set[int | str | tuple[Any, ...]] = set()

    def __len__(self) -> int:
        return len(self._ids)

    def new(self, records: Iterable[Record]) -> list[Record]:
        """The records that no earlier page had."""
        found = []
        for record in records:
            key = _packed(record[self._key[0]]) if len(self._key) == 1 else tuple(map(record.get, self._key))
            if key not in self._ids:
                self._ids.add(key)
                found.append(record)
        return found


def _packed(name: Any) -> Any:
    """An id as a number, of which a million take half the memory."""
    is_number = isinstance(name, str) and name.isascii() and name.isdecimal() and name[0] != "0"
    return int(name) if is_number else name
