"""Do reports become slices that the cursor knows, and rows that have one key each?"""

import copy
from collections.abc import Iterable
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest.api.errors import (
    AccountUnreadableError,
    ConfigError,
    RepeatedKeyError,
    ReportRefusedError,
    UnavailableError,
)
from source_pinterest.config import Config
from source_pinterest.dates import DateWindow
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.reporting.orders import FailedReport, Outcome, ReadyReport, SplitReport
from source_pinterest.streams.analytics.report_slices import ITEM_ID, ReportFeed, attribution_of, fingerprint, is_report
from source_pinterest.streams.base.slices import failure_of, partition_slice
from unit_tests.configs import TODAY, config
from unit_tests.streams.pinterest import Pinterest, refused

PLANNED = DateWindow(Date(2026, 1, 1), Date(2026, 1, 10))
HALF = DateWindow(Date(2026, 1, 1), Date(2026, 1, 5))
FILE = "https://files.example/report"


def request(window: DateWindow = PLANNED, number: int = 0) -> ReportRequest:
    return ReportRequest("11", window, {"level": "CAMPAIGN", "granularity": "DAY"}, PLANNED, number)


class Feed:
    """A feed, and what becomes of its reports."""

    def __init__(self, pinterest: Pinterest, mock: requests_mock.Mocker, *key: str) -> None:
        self.feed = ReportFeed(pinterest.sync, "campaign_report", key or ("CAMPAIGN_ID", "DATE"))
        self.splits: list[ReportRequest] = []
        self._runner = pinterest.sync.reports
        self._mock = mock

    def slices(self, outcomes: Iterable[Outcome]) -> list[StreamSlice]:
        desk = self.feed.order(list)
        self._runner.outcomes = lambda of: iter(outcomes) if of is desk else iter(())  # type: ignore[method-assign]
        return list(self.feed.slices(desk, self.splits.append))

    def rows(self, body: Any) -> list[dict[str, Any]]:
        self._mock.get(FILE, json=body)
        [one] = self.slices([ReadyReport(request(), "token", FILE)])
        return list(self.feed.rows(one))


@pytest.fixture
def feed(pinterest: Pinterest, mock: requests_mock.Mocker) -> Feed:
    return Feed(pinterest, mock)


# ---- What is asked for


def asked(**options: Any) -> dict[str, Any]:
    return attribution_of(Config.from_mapping(config(**options), TODAY))


def test_pinterests_own_attribution_is_not_asked_for() -> None:
    assert asked() == {}


def test_chosen_attribution_is_asked_for() -> None:
    assert asked(attribution_window="7/7/0", conversion_report_time="TIME_OF_CONVERSION") == {
        "click_window_days": 7,
        "engagement_window_days": 7,
        "view_window_days": 0,
        "conversion_report_time": "TIME_OF_CONVERSION",
    }


def test_a_fingerprint_stands_for_the_request_however_it_is_written() -> None:
    body = {"level": "CAMPAIGN", "columns": ["A", "B"]}

    assert fingerprint(body) == fingerprint({"columns": ["A", "B"], "level": "CAMPAIGN"})
    for other in ({**body, "columns": ["A"]}, {**body, "click_window_days": 7}, {**body, "level": "AD_GROUP"}):
        assert fingerprint(other) != fingerprint(body)


# ---- Slices


def test_a_finished_report_is_a_slice_of_the_window_that_was_planned(feed: Feed) -> None:
    ready = ReadyReport(request(HALF, number=2), "token", FILE)
    [one] = feed.slices([ready])

    assert one.partition == {"ad_account_id": "11"}
    assert one.cursor_slice == {"start_date": "2026-01-01", "end_date": "2026-01-10", "batch": 2, "token": "token"}
    assert is_report(one)
    assert failure_of(one) is None


def test_halves_of_one_window_are_slices_apart(feed: Feed) -> None:
    first, second = feed.slices([ReadyReport(request(HALF), token, FILE) for token in ("one", "two")])

    assert first != second


def test_a_report_that_was_split_is_no_slice_but_told(feed: Feed) -> None:
    split = request()

    assert feed.slices([SplitReport(split)]) == []
    assert feed.splits == [split]


def test_a_split_is_told_before_its_halves(feed: Feed) -> None:
    def outcomes() -> Iterable[Outcome]:
        yield SplitReport(request())
        assert len(feed.splits) == 1
        yield ReadyReport(request(HALF), "token", FILE)

    assert len(feed.slices(outcomes())) == 1


def test_a_failed_report_is_a_slice_of_its_window_that_raises(feed: Feed) -> None:
    error = UnavailableError("campaign_report", "path", 6, "")
    [one] = feed.slices([FailedReport(request(), error)])

    assert failure_of(one) is error
    assert (one["ad_account_id"], one["start_date"], one["end_date"]) == ("11", "2026-01-01", "2026-01-10")
    assert not is_report(one)


def test_a_slice_survives_a_copy(feed: Feed) -> None:
    """The framework makes deep ones."""
    ready = ReadyReport(request(), "token", FILE)
    [one] = feed.slices([ready])

    assert copy.deepcopy(one).extra_fields == one.extra_fields


def test_a_call_is_no_report() -> None:
    assert not is_report(partition_slice({"ad_account_id": "11"}, {}, ids=("1",)))


# ---- From the order to the rows


def test_reports_are_created_polled_and_fetched(pinterest: Pinterest) -> None:
    created = pinterest.reports({"1": [{"CAMPAIGN_ID": "1", "DATE": "2026-01-01"}]})
    feed = ReportFeed(pinterest.sync, "campaign_report", ("CAMPAIGN_ID", "DATE"))
    desk = feed.order(lambda: [request(), request(HALF)])
    rows = [row for one in feed.slices(desk, lambda _: None) for row in feed.rows(one)]

    assert created == [request().as_json(), request(HALF).as_json()]
    assert rows == [{"CAMPAIGN_ID": "1", "DATE": "2026-01-01", "AD_ACCOUNT_ID": "11"}] * 2


def test_a_report_that_pinterest_refuses_is_a_slice_that_raises_its_words(pinterest: Pinterest) -> None:
    created = pinterest.creates(refused(400, 1, "No such column"))
    feed = ReportFeed(pinterest.sync, "campaign_report", ("CAMPAIGN_ID", "DATE"))
    one, other = feed.slices(feed.order(lambda: [request(), request(HALF)]), lambda _: None)
    failure = failure_of(one)

    assert isinstance(failure, ReportRefusedError)
    assert "No such column" in str(failure.message)
    assert failure_of(other) is failure
    assert created.call_count == 1


def test_an_error_of_the_plan_ends_the_slices(pinterest: Pinterest) -> None:
    def plan() -> Iterable[ReportRequest]:
        raise ConfigError("Scripted")

    feed = ReportFeed(pinterest.sync, "campaign_report", ("CAMPAIGN_ID", "DATE"))
    with pytest.raises(ConfigError, match="Scripted"):
        list(feed.slices(feed.order(plan), lambda _: None))


def test_a_report_that_nobody_fetches_is_only_created(pinterest: Pinterest, mock: requests_mock.Mocker) -> None:
    created = pinterest.creates({"json": {"token": "t", "report_status": "IN_PROGRESS"}})
    ReportFeed(pinterest.sync, "campaign_report", ("CAMPAIGN_ID",)).create(request())

    assert created.call_count == mock.call_count == 1


def test_an_account_that_is_gone_is_its_own_failure(pinterest: Pinterest) -> None:
    pinterest.creates(refused(404, 1))
    feed = ReportFeed(pinterest.sync, "campaign_report", ("CAMPAIGN_ID", "DATE"))
    failures = [failure_of(one) for one in feed.slices(feed.order(lambda: [request(), request(HALF)]), lambda _: None)]

    assert [type(failure) for failure in failures] == [AccountUnreadableError, AccountUnreadableError]


# ---- Rows


def row(campaign: Any, date: Any = "2026-01-01", **more: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": campaign, "DATE": date, **more}


def test_rows_carry_their_account(feed: Feed) -> None:
    assert feed.rows({"1": [row("1"), row("1", "2026-01-02", AD_ACCOUNT_ID="99")]}) == [
        row("1", AD_ACCOUNT_ID="11"),
        row("1", "2026-01-02", AD_ACCOUNT_ID="99"),
    ]


def test_a_product_item_is_known_by_what_its_rows_are_filed_under(
    pinterest: Pinterest, mock: requests_mock.Mocker
) -> None:
    rows = Feed(pinterest, mock, ITEM_ID, "DATE").rows({"7": [{"DATE": "2026-01-01"}], "8": [{"DATE": "2026-01-01"}]})

    assert [one[ITEM_ID] for one in rows] == ["7", "8"]


def test_other_rows_do_not_carry_what_they_are_filed_under(feed: Feed) -> None:
    [one] = feed.rows({"7": [row("1")]})

    assert ITEM_ID not in one


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
def test_a_key_that_repeats_or_is_incomplete_fails_the_stream_before_a_row_is_taken(
    feed: Feed, mock: requests_mock.Mocker, body: dict[str, Any]
) -> None:
    mock.get(FILE, json={"0": [row("0")], **body})
    [one] = feed.slices([ReadyReport(request(), "token", FILE)])

    with pytest.raises(RepeatedKeyError, match="campaign_report"):
        next(iter(feed.feed.rows(one)))


def test_two_reports_may_have_the_same_keys(feed: Feed) -> None:
    """One is read again, when a report is too slow or lost."""
    for _ in range(2):
        assert len(feed.rows({"1": [row("1")]})) == 1


def test_rows_are_told_apart_by_every_column_of_the_key(pinterest: Pinterest, mock: requests_mock.Mocker) -> None:
    feed = Feed(pinterest, mock, "CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE", "DATE")
    kinds = [("GENDER", "male"), ("GENDER", "female"), ("COUNTRY", "male")]

    assert len(feed.rows({"1": [row("1", TARGETING_TYPE=kind, TARGETING_VALUE=value) for kind, value in kinds]})) == 3


def test_an_hour_of_zero_is_an_hour(pinterest: Pinterest, mock: requests_mock.Mocker) -> None:
    feed = Feed(pinterest, mock, "CAMPAIGN_ID", "DATE", "HOUR")

    assert len(feed.rows({"1": [row("1", HOUR=hour) for hour in range(24)]})) == 24


def test_a_file_that_can_not_be_had_fails_the_slice(feed: Feed, mock: requests_mock.Mocker) -> None:
    [one] = feed.slices([ReadyReport(request(), "token", "http://files.example/report")])
    mock.get(requests_mock.ANY, json={"report_status": "FINISHED", "url": "http://files.example/report"})
    feed.feed._client._pause = lambda _: None

    with pytest.raises(UnavailableError):
        list(feed.feed.rows(one))
