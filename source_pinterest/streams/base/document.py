"""Streams whose endpoint sends all items in one response, without pages and mostly without ids."""

from abc import ABC
from collections.abc import Iterator
from typing import Any, ClassVar

from source_pinterest.api.bodies import ListPage, parse_body
from source_pinterest.api.errors import BadRequestError, FormError, GoneError
from source_pinterest.api.session import ApiResponse
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.stream import PinterestStream


class DocumentStream(PinterestStream, ABC):
    """The items of one response, distinguished by their key.

    A task that Pinterest does not know, such as a region, is left out.
    """

    page_size = None
    is_dictionary = True
    query_fields: ClassVar[tuple[str, ...]] = ()
    """The fields of a task that are sent as parameters, since the path does not contain them."""

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the fields of the task that the path does not contain."""
        stream_slice = kwargs.get("stream_slice") or {}
        return {**super().request_params(*args, **kwargs), **{name: stream_slice[name] for name in self.query_fields}}

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Parse the items of a response. An empty object means no items.

        Raises:
            MalformedResponseError: the response has no list of items.
        """
        document = parse_body(chunks)
        items = document
        if isinstance(document, dict):
            items = document.get(self.list_field) if document else []
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise FormError(f"The response of {self.name} has no list of objects.")
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
