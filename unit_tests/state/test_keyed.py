"""Rows that come with other ids than before are noticed, and chance is not suspected."""

import pytest

from source_pinterest.state.day_cursor import KeyColumns, KeyedAccounts


def columns(seen: str, partly: str = "") -> KeyColumns:
    """Id columns of one letter each."""
    return KeyColumns(frozenset(seen), frozenset(partly))


@pytest.mark.parametrize(
    ("known", "found", "refused", "change"),
    [
        (columns("AB"), columns("AB"), "B", ""),
        (columns("A"), columns("ABC", "B"), "", "with B, C"),
        (columns("AB"), columns("C"), "", "with C and without A, B"),
        (columns("AB", "B"), columns("A"), "", ""),
        (columns("AB", "B"), columns("A"), "B", "without B"),
    ],
)
def test_a_column_that_comes_or_goes_is_a_change_unless_only_some_rows_have_it(
    known: KeyColumns, found: KeyColumns, refused: str, change: str
) -> None:
    assert known.change_to(found, refused) == change


def test_rows_are_counted() -> None:
    assert KeyColumns.counted("AB", 0, {}) is None
    assert KeyColumns.counted("ABC", 3, {"A": 3, "B": 1}) == columns("BC", "B")


def test_columns_of_several_files_are_joined() -> None:
    assert columns("AB", "B").joined(columns("AC")) == columns("ABC", "BC")
    assert columns("AB", "B").joined(columns("AB")) == columns("AB").joined(columns("AB", "B")) == columns("AB", "B")


def test_what_a_sync_finds_takes_the_place_of_what_the_state_said() -> None:
    accounts = KeyedAccounts({"1": columns("A"), "2": None, "3": columns("B")})
    accounts.note("1", columns("B"))
    accounts.note("1", columns("BC"))

    assert accounts.before("1") == columns("A")
    assert accounts.to_state("1") == {"keyed": ["B", "C"], "partly": ["C"]}
    assert accounts.to_state("2") == {}
    assert accounts.to_state("3") == {"keyed": ["B"]}, "nothing of it was read"
