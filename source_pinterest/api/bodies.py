"""What is in the body of an answer? A page of a list, the rows of an analytics answer, and texts in them."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import ijson
import orjson
import requests

from source_pinterest.api.errors import MalformedAnswerError

Record = dict[str, Any]


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


def rows_of(response: requests.Response, under: str = "") -> Iterator[Record]:
    """The rows of an answer, one by one: as objects all at once they would take several times its size.

    Args:
        response: the answer.
        under: the key of the list of rows; by default the answer itself is the list.

    Raises:
        MalformedAnswerError: it is not a list of rows.
    """
    body = response.content
    try:
        if not any(event[:2] == (under, "start_array") for event in ijson.parse(BytesIO(body))):
            raise MalformedAnswerError("Analytics are a list.")
        for row in ijson.items(BytesIO(body), f"{under}.item".lstrip("."), use_float=True):
            if not isinstance(row, dict):
                raise MalformedAnswerError("A row is an object.")
            yield row
    except ijson.JSONError as error:
        raise MalformedAnswerError("The answer is not JSON.") from error


def text_of(value: Any) -> str:
    """The value as text; a whole number, such as an id, as its digits."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def write_texts(record: dict[str, Any], fields: Iterable[str]) -> None:
    """Make these fields of a record strings; a field without a value stays as it is."""
    for name in fields:
        value = record.get(name)
        if value is not None and type(value) is not str:
            record[name] = text_of(value)
