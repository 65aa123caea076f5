"""Options without a value count as absent at every depth of a configuration."""

from typing import Any

import pytest

from source_pinterest.config.options import without_blanks, without_blanks_inside

FILLED: dict[str, Any] = {"a": "text", "b": 0, "c": False, "d": [], "e": {}}


def test_what_is_null_or_blank_is_left_out_and_texts_are_stripped() -> None:
    assert without_blanks({**FILLED, "a": " text\n", "f": None, "g": "", "h": " \t"}) == FILLED


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"a": {"b": " ", "c": " x ", "d": None}}, {"a": {"c": "x"}}),
        ({"a": [{"b": None, "c": {"d": "", "e": 1}}, {}]}, {"a": [{"c": {"e": 1}}, {}]}),
        ([[{"a": None}], {"b": 2}], [[{}], {"b": 2}]),
        (FILLED, FILLED),
        (7, 7),
        (" a text that is no option's ", " a text that is no option's "),
        (None, None),
    ],
)
def test_so_are_options_within_options_and_lists(value: Any, left: Any) -> None:
    assert without_blanks_inside(value) == left
