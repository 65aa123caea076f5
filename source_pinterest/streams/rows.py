"""How are the rows of a large answer taken, without holding them all as objects?"""

from collections.abc import Iterator
from io import BytesIO

import ijson
import requests

from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.streams.base import Record


def rows_of(response: requests.Response) -> Iterator[Record]:
    """The rows of an answer, one by one: as objects all at once they would take several times its size.

    Raises:
        MalformedAnswerError: it is not a list of rows.
    """
    body = response.content
    if body.lstrip()[:1] != b"[":
        raise MalformedAnswerError("Analytics are a list.")
    try:
        for row in ijson.items(BytesIO(body), "item", use_float=True):
            if not isinstance(row, dict):
                raise MalformedAnswerError("A row is an object.")
            yield row
    except ijson.JSONError as error:
        raise MalformedAnswerError("The answer is not JSON.") from error
