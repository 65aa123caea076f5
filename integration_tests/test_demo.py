"""The demo must not praise a sync that lost, doubled or invented a record."""

import pytest

from integration_tests.demo.connector import Reading
from integration_tests.demo.findings import Finding, cursor_of, findings

BOARD, EDITED, OTHER = {"id": "1", "name": "old"}, {"id": "1", "name": "new"}, {"id": "2", "name": "other"}


def finding(first: list[dict[str, str]], second: list[dict[str, str]]) -> Finding:
    """What the demo finds in a Pinterest with two boards."""
    readings = (Reading(records={"boards": first}), Reading(records={"boards": second}))
    readings[0].take({"type": "LOG", "log": {"message": "boards: records 2, calls 1,003, of these sent again 0"}})
    [found] = findings({"boards": ["id"]}, {"boards": 2}, readings)
    return found


def test_two_good_readings() -> None:
    found = finding([BOARD, OTHER], [EDITED])
    assert found.is_whole
    assert (found.first, found.second, found.changed, found.first_calls, found.second_calls) == (2, 1, 1, 1_003, 0)


@pytest.mark.parametrize(
    ("first", "second"),
    [([BOARD], []), ([BOARD, BOARD], []), ([BOARD, OTHER, OTHER], []), ([BOARD, OTHER], [{"id": "3"}])],
    ids=["lost", "one for another", "doubled", "invented"],
)
def test_a_reading_that_is_not_whole(first: list[dict[str, str]], second: list[dict[str, str]]) -> None:
    assert not finding(first, second).is_whole


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, "full refresh"),
        ({"date": "2026-01-02"}, "date 2026-01-02"),
        ({"states": [{"cursor": {"DATE": "2026-01-03"}}, {"cursor": {"DATE": "2026-01-02"}}]}, "DATE 2026-01-02"),
        ({"states": [{"cursor": {"updated_time": 1_767_312_000}}]}, "updated_time 2026-01-02 00:00"),
        ({"boards": {"1": "2026-01-02T00:00:00", "2": "2026-01-03T00:00:00"}}, "one for each of 2 boards"),
    ],
    ids=["none", "one for all", "least advanced account", "time", "boards"],
)
def test_a_cursor_in_a_few_words(state: dict[str, object], words: str) -> None:
    assert cursor_of(state) == words
