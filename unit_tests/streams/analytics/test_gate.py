"""Each row that was asked for passes the gate once; other rows are dropped with a warning, or fail their response."""

from dataclasses import replace
from typing import Any, cast

import pytest

from source_pinterest.api.errors import MalformedResponseError, SliceError
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.engine.progress import Notices
from source_pinterest.streams.analytics.rows import Expected, RowGate
from source_pinterest.streams.base.stream import PinterestStream
from unit_tests.streams.pinterest import records_of

WINDOW = DateWindow.from_pair(["2026-03-04", "2026-03-10"])
EXPECTED = Expected(key=("ID", "DATE"), days=WINDOW)


class Stream:
    """What the gate needs of a stream, and the rows that pass it."""

    def __init__(self, name: str = "ads", *, merges_by_key: bool = True) -> None:
        self.name, self.notices, self.merges_by_key = name, Notices(name), merges_by_key
        self.gate = RowGate(cast("PinterestStream", self))

    def passed(self, *rows: dict[str, Any], expected: Expected = EXPECTED) -> list[dict[str, Any]]:
        """The rows of a response, which are the same in pages and in memory."""
        passed = self.gate.records([dict(row) for row in rows], expected)
        asked_for = self.gate.asked_for([dict(row) for row in rows], expected)
        assert list(records_of(self.gate.bundles(asked_for, expected))) == passed
        return passed


def row(name: Any = "1", day: Any = "2026-03-04", **more: Any) -> dict[str, Any]:
    return {"ID": name, "DATE": day, **more}


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (row(day="2026-03-04T08:00:00"), "is not a day written as YYYY-MM-DD"),
        (row(day="04.03.2026"), "is not a day written as YYYY-MM-DD"),
        (row(day=1772582400), "is not a day written as YYYY-MM-DD"),
        (row(day=""), r"^A row has no DATE\.$"),
        (row(day=None), r"^A row has no DATE\.$"),
        ({"ID": "1"}, r"^A row has no DATE\.$"),
        (row(None), r"^A row has no ID\.$"),
        (row(""), r"^A row has no ID\.$"),
        ({"DATE": "2026-03-04"}, r"^A row has no ID\.$"),
        (row(813744226420000001.0), r"^ID is 8\.1374422642e\+17, which is not an exact id\.$"),
        (row(1.5), "which is not an exact id"),
        (row(["1"]), "which is not an exact id"),
    ],
)
def test_a_malformed_row_fails_its_response_wherever_it_is_loaded(bad: dict[str, Any], says: str) -> None:
    expected = replace(EXPECTED, texts=("ID",), entities=frozenset({"1", "2"}))
    for merges_by_key in (True, False):
        with pytest.raises(MalformedResponseError, match=says):
            Stream(merges_by_key=merges_by_key).passed(row("2"), bad, expected=expected)


def test_a_part_of_the_key_that_is_no_plain_value_fails_the_response() -> None:
    with pytest.raises(MalformedResponseError, match="object or a list"):
        Stream().passed(row(["1"]))


# ---- Rows that were not asked for


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


def test_rows_of_other_days_are_dropped_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    stream = Stream()
    for _ in range(2):
        assert stream.passed(row(day="2026-03-03"), row(), row(day="2026-03-11")) == [row()]

    [warning] = caplog.messages
    assert "such as 2026-03-03 for 2026-03-04 to 2026-03-10" in warning


def test_requested_days_that_are_not_wanted_are_dropped_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    requested = DateWindow.from_pair(["2026-03-03", "2026-03-10"])

    assert not Stream().passed(row(day="2026-03-03"), expected=replace(EXPECTED, requested=requested))
    assert not caplog.messages


def test_rows_of_entities_that_were_not_asked_for_are_dropped_with_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream, some = Stream(), replace(EXPECTED, texts=("ID",), entities=frozenset({"1", "2"}))
    for _ in range(2):
        assert stream.passed(row("3"), row(1), row("4"), row("2"), expected=some) == [row("1"), row("2")]

    [warning] = caplog.messages
    assert warning == "ads: Pinterest sent rows of ids that were not asked for, such as 3. They are left out."


def test_a_row_that_names_another_ad_account_fails_the_response() -> None:
    of_account = replace(EXPECTED, texts=("AD_ACCOUNT_ID",), account="11")
    rows = [row("1", AD_ACCOUNT_ID=11), row("2"), row("3", AD_ACCOUNT_ID=None)]

    assert len(Stream().passed(*rows, expected=of_account)) == 3
    with pytest.raises(MalformedResponseError, match="names ad account 12, not 11"):
        Stream().passed(*rows, row("4", AD_ACCOUNT_ID="12"), expected=of_account)


# ---- Keys


def test_rows_that_differ_in_one_part_of_the_key_are_several() -> None:
    expected = replace(EXPECTED, key=("ID", "DATE", "HOUR"), optional=frozenset({"HOUR"}))
    rows = [row(), row("2"), row(day="2026-03-05"), row("11", HOUR="0"), row("11", HOUR="1")]
    stream = Stream()

    assert [stream.passed(*rows, expected=expected) for _ in range(2)] == [rows] * 2, "each response by itself"


@pytest.mark.parametrize("merges_by_key", [True, False])
def test_an_equal_row_is_dropped_with_a_warning(merges_by_key: bool, caplog: pytest.LogCaptureFixture) -> None:
    rows = [row(SPEND=1, NESTED={"A": [1]}), row("2"), row(SPEND=1, NESTED={"A": [1]})]

    assert Stream(merges_by_key=merges_by_key).passed(*rows) == rows[:2]
    assert caplog.messages == ["ads: Pinterest sent rows twice, such as one of 1, 2026-03-04. One of them is used."]


@pytest.mark.parametrize("other", [{"SPEND": 2}, {}, {"SPEND": -2}])
def test_differing_rows_of_a_key_are_withheld_if_rows_are_replaced(
    other: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    first, *others = row(SPEND=-1), row("2"), row(**other), row("3"), row(SPEND=3), row(SPEND=-1), row("4", SPEND=5)
    kept = [row for row in others if row["ID"] != "1"]

    assert Stream().passed(first, *others) == kept
    [warning] = caplog.messages
    assert warning == (
        "ads: Pinterest sent rows that differ and have the same key (ID, DATE). They would overwrite each other in the "
        "destination, so those of 1 of 4 keys are left out: 1, 2026-03-04. All other rows are emitted."
    )


def test_a_withheld_key_costs_no_other_row_of_any_page(caplog: pytest.LogCaptureFixture) -> None:
    """Pages that have left memory by the time that the second row comes have the first."""
    rows = [row(number, TEXT="x" * 200_000) for number in "abcdefghijkl"]
    doubled = [row("b"), row("c"), row("f"), row("l")]

    assert [row["ID"] for row in Stream().passed(*rows, *doubled)] == list("adeghijk")
    [warning] = caplog.messages
    assert "4 of 12 keys are left out: b, 2026-03-04; c, 2026-03-04; f, 2026-03-04; l, 2026-03-04." in warning


@pytest.mark.parametrize(
    ("keys", "doubled", "is_another_grain"),
    [(1, 1, False), (10, 10, False), (11, 11, True), (22, 11, True), (23, 11, False), (300, 149, False)],
)
def test_differing_rows_of_half_the_keys_fail_the_response(
    keys: int, doubled: int, is_another_grain: bool, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [row(number) for number in range(keys)] + [row(number, SPEND=1) for number in range(doubled)]
    if is_another_grain:
        with pytest.raises(SliceError, match=r"^ads: .* one row per ID and DATE: \(0, '2026-03-04'\)") as raised:
            Stream().passed(*rows)
        assert raised.value.is_isolated
    else:
        assert len(Stream().passed(*rows)) == keys - doubled
        assert f"those of {doubled} of {keys} keys are left out" in caplog.text
        assert f"{doubled - 1}, 2026-03-04. All" in caplog.text or f" and {doubled - 100} more. All" in caplog.text
    assert len(Stream(merges_by_key=False).passed(*rows)) == keys + doubled


def test_differing_rows_are_emitted_with_one_warning_if_all_are_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = [row(SPEND=1), row(SPEND=2), row(SPEND=3)]
    assert Stream(merges_by_key=False).passed(*rows, row(SPEND=2)) == rows

    [doubt, equal] = caplog.messages
    assert "one row per ID and DATE" in doubt
    assert "emitted" in doubt
    assert "twice" in equal


def test_an_optional_part_may_be_empty_once() -> None:
    optional = replace(EXPECTED, optional=frozenset({"ID"}))

    assert len(Stream().passed(row(""), row("1"), row("", "2026-03-05"), expected=optional)) == 3
    assert not Stream().passed(row("", SPEND=1), row(""), expected=optional)


def test_rows_without_their_hour_are_emitted_only_where_every_row_is_kept() -> None:
    hourly = replace(EXPECTED, key=("ID", "DATE", "HOUR"), granularity=Granularity.HOUR)
    rows = [row(), row(), row(SPEND=1)]

    assert Stream(merges_by_key=False).passed(*rows, expected=hourly) == rows
    with pytest.raises(SliceError, match="HOUR"):
        Stream().passed(*rows, expected=hourly)
