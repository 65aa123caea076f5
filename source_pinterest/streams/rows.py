"""How are the rows of a large answer taken, without holding them all as objects?"""

from collections.abc import Iterator
from io import BytesIO

import ijson
import requests

from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.streams.base import Record


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
