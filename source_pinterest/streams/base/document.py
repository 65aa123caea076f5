"""Streams whose endpoint sends all items in one response, without pages and mostly without ids."""

from abc import ABC
from collections.abc import Iterator, Mapping
from typing import Any

from source_pinterest.api.bodies import Page, list_in, parse_body
from source_pinterest.api.errors import BadRequestError, FormError, NotFoundError
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.base.stream import PinterestStream


class DocumentStream(PinterestStream, ABC):
    """The items of one response, distinguished by their key.

    A task that Pinterest does not know, such as a region, is skipped.
    """

    page_size = None
    is_dictionary = True

    def parse(self, chunks: Iterator[bytes]) -> Page:
        """Parse the items of a response. An empty object, or null instead of the list, means no items.

        Raises:
            MalformedResponseError: the response has no list of items.
        """
        document = parse_body(chunks)
        items = document
        if isinstance(document, dict):
            items = list_in(document, self.list_field) if document else []
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise FormError(f"The response of {self.name} has no list of objects.")
        return Page(items, str(document.get("bookmark") or "") if isinstance(document, dict) else "")

    def fetch(self, task: Task, token: Mapping[str, Any], more: Mapping[str, Any]) -> Page:
        """Request a task.

        Raises:
            NotFoundError: Pinterest rejects the task's values, such as a region, with 400.
        """
        try:
            return super().fetch(task, token, more)
        except BadRequestError as error:
            if not task.parents:
                raise
            raise NotFoundError(f"{self.name}: {error.quote}") from error
