"""Do the rows of a report's file come whole, each under a key of its own?"""

from collections.abc import Mapping
from typing import Any

import pytest

from source_pinterest.api.errors import RepeatedKeyError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.notices import Notices
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.history import PlannedWindow
from source_pinterest.streams.analytics.report_rows import ITEM_ID, ReportRows
from unit_tests.streams.pinterest import records_of

PLANNED = DateWindow.from_pair(["2026-01-01", "2026-01-10"])
HALF = DateWindow.from_pair(["2026-01-01", "2026-01-05"])
REQUEST = ReportRequest("11", HALF, {"level": "CAMPAIGN", "granularity": "DAY"}, PlannedWindow(PLANNED))
KEY = ("CAMPAIGN_ID", "DATE")


def read(
    filed: dict[str, list[dict[str, Any]]],
    key: tuple[str, ...] = KEY,
    columns: tuple[str, ...] = (),
    stamped: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The records made of rows, which are filed under what they are about."""
    rows = ReportRows("campaign_report", Notices("campaign_report"), key, columns, stamped or {})
    return list(records_of(rows.pages(REQUEST, ((entity, row) for entity, found in filed.items() for row in found))))


def row(campaign: Any, date: Any = "2026-01-01", **more: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": campaign, "DATE": date, **more}


def test_rows_carry_their_account() -> None:
    assert read({"1": [row("1"), row("1", "2026-01-02", AD_ACCOUNT_ID="99")]}) == [
        row("1", AD_ACCOUNT_ID="11"),
        row("1", "2026-01-02", AD_ACCOUNT_ID="99"),
    ]


def test_a_product_item_is_known_by_what_its_rows_are_filed_under() -> None:
    rows = read({"7": [{"DATE": "2026-01-01"}], "8": [{"DATE": "2026-01-01"}]}, (ITEM_ID, "DATE"))

    assert [one[ITEM_ID] for one in rows] == ["7", "8"]


def test_other_rows_do_not_carry_what_they_are_filed_under() -> None:
    [one] = read({"7": [row("1")]})

    assert ITEM_ID not in one


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


@pytest.mark.parametrize(
    "body",
    [
        {"1": [row("1"), row("1")]},
        {"1": [row("1")], "2": [row("2"), row("1")]},
        {"1": [row("1"), row(1)]},
        {"1": [row("1", None)]},
        {"1": [row(None)]},
        {"1": [row("")]},
        {"1": [{"DATE": "2026-01-01"}]},
        {"1": [{"CAMPAIGN_ID": "1"}]},
    ],
)
def test_a_key_that_repeats_or_is_incomplete_is_seen_before_a_row_is_taken(body: dict[str, Any]) -> None:
    rows = ReportRows("campaign_report", Notices("campaign_report"), KEY, ())
    filed = ((entity, one) for entity, found in {"0": [row("0")], **body}.items() for one in found)

    with pytest.raises(RepeatedKeyError, match=r"campaign_report.*CAMPAIGN_ID and DATE"):
        rows.pages(REQUEST, filed)


def test_two_reports_may_have_the_same_keys() -> None:
    """One is read again, when a report is too slow or lost."""
    rows = ReportRows("campaign_report", Notices("campaign_report"), KEY, ())

    assert [len(list(records_of(rows.pages(REQUEST, [("1", row("1"))])))) for _ in range(2)] == [1, 1]


def test_rows_are_told_apart_by_every_column_of_the_key() -> None:
    kinds = [("GENDER", "male"), ("GENDER", "female"), ("COUNTRY", "male")]
    rows = [row("1", TARGETING_TYPE=kind, TARGETING_VALUE=value) for kind, value in kinds]

    assert len(read({"1": rows}, ("CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE", "DATE"))) == 3


def test_an_hour_of_zero_is_an_hour() -> None:
    assert len(read({"1": [row("1", HOUR=hour) for hour in range(24)]}, (*KEY, "HOUR"))) == 24
