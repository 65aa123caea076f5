"""What is a page of a list?"""

from typing import Any

import orjson

from source_pinterest.api.errors import MalformedAnswerError


def page_in(body: bytes) -> dict[str, Any]:
    """The page in an answer: its items, and the bookmark of the next.

    Raises:
        ValueError: it is no JSON.
        MalformedAnswerError: it is not a page.
    """
    page = orjson.loads(body)
    items = page.get("items") if isinstance(page, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) and item.get("id") for item in items):
        raise MalformedAnswerError("A page holds items, each with an id.")
    return page  # type: ignore[no-any-return]
