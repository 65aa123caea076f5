"""The rows of a report's file come whole, each under a key of its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from source_pinterest.api.errors import KeysChangedError, MalformedResponseError, RepeatedKeyError
from source_pinterest.columns import ENTITY_ID, ITEM_ID
from source_pinterest.dates import DateWindow
from source_pinterest.reporting.job import ANALYTICS_REPORTS, ReportRequest
from source_pinterest.state.day_cursor import KeyColumns
from source_pinterest.state.history import PlannedWindow
from source_pinterest.streams.analytics.rows import ReportKey, ReportRows
from unit_tests.streams.analytics.test_gate import Stream
from unit_tests.streams.pinterest import records_of

PLANNED = DateWindow.from_pair(["2026-01-01", "2026-01-10"])
HALF = DateWindow.from_pair(["2026-01-01", "2026-01-05"])
REQUEST = ReportRequest("11", HALF, {"level": "CAMPAIGN", "granularity": "DAY"}, PlannedWindow(PLANNED))
KEY = ("CAMPAIGN_ID", "DATE")
IDS = ("AD_GROUP_ID", "AD_ID")
FINE = ReportKey((*IDS, ENTITY_ID, "DATE"), IDS)
OTHER_DAYS = (
    "campaign_report: Pinterest sent rows of days that were not asked for, such as {} for {}. They are left out."
)
OF_ITEMS = ReportKey((ITEM_ID, ENTITY_ID, "DATE"), (ITEM_ID,))


def report_rows(key: ReportKey, columns: tuple[str, ...] = (), stamped: Mapping[str, str] | None = None) -> ReportRows:
    return ReportRows("campaign_report", Stream("campaign_report").gate, key, columns, stamped or {})


def read(
    filed: dict[str, list[dict[str, Any]]],
    key: tuple[str, ...] | ReportKey = KEY,
    columns: tuple[str, ...] = (),
    stamped: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The records made of rows, which are filed under what they are about."""
    rows = report_rows(key if isinstance(key, ReportKey) else ReportKey(key), columns, stamped)
    pages, _ = rows.pages(REQUEST, ((entity, row) for entity, found in filed.items() for row in found))
    return list(records_of(pages))


def row(campaign: Any, date: Any = "2026-01-01", **more: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": campaign, "DATE": date, **more}


def test_rows_carry_their_account() -> None:
    assert read({"1": [row("1"), row("1", "2026-01-02", AD_ACCOUNT_ID=11)]}) == [
        row("1", AD_ACCOUNT_ID="11"),
        row("1", "2026-01-02", AD_ACCOUNT_ID="11"),
    ]


def test_a_file_of_another_account_is_not_used() -> None:
    """Two accounts were given one token or one link."""
    with pytest.raises(MalformedResponseError, match="names ad account 99, not 11"):
        read({"1": [row("1"), row("1", "2026-01-02", AD_ACCOUNT_ID="99")]})


def test_a_product_item_is_known_by_what_its_rows_are_filed_under() -> None:
    day = {"DATE": "2026-01-01"}
    rows = read({"7": [day | {}, day | {ITEM_ID: 8}], "9": [day | {ITEM_ID: None}]}, OF_ITEMS)

    assert [(one[ENTITY_ID], one[ITEM_ID]) for one in rows] == [("7", "7"), ("7", "8"), ("9", "9")]


def test_other_rows_do_not_carry_what_they_are_filed_under() -> None:
    [one] = read({"7": [row("1")]})

    assert not {ITEM_ID, ENTITY_ID} & set(one)


def test_keys_names_and_targeting_values_are_text_and_metrics_stay_numbers() -> None:
    columns = ("CAMPAIGN_NAME", "SPEND_IN_DOLLAR")
    asked = row(626736533506123457, CAMPAIGN_NAME=2026, SPEND_IN_DOLLAR=1.5, TARGETING_VALUE=25, HOUR=0)

    assert read({"1": [asked]}, (*KEY, "HOUR"), columns) == [
        row(
            "626736533506123457",
            CAMPAIGN_NAME="2026",
            SPEND_IN_DOLLAR=1.5,
            TARGETING_VALUE="25",
            HOUR="0",
            AD_ACCOUNT_ID="11",
        )
    ]


def test_a_stamp_names_the_days_of_the_request() -> None:
    [one] = read({"1": [row("1")]}, stamped={"FROM": "start_date", "TO": "end_date"})

    assert (one["FROM"], one["TO"]) == ("2026-01-01", "2026-01-05")


def test_ids_that_come_unasked_are_text_where_rows_are_told_apart_by_ids_alone() -> None:
    [finer] = read({"7": [fine(AD_ID=5, CAMPAIGN_ID=6, SPEND_IN_DOLLAR=7)]}, FINE)
    [usual] = read({"7": [row("1", AD_ID=5)]})

    assert (finer["AD_ID"], finer["CAMPAIGN_ID"], finer["SPEND_IN_DOLLAR"]) == ("5", "6", 7)
    assert usual["AD_ID"] == 5


def test_rows_are_lines_of_their_stream() -> None:
    [page] = report_rows(ReportKey(KEY)).pages(REQUEST, [("1", row("1"))])[0]

    assert page.lines.count(b'"stream":"campaign_report"') == page.count == 1


def test_days_that_had_to_be_asked_for_too_are_left_out_and_others_are_told_as_well(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of a kind of report that covers eight days at least."""
    rows = report_rows(ReportKey(KEY))
    week = DateWindow.from_pair(["2026-06-22", "2026-06-28"])
    endpoint = replace(ANALYTICS_REPORTS, least_days=8)

    def found(granularity: str, *days: str) -> list[str]:
        request = ReportRequest("11", week, {"granularity": granularity}, PlannedWindow(week), endpoint=endpoint)
        pages, _ = rows.pages(request, (("1", row("1", day)) for day in days))
        return [record["DATE"] for record in records_of(pages)]

    assert found("WEEK", "2026-06-15", "2026-06-22", "2026-06-29") == ["2026-06-22"]
    assert caplog.messages == [OTHER_DAYS.format("2026-06-29", "2026-06-15 to 2026-06-28")]
    assert found("DAY", "2026-06-21", "2026-06-22", "2026-06-28") == ["2026-06-22", "2026-06-28"]
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("least_days", [1, 8])
def test_a_week_that_the_days_begin_in_the_middle_of_is_wanted(least_days: int) -> None:
    window = DateWindow.from_pair(["2026-06-24", "2026-06-28"])
    endpoint = replace(ANALYTICS_REPORTS, least_days=least_days)
    request = ReportRequest("11", window, {"granularity": "WEEK"}, PlannedWindow(window), endpoint=endpoint)
    filed = (("1", row("1", day)) for day in ("2026-06-15", "2026-06-22"))
    pages, _ = report_rows(ReportKey(KEY)).pages(request, filed)

    assert [record["DATE"] for record in records_of(pages)] == ["2026-06-22"]


def test_days_that_nobody_asked_for_are_left_out_and_told(caplog: pytest.LogCaptureFixture) -> None:
    rows = report_rows(ReportKey(KEY))
    pages, _ = rows.pages(REQUEST, (("1", row("1", day)) for day in ("2026-01-05", "2026-01-06")))

    assert [record["DATE"] for record in records_of(pages)] == ["2026-01-05"]
    assert caplog.messages == [OTHER_DAYS.format("2026-01-06", "2026-01-01 to 2026-01-05")]


@pytest.mark.parametrize(
    "body",
    [
        {"1": [row("1", None)]},
        {"1": [row(None)]},
        {"1": [row("")]},
        {"1": [{"DATE": "2026-01-01"}]},
        {"1": [{"CAMPAIGN_ID": "1"}]},
    ],
)
def test_a_key_that_is_incomplete_is_seen_before_a_row_is_taken(body: dict[str, Any]) -> None:
    with pytest.raises(MalformedResponseError, match=r"A row has no (CAMPAIGN_ID|DATE)"):
        read({"0": [row("0")], **body})


def test_a_key_that_repeats_is_seen_before_a_row_is_taken() -> None:
    rows, filed = report_rows(ReportKey(KEY)), [("1", row("1", CTR=1)), ("2", row("2")), ("2", row(1))]
    with pytest.raises(MalformedResponseError, match="Two rows are of 1, 2026-01-01"):
        rows.pages(REQUEST, filed)
    with pytest.raises(RepeatedKeyError, match=r"campaign_report.*CAMPAIGN_ID and DATE"):
        rows.pages(REQUEST, filed)


def test_two_reports_may_have_the_same_keys() -> None:
    """One is read again, when a report is too slow or lost."""
    rows = report_rows(ReportKey(KEY))

    assert [len(list(records_of(rows.pages(REQUEST, [("1", row("1"))])[0]))) for _ in range(2)] == [1, 1]


def test_rows_are_told_apart_by_every_column_of_the_key() -> None:
    kinds = [("GENDER", "male"), ("GENDER", "female"), ("COUNTRY", "male")]
    rows = [row("1", TARGETING_TYPE=kind, TARGETING_VALUE=value) for kind, value in kinds]

    assert len(read({"1": rows}, ("CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE", "DATE"))) == 3


def test_an_hour_of_zero_is_an_hour() -> None:
    assert len(read({"1": [row("1", HOUR=hour) for hour in range(24)]}, (*KEY, "HOUR"))) == 24


# ---- Levels that may be finer than an entity a day


def fine(**ids: Any) -> dict[str, Any]:
    return {"DATE": "2026-01-01", **ids}


def test_each_part_of_the_key_has_a_value_whatever_pinterest_leaves_out() -> None:
    rows = read({"7": [fine(AD_GROUP_ID=1), fine(AD_ID=None)], "8": [fine(AD_GROUP_ID="")]}, FINE)

    assert [tuple(one[part] for part in FINE.columns) for one in rows] == [
        ("1", "", "7", "2026-01-01"),
        ("", "", "7", "2026-01-01"),
        ("", "", "8", "2026-01-01"),
    ]


def test_an_ad_is_known_by_its_older_name_as_well() -> None:
    named = [{"PIN_PROMOTION_ID": 5}, {"PIN_PROMOTION_ID": "6"}, {"AD_ID": 7, "PIN_PROMOTION_ID": 8}]
    rows = read({"7": [fine(**ids) for ids in (*named, {"AD_ID": None, "PIN_PROMOTION_ID": None})]}, FINE)

    assert [one["AD_ID"] for one in rows] == ["5", "6", "7", ""]


def test_targeting_that_is_left_out_is_an_empty_text_at_every_level() -> None:
    [one] = read({"7": [row("1", TARGETING_VALUE=None)]}, ("CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE", "DATE"))

    assert (one["TARGETING_TYPE"], one["TARGETING_VALUE"]) == ("", "")


@pytest.mark.parametrize("ids", [{"AD_ID": "1"}, {}])
def test_a_finer_key_may_repeat_as_well(ids: dict[str, str]) -> None:
    with pytest.raises(MalformedResponseError, match="Two rows are of "):
        read({"7": [fine(**ids), fine(**ids, CTR="1")]}, FINE)


@pytest.mark.parametrize(
    ("rows", "keyed"),
    [
        ([], None),
        ([fine(), fine(AD_ID="")], KeyColumns(frozenset())),
        ([fine(AD_ID="1"), fine(AD_ID="2")], KeyColumns(frozenset({"AD_ID"}))),
        ([fine(AD_ID="1"), fine()], KeyColumns(frozenset({"AD_ID"}), frozenset({"AD_ID"}))),
    ],
)
def test_it_is_known_with_which_ids_the_rows_are_keyed(rows: list[dict[str, Any]], keyed: KeyColumns | None) -> None:
    filed = [(str(number), one) for number, one in enumerate(rows)]

    assert report_rows(FINE).pages(REQUEST, filed)[1] == keyed


def test_the_id_of_an_item_says_something_only_where_the_row_is_listed_under_another() -> None:
    def keyed(item: Any) -> KeyColumns | None:
        return report_rows(OF_ITEMS).pages(REQUEST, [("7", fine(**{ITEM_ID: item}))])[1]

    assert keyed(7) == keyed("7") == keyed(None) == KeyColumns(frozenset())
    assert keyed("8") == KeyColumns(frozenset({ITEM_ID}))


def test_rows_with_other_ids_than_before_are_given_up_and_said_to_be_so() -> None:
    known = {"11": KeyColumns(frozenset({"AD_GROUP_ID"}))}
    key = ReportKey(FINE.columns, IDS, known.get)

    with pytest.raises(KeysChangedError) as caught:
        report_rows(key).pages(REQUEST, [("7", fine(AD_ID="1"))])

    assert caught.value.message == (
        "campaign_report: the rows of ad account 11 now come with AD_ID and without AD_GROUP_ID, so their keys are no "
        "longer the same. The rows of the days 2026-01-01 to 2026-01-10 would be counted twice, so they are left out "
        "and stay noted as missing. Clear the stream's data; the next sync then reads all days with the same key."
    )


SOME_LACKED_THE_AD = KeyColumns(frozenset(IDS), frozenset({"AD_ID"}))


def test_an_id_that_only_some_rows_had_may_be_missing_and_is_known_still() -> None:
    key = ReportKey(FINE.columns, IDS, {"11": SOME_LACKED_THE_AD}.get)
    pages, keyed = report_rows(key).pages(REQUEST, [("7", fine(AD_GROUP_ID="1"))])

    assert len(list(records_of(pages))) == 1
    assert keyed == SOME_LACKED_THE_AD


def test_an_id_that_pinterest_refuses_is_not_missing_by_chance() -> None:
    key = ReportKey(FINE.columns, IDS, {"11": SOME_LACKED_THE_AD}.get, lambda _: frozenset({"AD_ID"}))

    with pytest.raises(KeysChangedError, match="now come without AD_ID, so"):
        report_rows(key).pages(REQUEST, [("7", fine(AD_GROUP_ID="1"))])


def test_ids_of_another_account_say_nothing() -> None:
    key = ReportKey(FINE.columns, IDS, {"12": KeyColumns(frozenset({"AD_GROUP_ID"}))}.get)

    assert report_rows(key).pages(REQUEST, [("7", fine(AD_ID="1"))])[1] == KeyColumns(frozenset({"AD_ID"}))
