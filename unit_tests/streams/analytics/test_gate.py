"""Each row that was asked for passes the gate once; other rows are dropped with a warning, or fail their response."""

import re
from dataclasses import replace
from typing import Any, cast

import pytest

from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.engine.progress import Notices
from source_pinterest.streams.analytics.gate import Expected, RowGate
from source_pinterest.streams.base.stream import PinterestStream
from unit_tests.streams.pinterest import records_of

WINDOW = DateWindow.from_pair(["2026-03-04", "2026-03-10"])
EXPECTED = Expected(key=("ID", "DATE"), window=WINDOW)


class Stream:
    """What the gate needs of a stream, and the rows that pass it."""

    def __init__(self) -> None:
        self.name, self.notices = "ads", Notices("ads")
        self.gate = RowGate(cast("PinterestStream", self))

    def passed(self, *rows: dict[str, Any], expected: Expected = EXPECTED) -> list[dict[str, Any]]:
        """The rows of a response, which are the same in pages and in memory."""
        passed = self.gate.records([dict(row) for row in rows], expected)
        assert list(records_of(self.gate.bundles([dict(row) for row in rows], expected))) == passed
        return passed


def row(name: Any = "1", day: Any = "2026-03-04", **more: Any) -> dict[str, Any]:
    return {"ID": name, "DATE": day, **more}


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (row(day="2026-03-04T08:00:00"), "'2026-03-04T08:00:00' is not a day written as YYYY-MM-DD."),
        (row(day="04.03.2026"), "'04.03.2026' is not a day written as YYYY-MM-DD."),
        (row(day=1772582400), "1772582400 is not a day written as YYYY-MM-DD."),
        (row(day=["2026-03-04"]), "['2026-03-04'] is not a day written as YYYY-MM-DD."),
        (row(day=""), "A row has no DATE."),
        (row(day=None), "A row has no DATE."),
        ({"ID": "1"}, "A row has no DATE."),
        (row(None), "A row has no ID."),
        (row(""), "A row has no ID."),
        (row("9" * 101), "A row has no ID."),
        (row(10**100), "A row has no ID."),
        ({}, "A row has no ID and no DATE."),
    ],
)
def test_a_row_without_its_key_is_left_out_and_more_than_a_tenth_fail(
    bad: dict[str, Any], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    expected = replace(EXPECTED, texts=("ID",), account="7")
    good = [row(str(number), AD_ACCOUNT_ID="7") for number in range(18)]
    assert Stream().passed(*good, bad, bad, expected=expected) == good
    about = "rows of ad account 7 for 2026-03-04 to 2026-03-10 without their key"
    assert caplog.messages == [f"ads: {about}: 2 of 20. They are left out. {says}"]
    assert Stream().passed(good[0], bad, expected=expected) == good[:1]
    for rows in ([bad], [*good[:17], bad, bad]):
        with pytest.raises(MalformedResponseError, match=f"^{re.escape(says)}$"):
            Stream().passed(*rows, expected=expected)


def test_a_part_of_the_key_that_is_no_plain_value_fails_the_response() -> None:
    with pytest.raises(MalformedResponseError, match="object or a list"):
        Stream().passed(row(["1"]))


def kept(granularity: Granularity, *days: str) -> list[str]:
    rows = Stream().passed(*(row(day=day) for day in days), expected=replace(EXPECTED, granularity=granularity))
    return [row["DATE"] for row in rows]


@pytest.mark.parametrize(
    ("granularity", "wanted", "others"),
    [
        (Granularity.DAY, ["2026-03-04", "2026-03-10"], ["2026-03-03", "2026-03-11"]),
        (Granularity.HOUR, ["2026-03-04T00:00:00", "2026-03-10 23:00:00"], ["2026-03-03 23:00:00", "2026-03-11"]),
        (Granularity.WEEK, ["2026-03-02", "2026-03-08", "2026-03-15"], []),
        (Granularity.MONTH, ["2026-03-01", "2026-03-31", "March", "0000-99-99"], []),
    ],
)
def test_days_are_compared_by_day_hour_week_or_month(
    granularity: Granularity, wanted: list[str], others: list[str]
) -> None:
    assert kept(granularity, *others, *wanted) == wanted


@pytest.mark.parametrize(
    ("granularity", "day", "says"),
    [
        (Granularity.WEEK, "2026-03-01", "has the DATE 2026-03-01, a Sunday, outside of 2026-03-04 to 2026-03-10"),
        (Granularity.WEEK, "2026-03-16", "has the DATE 2026-03-16, a Monday, outside"),
        (Granularity.MONTH, "2026-02-28", "has the DATE 2026-02-28, a Saturday, outside"),
    ],
)
def test_a_week_or_month_outside_the_requested_days_fails(granularity: Granularity, day: str, says: str) -> None:
    with pytest.raises(MalformedResponseError, match=says):
        kept(granularity, "2026-03-04", day)


def test_each_kind_of_row_that_is_left_out_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    stream, some = Stream(), replace(EXPECTED, texts=("ID",), entities=frozenset({"1", "2"}))
    rows = [row("3"), row(1, SPEND=[1]), row("4"), row("2"), row(day="2026-03-03"), row(day="2026-03-11")]
    for _ in range(2):
        assert stream.passed(*rows, row(1, SPEND=[1]), expected=some) == [row("1", SPEND=[1]), row("2")]

    days, ids, twice = sorted(caplog.messages)
    assert (
        "rows of days that were not asked for, such as 2026-03-03 for 2026-03-04 to 2026-03-10. They are left" in days
    )
    assert "rows of ids that were not asked for, such as 3. They are left out." in ids
    assert "rows twice, such as one of 1, 2026-03-04. One of them is used." in twice


def test_requested_days_that_are_not_wanted_are_dropped_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    requested = DateWindow.from_pair(["2026-03-03", "2026-03-10"])

    assert not Stream().passed(row(day="2026-03-03"), expected=replace(EXPECTED, requested=requested))
    assert not caplog.messages


def test_a_row_that_names_another_ad_account_fails_the_response() -> None:
    of_account = replace(EXPECTED, texts=("AD_ACCOUNT_ID",), account="11")
    rows = [row("1", AD_ACCOUNT_ID=11), row("2"), row("3", AD_ACCOUNT_ID=None)]

    assert len(Stream().passed(*rows, expected=of_account)) == 3
    with pytest.raises(MalformedResponseError, match="names ad account 12, not 11"):
        Stream().passed(*rows, row("4", AD_ACCOUNT_ID="12"), expected=of_account)


def test_rows_that_differ_in_one_part_of_the_key_are_several() -> None:
    expected = replace(EXPECTED, key=("ID", "DATE", "HOUR"), optional=frozenset({"HOUR"}))
    rows = [row(), row("2"), row(day="2026-03-05"), row("11", HOUR="0"), row("11", HOUR="1")]
    stream = Stream()

    assert [stream.passed(*rows, expected=expected) for _ in range(2)] == [rows] * 2, "each response by itself"


def test_all_differing_rows_of_a_key_are_emitted_with_a_warning_that_counts_the_keys(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = [row(SPEND=-1), row("2"), row(SPEND=-2), row(), row("3"), row(SPEND=3)]

    assert Stream().passed(*rows, row(SPEND=-2)) == rows
    equal, warning = caplog.messages
    assert "twice" in equal
    assert warning == (
        "ads: Pinterest sent several rows that have the same key (ID, DATE), 1 of 3 keys: 1, 2026-03-04. All rows "
        "are emitted. A destination that replaces rows keeps one row of each key."
    )


def test_the_warning_names_ten_keys(caplog: pytest.LogCaptureFixture) -> None:
    rows = [row(number, SPEND=spend) for spend in (1, 2) for number in range(3_000)]

    assert Stream().passed(*rows) == rows
    [warning] = caplog.messages
    assert "3,000 of 3,000 keys: 0, 2026-03-04; 1, 2026-03-04; " in warning
    assert "9, 2026-03-04 and 2,990 more. All rows are emitted." in warning


def test_an_optional_part_may_be_empty_once() -> None:
    optional = replace(EXPECTED, optional=frozenset({"ID"}))

    assert len(Stream().passed(row(""), row("1"), row("", "2026-03-05"), expected=optional)) == 3
    assert len(Stream().passed(row("", SPEND=1), row(""), expected=optional)) == 2


def test_rows_without_an_hour_fail_the_response() -> None:
    hourly = replace(EXPECTED, key=("ID", "DATE", "HOUR"), granularity=Granularity.HOUR)
    with pytest.raises(MalformedResponseError, match=r"^A row has no HOUR\.$"):
        Stream().passed(row(), row("2"), expected=hourly)
