"""Rows of requested days pass; other days are skipped, and a row about something else fails its response."""

import re
from dataclasses import replace
from typing import Any

import pytest

from source_pinterest.api.errors import FormError
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.engine.progress import WarnOnce
from source_pinterest.streams.analytics.row_validation import ExpectedRows, admitted

WINDOW = DateWindow.from_pair(["2026-03-04", "2026-03-10"])
EXPECTED = ExpectedRows(key=("ID", "DATE"), strings=("ID",), window=WINDOW)


def passed(*rows: dict[str, Any], expected: ExpectedRows = EXPECTED) -> list[dict[str, Any]]:
    """The rows of a response."""
    return list(admitted([dict(row) for row in rows], expected, WarnOnce("ads")))


def row(name: Any = "1", day: Any = "2026-03-04", **more: Any) -> dict[str, Any]:
    return {"ID": name, "DATE": day, **more}


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (row(day="2026-03-04T08:00:00"), "'2026-03-04T08:00:00' is not a day written as YYYY-MM-DD."),
        (row(day=1772582400), "'1772582400' is not a day written as YYYY-MM-DD."),
        (row(day=""), "A row lacks its ID or its DATE."),
        ({"ID": "1"}, "A row lacks its ID or its DATE."),
        (row(None), "A row lacks its ID or its DATE."),
        (row("3"), "A row has the ID 3, which was not requested."),
        (row(AD_ACCOUNT_ID="8"), "A row names ad account 8, not 7."),
    ],
)
def test_a_row_that_was_not_asked_for_fails_the_response(bad: dict[str, Any], says: str) -> None:
    expected = replace(EXPECTED, account="7", entities=frozenset({"1", "2"}))
    good = [row(1), row("2", "2026-03-10", AD_ACCOUNT_ID="7"), row("2", AD_ACCOUNT_ID="0")]
    assert [one["ID"] for one in passed(*good, expected=expected)] == ["1", "2", "2"]
    with pytest.raises(FormError, match=f"^{re.escape(says)}$"):
        passed(*good, bad, expected=expected)


@pytest.mark.parametrize(
    ("granularity", "wanted", "other"),
    [
        (Granularity.DAY, ["2026-03-04", "2026-03-10"], "2026-03-03"),
        (Granularity.HOUR, ["2026-03-04T00:00:00", "2026-03-10 23:00:00"], "2026-03-11"),
    ],
)
def test_days_that_were_not_requested_are_skipped_with_one_warning(
    granularity: Granularity, wanted: list[str], other: str, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [row(day=day) for day in (other, *wanted, "2026-03-12")]
    emitted = passed(*rows, expected=replace(EXPECTED, granularity=granularity, account="7"))
    assert [one["DATE"] for one in emitted] == wanted
    assert caplog.messages == [
        f"ads: Pinterest sent rows of ad account 7 for days that were not requested, such as {other}. They are skipped."
    ]


@pytest.mark.parametrize(
    ("granularity", "wanted", "other"),
    [
        (Granularity.WEEK, ["2026-03-02", "2026-03-08", "2026-03-15"], "2026-03-01"),
        (Granularity.MONTH, ["2026-03-01", "2026-03-31"], "2026-02-28"),
    ],
)
def test_a_week_or_month_that_was_not_requested_fails_the_response(
    granularity: Granularity, wanted: list[str], other: str
) -> None:
    expected = replace(EXPECTED, granularity=granularity)
    assert [one["DATE"] for one in passed(*(row(day=day) for day in wanted), expected=expected)] == wanted
    with pytest.raises(FormError, match=f"{other}, outside of {WINDOW}"):
        passed(row(day=other), expected=expected)


@pytest.mark.parametrize("midnight", ["T00:00:00", " 00:00:00", "T00:00:00.000Z", "T00:00:00+00:00"])
def test_a_midnight_behind_a_day_is_dropped(midnight: str) -> None:
    assert passed(row(day=f"2026-03-04{midnight}")) == [row()]


def test_requested_days_that_are_not_wanted_are_dropped(caplog: pytest.LogCaptureFixture) -> None:
    requested = DateWindow.from_pair(["2026-03-03", "2026-03-10"])

    assert not passed(row(day="2026-03-03"), expected=replace(EXPECTED, requested=requested))
    assert not caplog.messages


def test_an_optional_part_of_the_key_may_be_empty() -> None:
    assert passed(row(""), expected=replace(EXPECTED, optional=frozenset({"ID"}))) == [row("")]
