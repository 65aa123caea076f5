"""What is true of one listing, from its first page to its last? It is a set of ids, and it comes to an end."""

from collections.abc import Iterable

from source_pinterest import limits
from source_pinterest.api.bodies import Record


class BookmarkPaginator:
    """Watches the bookmarks of one list."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._empty_in_a_row = 0

    def goes_on(self, bookmark: str, records_on_page: int) -> bool:
        """Whether the list may be followed; not where a bookmark comes back, or page after page is empty."""
        self._empty_in_a_row = 0 if records_on_page else self._empty_in_a_row + 1
        if bookmark in self._seen or self._empty_in_a_row >= limits.EMPTY_PAGES_IN_A_ROW:
            return False
        self._seen.add(bookmark)
        return True


class SeenIds:
    """The ids of one listing. Whoever adds an item while the list is paged moves another onto the next page as well."""

    def __init__(self) -> None:
        self._ids: set[int | str] = set()

    def __len__(self) -> int:
        return len(self._ids)

    def new(self, records: Iterable[Record]) -> list[Record]:
        """The records that no earlier page had."""
        found = []
        for record in records:
            name = record["id"]
            key = int(name) if name.isdecimal() else name
            if key not in self._ids:
                self._ids.add(key)
                found.append(record)
        return found
