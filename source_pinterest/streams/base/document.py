"""Streams whose endpoint sends all items in one response, without pages and mostly without ids."""

from abc import ABC
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from source_pinterest.api.bodies import ListPage, Record, list_in, parse_body, write_texts
from source_pinterest.api.errors import BadRequestError, GoneError, form_error
from source_pinterest.api.session import ApiResponse
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.listing import RecordPage
from source_pinterest.streams.base.stream import PinterestStream


class DocumentStream(PinterestStream, ABC):
    """The items of one response, distinguished by their key.

    A task that Pinterest does not know, such as a region, is left out.
    """

    page_size = None
    holder: ClassVar[str] = "items"
    """The field of a response that has its items, unless it is a list itself."""
    query_fields: ClassVar[tuple[str, ...]] = ()
    """The fields of a task that are sent as parameters, since the path does not contain them."""

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the fields of the task that the path does not contain."""
        stream_slice = kwargs.get("stream_slice") or {}
        return {**super().request_params(*args, **kwargs), **{name: stream_slice[name] for name in self.query_fields}}

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Parse the items of a response. An empty object, or null in the place of the items, means no items.

        Raises:
            MalformedResponseError: the response has no list of items.
        """
        document = parse_body(chunks, self.notices.replacement)
        items = document
        if isinstance(document, dict):
            items = list_in(document, self.holder, self.notices.replacement) if document else []
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise form_error(document, f"The response of {self.name} has no list of objects.", self.holder)
        return ListPage(items, str(document.get("bookmark") or "") if isinstance(document, dict) else "")

    def responses(self, task: Task, **more: Any) -> Iterator[ApiResponse[ListPage]]:
        """Request a task, and return its response.

        Raises:
            GoneError: Pinterest refuses the task's values, such as a region, with 400.
        """
        try:
            yield from super().responses(task, **more)
        except BadRequestError as error:
            if not task.parents:
                raise
            raise GoneError(f"{self.name}: {error.quote}") from error

    def without_copies(self, path: str, items: list[Record]) -> list[Record]:
        """Return the items as they are: `keyed` drops copies of records."""
        del path
        return items

    def record_pages(self, task: Task) -> Iterator[RecordPage]:
        """Return the records of a task, each key once."""
        seen: dict[tuple[str, ...], Record] = {}
        for response in self.responses(task):
            yield RecordPage(list(self.keyed(self.records(response.value, task), seen)), response.server_time)

    def keyed(self, records: Iterable[Record], seen: dict[tuple[str, ...], Record]) -> Iterator[Record]:
        """Return the records with a new and complete key. Warn of the others, except exact duplicates.

        Args:
            records: of one response.
            seen: the records so far, by key; new ones are added.
        """
        names = [self.primary_key] if isinstance(self.primary_key, str) else self.primary_key
        for record in records:
            write_texts(record, names, key=names)
            key = tuple(record.get(name) or "" for name in names)
            if not all(key):
                self.notices.warn("no key", f"Pinterest sent a record without {', '.join(names)}. It is left out.")
            elif key not in seen:
                seen[key] = record
                yield record
            elif seen[key] != record:
                self.notices.warn("key", f"Pinterest sent several records of {', '.join(key)}. The first one is kept.")
