"""What the comparison of two fault tables prints."""

from integration_tests.fault_table.beside import changes


def test_a_cell_that_ends_otherwise_and_one_of_a_single_side_are_a_line_each() -> None:
    older = {("503", "list", "first call"): "exact", ("503", "list", "last call"): "exact"}
    newer = {("503", "list", "first call"): "system", ("503", "trends", "last call"): "exact"}

    assert changes(older, newer) == [
        "503, list, first call: exact -> system",
        "503, list, last call: exact -> no such cell",
        "503, trends, last call: no such cell -> exact",
    ]
    assert changes(older, older) == []
