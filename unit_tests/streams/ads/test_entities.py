"""The time of an entity's last edit is read in each form that it may have."""

import pytest

from source_pinterest.state.entity_cursor import FIELD, time_in


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (1_780_315_203, 1_780_315_203),
        ("1780315203", 1_780_315_203),
        ("2026-06-01T12:00:03", 1_780_315_203),
        ("2026-06-01 14:00:03+02:00", 1_780_315_203),
        (None, None),
    ],
)
def test_an_edit_time_may_be_a_text(written: int | str | None, seconds: int | None) -> None:
    assert time_in({FIELD: written}, FIELD) == seconds
