"""Ids are kept as numbers, which takes an eighth of the memory of texts, and come back as they were."""

import tracemalloc

import pytest

from source_pinterest.engine.listed_ids import ListedIds


@pytest.mark.parametrize(
    "found",
    [
        ["1234567890123456789", "9999999999999999999"],
        ["18446744073709551616"],  # twenty digits: one more than 64 bits hold
        ["12", "board-7"],
        ["007"],
        ["-7"],
        ["1_000"],
        ["\u0661\u0662"],
        [],
    ],
    ids=["19 digits", "20 digits", "a text", "zeros", "a sign", "an underscore", "other digits", "none"],
)
def test_ids_come_back_as_they_were(found: list[str]) -> None:
    assert list(ListedIds("lead_forms", lambda _: found).get(())) == found


def test_a_million_ids_are_kept_small() -> None:
    """As texts they would take 69 bytes each."""
    count, first = 10_000, 1_234_567_890_123_456_789
    ids = ListedIds("lead_forms", lambda _: (str(first + number) for number in range(count)))
    tracemalloc.start()
    try:
        last = max(ids.get(()))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert last == str(first + count - 1)
    assert kept < 12 * count
