"""Is a row that would overwrite another one seen, and no other row suspected?"""

from typing import Any

import pytest

from source_pinterest.api.errors import MalformedAnswerError, RepeatedKeyError
from source_pinterest.streams.analytics.keys import KeyCheck


def check(*rows: dict[str, Any], key: tuple[str, ...] = ("ID", "DATE")) -> None:
    keys = KeyCheck("ad_analytics", key)
    for row in rows:
        keys.check(row)


def row(name: Any = "1", date: Any = "2026-06-01", **more: Any) -> dict[str, Any]:
    return {"ID": name, "DATE": date, **more}


def test_rows_that_differ_in_one_part_of_the_key_are_several() -> None:
    check(row(), row("2"), row(date="2026-06-02"))
    check(row(HOUR="0"), row(HOUR="1"), key=("ID", "DATE", "HOUR"))


def test_what_stands_beside_the_key_does_not_matter() -> None:
    with pytest.raises(RepeatedKeyError):
        check(row(SPEND=1), row(SPEND=2))


def test_the_parts_of_a_key_are_not_run_together() -> None:
    check(row("1", "12"), row("11", "2"))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([row(), row("2"), row()], "('1', '2026-06-01')"),
        ([row(None)], "('', '2026-06-01')"),
        ([row("")], "('', '2026-06-01')"),
        ([{"ID": "1"}], "('1', '')"),
    ],
)
def test_a_key_that_repeats_or_is_incomplete_is_quoted(rows: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(RepeatedKeyError) as raised:
        check(*rows)

    said = str(raised.value.message)
    assert said.startswith("ad_analytics: ")
    assert f"one row per ID and DATE: {words}" in said


@pytest.mark.parametrize("value", [[], {}, ["1"]])
def test_a_part_that_is_no_plain_value_breaks_the_answer(value: Any) -> None:
    """It is asked for again: no answer of Pinterest's is like that."""
    with pytest.raises(MalformedAnswerError):
        check(row(value))


def test_each_answer_is_checked_by_itself() -> None:
    for _ in range(2):
        check(row())
