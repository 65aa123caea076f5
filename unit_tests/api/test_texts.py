"""Does a value become the text that a user would write?"""

from typing import Any

import pytest

from source_pinterest.api.rows import text_of, write_texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (626736533506, "626736533506"),
        (626736533506.0, "626736533506"),
        (1.5, "1.5"),
        ("0012", "0012"),
        (True, "True"),
    ],
)
def test_a_whole_number_is_its_digits(value: Any, text: str) -> None:
    assert text_of(value) == text


def test_only_the_named_fields_that_have_a_value_become_text() -> None:
    record = {"id": 1, "count": 2, "parent_id": None}
    write_texts(record, ("id", "parent_id", "absent_id"))

    assert record == {"id": "1", "count": 2, "parent_id": None}
