"""The rows of a report's file come whole, each under a key of its own, and name other records."""

from dataclasses import replace
from typing import Any

import pytest

from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.columns import ENTITY_ID, ITEM_ID
from source_pinterest.dates import DateWindow
from source_pinterest.engine.progress import WarnOnce
from source_pinterest.reporting.client import ANALYTICS_REPORTS, ReportRequest
from source_pinterest.streams.analytics.row_validation import ReportKey, ReportRows
from unit_tests.streams.pinterest import records_of

HALF = DateWindow.from_pair(["2026-01-01", "2026-01-05"])
REQUEST = ReportRequest("11", HALF, {"level": "CAMPAIGN", "granularity": "DAY"})
KEY = ReportKey(("CAMPAIGN_ID", "DATE"))
BY_TARGETING = ReportKey(("CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE", "DATE"))
IDS = ("AD_GROUP_ID", "AD_ID")
FINE = ReportKey((*IDS, ENTITY_ID, "DATE"), IDS)
OF_ITEMS = ReportKey((ITEM_ID, ENTITY_ID, "DATE"), (ITEM_ID,))


def report_rows(key: ReportKey, columns: tuple[str, ...] = ()) -> ReportRows:
    return ReportRows("campaign_report", WarnOnce("campaign_report"), key, columns)


def read(filed: dict[str, list[dict[str, Any]]], key: ReportKey = KEY, **more: Any) -> list[dict[str, Any]]:
    """The records made of rows, which are filed under what they are about."""
    rows = ((entity, row) for entity, found in filed.items() for row in found)
    record_batches = report_rows(key, **more).record_batches(REQUEST, rows)
    return list(records_of(record_batches))


def row(campaign: Any, date: Any = "2026-01-01", **more: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": campaign, "DATE": date, **more}


def fine(**ids: Any) -> dict[str, Any]:
    return {"DATE": "2026-01-01", **ids}


def test_keys_names_and_targeting_values_are_text_and_metrics_stay_numbers() -> None:
    asked = row(626736533506123457, CAMPAIGN_NAME=2026, SPEND_IN_DOLLAR=1.5, TARGETING_VALUE=25, HOUR=0)
    texts = {"CAMPAIGN_NAME": "2026", "TARGETING_VALUE": "25", "HOUR": "0", "AD_ACCOUNT_ID": "11"}
    by_hour = ReportKey((*KEY.columns, "HOUR"))

    assert read({"1": [asked]}, by_hour, columns=("CAMPAIGN_NAME", "SPEND_IN_DOLLAR")) == [
        row("626736533506123457", SPEND_IN_DOLLAR=1.5, **texts)
    ]


def test_unrequested_ids_are_text_if_ids_alone_are_the_key() -> None:
    [finer] = read({"7": [fine(AD_ID=5, CAMPAIGN_ID=6, SPEND_IN_DOLLAR=7)]}, FINE)
    [usual] = read({"7": [row("1", AD_ID=5)]})

    assert (finer["AD_ID"], finer["CAMPAIGN_ID"], finer["SPEND_IN_DOLLAR"]) == ("5", "6", 7)
    assert usual["AD_ID"] == 5


def test_requested_days_beyond_the_window_are_omitted_from_a_report(caplog: pytest.LogCaptureFixture) -> None:
    rows = report_rows(KEY)
    week = DateWindow.from_pair(["2026-06-22", "2026-06-28"])
    endpoint = replace(ANALYTICS_REPORTS, least_days=8)

    def found(granularity: str, *days: str) -> list[str]:
        request = ReportRequest("11", week, {"granularity": granularity}, endpoint=endpoint)
        record_batches = rows.record_batches(request, (("1", row("1", day)) for day in days))
        return [record["DATE"] for record in records_of(record_batches)]

    assert found("DAY", "2026-06-21", "2026-06-22", "2026-06-28") == ["2026-06-22", "2026-06-28"]
    assert found("WEEK", "2026-06-15", "2026-06-21", "2026-06-22", "2026-06-28") == ["2026-06-22", "2026-06-28"]
    assert not caplog.messages
    with pytest.raises(MalformedResponseError, match="2026-06-29, outside of 2026-06-15 to 2026-06-28"):
        found("WEEK", "2026-06-22", "2026-06-29")


def test_targeting_is_part_of_the_key_and_an_empty_text_where_it_is_skipped() -> None:
    kinds = [("GENDER", "male"), ("GENDER", "female"), ("COUNTRY", "male")]
    rows = [row("1", TARGETING_TYPE=kind, TARGETING_VALUE=value) for kind, value in kinds]
    found = read({"1": [*rows, row("1", TARGETING_VALUE=None)]}, BY_TARGETING)

    assert [(one["TARGETING_TYPE"], one["TARGETING_VALUE"]) for one in found] == [*kinds, ("", "")]


def test_an_ad_is_known_by_its_older_name_and_an_item_by_what_it_is_filed_under() -> None:
    named = [{"PIN_PROMOTION_ID": 5}, {"AD_ID": 7, "PIN_PROMOTION_ID": 8}, {"AD_ID": None, "PIN_PROMOTION_ID": None}]
    ads = read({"7": [fine(**ids) for ids in named]}, FINE)
    items = read({"7": [fine(), fine(**{ITEM_ID: 8})], "9": [fine(**{ITEM_ID: None})]}, OF_ITEMS)

    assert [one["AD_ID"] for one in ads] == ["5", "7", ""]
    assert [(one[ENTITY_ID], one[ITEM_ID]) for one in items] == [("7", "7"), ("7", "8"), ("9", "9")]
