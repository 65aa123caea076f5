"""A row that would overwrite another one is seen, and no other row is suspected."""

import logging
from typing import Any

import pytest

from source_pinterest.api.errors import KeyInDoubtError, MalformedResponseError, RepeatedKeyError
from source_pinterest.engine.progress import Notices
from source_pinterest.streams.analytics.rows import KeyCheck, KeyPolicy, RowKey

STREAM = "ad_analytics"


def raised(error: KeyInDoubtError) -> None:
    raise error


def check(*rows: dict[str, Any], key: tuple[str, ...] = ("ID", "DATE"), optional: frozenset[str] = frozenset()) -> None:
    keys = KeyCheck(STREAM, RowKey(key, optional), raised)
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
    with pytest.raises(RepeatedKeyError) as caught:
        check(*rows)

    said = str(caught.value.message)
    assert said.startswith("ad_analytics: ")
    assert f"one row per ID and DATE: {words}" in said


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (("DATE",), "per DATE:"),
        (("ID", "DATE"), "per ID and DATE:"),
        (("ID", "PART", "DATE"), "per ID, PART and DATE:"),
    ],
)
def test_each_part_of_a_key_is_named_once(key: tuple[str, ...], words: str) -> None:
    with pytest.raises(RepeatedKeyError, match=f"one row {words}"):
        check(row(PART="a"), row(PART="a"), key=key)


def test_an_optional_part_may_be_empty_once() -> None:
    optional = frozenset({"ID"})
    check(row(""), row("1"), row("", "2026-06-02"), optional=optional)

    with pytest.raises(RepeatedKeyError, match="one row per ID and DATE"):
        check(row(""), row(""), optional=optional)
    with pytest.raises(RepeatedKeyError, match="is incomplete"):
        check(row("1", ""), optional=optional)


@pytest.mark.parametrize("value", [[], {}, ["1"]])
def test_a_part_that_is_no_plain_value_breaks_the_answer(value: Any) -> None:
    """It is asked for again: no answer of Pinterest's is like that."""
    with pytest.raises(MalformedResponseError, match=r"^A part of a row's key is an object or a list\.$"):
        check(row(value))


def test_each_answer_is_checked_by_itself() -> None:
    for _ in range(2):
        check(row())


def test_where_a_destination_keeps_every_row_one_warning_says_that_all_are_emitted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    policy = KeyPolicy(Notices(STREAM))
    policy.merges_by_key = False
    with caplog.at_level(logging.WARNING, "airbyte"):
        for _ in range(2):
            keys = KeyCheck(STREAM, RowKey(("ID", "DATE")), policy.apply)
            for one in (row(), row(), row(), row(None)):
                keys.check(one)

    [warning] = caplog.messages
    assert warning.startswith("ad_analytics: a response of Pinterest does not have one row per ID and DATE")
    assert "emitted" in warning


def test_until_somebody_says_what_a_destination_does_rows_are_taken_to_be_merged() -> None:
    with pytest.raises(RepeatedKeyError):
        KeyPolicy(Notices(STREAM)).apply(RepeatedKeyError(STREAM, ("ID",), ("1",)))
