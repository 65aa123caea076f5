"""Days too old for the synchronous endpoints come from reports, with no gap and no overlap."""

import logging
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStateMessage

from source_pinterest.api.errors import PinterestError
from source_pinterest.dates import DateWindow, merge_windows
from source_pinterest.state.period import fingerprint
from source_pinterest.streams.analytics.daily import DailyAnalytics
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from unit_tests.streams.analytics.syncs import APPEND, DEDUP, Sync, ago, window
from unit_tests.streams.pinterest import Pinterest, read_slice, refused, run_of, state_of
from unit_tests.threads import PATIENCE_SECONDS, in_thread

CALLS = "ad_accounts/11/campaigns/analytics"


def known(first_ago: int, last_ago: int, *missing: DateWindow) -> list[AirbyteStateMessage]:
    owed = [one.as_pair() for one in missing]
    return state_of("campaign_analytics", "11", DATE=ago(last_ago), missing=owed, **{"from": ago(first_ago)})


def row(campaign: Any = "7", date: str = "2026-06-01", **more: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": campaign, "DATE": date, **more}


class Daily(Sync):
    """A sync of account 11 with one campaign, of which every report and every call is finished at once."""

    def __init__(
        self,
        mock: requests_mock.Mocker,
        state: list[AirbyteStateMessage] | None = None,
        how: Any = DEDUP,
        **options: Any,
    ) -> None:
        self.pinterest = Pinterest(mock, state, **options)
        self.pinterest.lists("ad_accounts", "11")
        self.pinterest.lists("ad_accounts/11/campaigns", "7")
        self.pinterest.answers(CALLS, {"json": [row()]})
        self.asked = self.pinterest.reports({"7": [row()]})
        super().__init__(self.pinterest.attached(self.pinterest.sync.stream(CampaignAnalytics), how))

    @property
    def by_report(self) -> list[DateWindow]:
        return [one.days for one in self.slices if "token" in one]

    @property
    def by_call(self) -> list[DateWindow]:
        return [one.days for one in self.slices if "token" not in one]


# ---- Which days come from where


def test_a_first_sync_takes_all_days_once_the_old_ones_from_the_fewest_reports(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    sync = Daily(mock)
    with caplog.at_level("INFO", "airbyte"):
        assert sync.by_call == [window(89, 0)]

    assert merge_windows(sync.by_report) == [window(913, 90)]
    assert sum(one.days for one in sync.by_report) == 824
    assert len(sync.by_report) == len(sync.asked) == 5
    assert "token" not in sync.slices[0], "calls do not wait for reports"
    assert "campaign_analytics: Estimate: 1 account, 6 windows, 5 reports, at least 11 requests" in caplog.text


@pytest.mark.parametrize(("start_ago", "calls", "reports"), [(89, 1, 0), (90, 1, 1), (275, 1, 1), (276, 1, 2)])
def test_the_source_of_a_day_is_its_age_alone(
    mock: requests_mock.Mocker, start_ago: int, calls: int, reports: int
) -> None:
    sync = Daily(mock, start_date=ago(start_ago))

    assert (len(sync.by_call), len(sync.by_report)) == (calls, reports)
    assert merge_windows([*sync.by_call, *sync.by_report]) == [window(start_ago, 0)]


@pytest.mark.parametrize(
    ("state", "start_ago", "by_report", "by_call"),
    [
        (known(913, 56), 913, [], [(89, 0)]),
        (known(913, 60), 913, [(93, 90)], [(89, 0)]),
        (known(300, 1), 700, [(328, 301), (514, 329), (700, 515)], [(34, 0)]),
        (known(50, 1), 200, [(200, 90)], [(89, 51), (34, 0)]),
        (known(913, 1, window(200, 150), window(95, 80)), 913, [(200, 150), (95, 90)], [(89, 80), (34, 0)]),
    ],
    ids=["the lookback", "a long pause", "an earlier start, backwards", "one that both reach", "missing days"],
)
def test_unread_days_come_from_both_sources(
    mock: requests_mock.Mocker,
    state: list[AirbyteStateMessage],
    start_ago: int,
    by_report: list[tuple[int, int]],
    by_call: list[tuple[int, int]],
) -> None:
    sync = Daily(mock, state, start_date=ago(start_ago))

    assert sync.by_call == [window(*one) for one in by_call]
    assert [(one["start_date"], one["end_date"]) for one in sync.asked] == [
        (ago(first), ago(last)) for first, last in by_report
    ]
    sync.read_all()
    assert sync.cursors == [{"DATE": ago(0), "from": ago(start_ago), "settled": ago(2)}]


def test_the_newest_days_count_while_the_older_ones_are_missing(mock: requests_mock.Mocker) -> None:
    sync = Daily(mock)
    call, *reports = sync.slices
    sync.read(call)
    older = [ago(913), ago(90)]
    assert sync.cursors == [{"DATE": ago(0), "from": ago(913), "missing": [older], "settled": ago(2)}]

    for one in reports:
        sync.read(one)
    assert sync.cursors == [{"DATE": ago(0), "from": ago(913), "settled": ago(2)}]


def test_days_that_have_not_settled_wait_where_each_is_emitted_once(mock: requests_mock.Mocker) -> None:
    sync = Daily(mock, known(913, 10), how=APPEND)
    sync.pinterest.answers("resources/metrics_ready_state", {"json": {"conversion_metrics_ready": True}})

    assert sync.by_call == [window(11, 1)], "an older state has counted its last two days too early"


def test_old_days_of_an_account_need_no_entity(mock: requests_mock.Mocker) -> None:
    """A report covers what was deleted or never listed."""
    sync = Daily(mock, start_date=ago(100))
    sync.pinterest.lists("ad_accounts/11/campaigns")

    assert (sync.by_call, sync.by_report) == ([], [window(100, 90)])


def test_slices_that_are_listed_again_order_no_report_twice(mock: requests_mock.Mocker) -> None:
    sync = Daily(mock, start_date=ago(100))

    for slices in (sync.slices, run_of(sync.stream).tasks()):
        assert ["token" in one for one in slices] == [False, True]


# ---- What is asked for, and what comes


def test_a_report_asks_for_the_level_and_the_columns_that_reports_know(mock: requests_mock.Mocker) -> None:
    chosen = ["CTR", "QUIZ_PIN_RESULT_OPEN"]
    sync = Daily(mock, start_date=ago(90), attribution_window="7/7/1", analytics_columns=chosen)
    sync.read_all()
    [asked] = sync.asked

    assert (asked["level"], asked["granularity"]) == ("CAMPAIGN", "DAY")
    assert (asked["start_date"], asked["end_date"]) == (ago(90), ago(90))
    assert asked["click_window_days"] == 7
    assert asked["columns"] == ["CAMPAIGN_ID", "AD_ACCOUNT_ID", "CTR"]
    assert sync.pinterest.asked(CALLS)[0]["columns"] == ["campaign_id,ad_account_id,ctr,quiz_pin_result_open"]


def test_every_stream_has_its_level_and_key(mock: requests_mock.Mocker) -> None:
    levels: dict[str, str] = {}
    for stream in DailyAnalytics.__subclasses__():
        pinterest = Pinterest(mock, start_date=ago(90))
        pinterest.lists("ad_accounts", "11")
        for path in ("campaigns", "ad_groups", "ads"):
            pinterest.lists(f"ad_accounts/11/{path}")
        asked = pinterest.reports({})
        pinterest.tasks(stream)
        levels[stream.stream_name()] = asked[0]["level"]

        assert stream.id_column in asked[0]["columns"], stream
        assert pinterest.stream(stream).primary_key == [stream.id_column, "DATE"], stream

    assert levels == {
        "ad_account_analytics": "ADVERTISER",
        "campaign_analytics": "CAMPAIGN",
        "ad_group_analytics": "AD_GROUP",
        "ad_analytics": "PIN_PROMOTION",
        "product_group_analytics": "PRODUCT_GROUP",
    }


def test_records_of_both_sources_have_one_shape(mock: requests_mock.Mocker) -> None:
    sync = Daily(mock, start_date=ago(90))
    sync.pinterest.lists("ad_accounts/11/campaigns", "626736533506123457")
    more = {"AD_ACCOUNT_ID": 11, "CAMPAIGN_NAME": 2026, "SPEND_IN_DOLLAR": 1.5, "CTR": None}
    body = [row(626736533506123457, ago(days), **more) for days in (0, 90)]
    sync.pinterest.answers(CALLS, {"json": body})
    sync.pinterest.reports({"7": body})

    [first], [second] = (sync.read(one) for one in sync.slices)
    assert {first.pop("DATE"), second.pop("DATE")} == {ago(0), ago(90)}
    texts = {"CAMPAIGN_ID": "626736533506123457", "AD_ACCOUNT_ID": "11", "CAMPAIGN_NAME": "2026"}
    assert first == second == {**texts, "SPEND_IN_DOLLAR": 1.5}


def test_rows_of_older_days_and_what_is_said_of_them_bear_the_name_of_the_stream(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    sync = Daily(mock, start_date=ago(90))
    sync.pinterest.reports({"7": [row(date=ago(90), CAMPAIGN_NAME="\ud83d"), row(date=ago(1))]})
    [old] = [one for one in sync.slices if "token" in one]
    bundles = list(old.bundles())

    assert [(one.stream, one.count) for one in bundles] == [("campaign_analytics", 1)]
    replaced = "Pinterest sent broken characters; they are replaced by U+FFFD."
    assert f"campaign_analytics: {replaced}" in caplog.messages
    assert [text for text in caplog.messages if text.startswith("campaign_analytics: ") and ago(1) in text]


@pytest.mark.parametrize("column", ["CTR", "CAMPAIGN_ID"])
def test_a_report_of_older_days_does_without_a_column_that_pinterest_refuses(
    mock: requests_mock.Mocker, column: str
) -> None:
    sync = Daily(mock, start_date=ago(90), analytics_columns=["CTR", "CPC_IN_DOLLAR"])
    sync.pinterest.reports({"7": [{"DATE": ago(90), "CPC_IN_DOLLAR": 1}]})
    created = sync.pinterest.creates(
        *[refused(400, 1, f"There is no {column}")] * 2, {"json": {"token": "t", "report_status": "IN_PROGRESS"}}
    )
    [_, report] = sync.slices

    wanted = ["CAMPAIGN_ID", "AD_ACCOUNT_ID", "CTR", "CPC_IN_DOLLAR"]
    assert created.last_request.json()["columns"] == [name for name in wanted if name != column]
    if column == "CAMPAIGN_ID":
        assert [one["CAMPAIGN_ID"] for one in sync.read(report)] == ["7"], "known from the file"


def test_a_state_has_the_digest_of_the_report(mock: requests_mock.Mocker) -> None:
    stream = Pinterest(mock, analytics_columns=["CTR"], attribution_window="7/7/1").stream(CampaignAnalytics)
    windows = {"click_window_days": 7, "engagement_window_days": 7, "view_window_days": 1}
    columns = ["CAMPAIGN_ID", "AD_ACCOUNT_ID", "CTR"]

    assert stream.checkpoint.state["asked"] == fingerprint(
        {"level": "CAMPAIGN", "granularity": "DAY", "columns": columns, **windows}
    )


# ---- Reports that fail


def test_the_older_days_of_an_account_that_can_not_be_read_at_all_are_no_loss(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    """Those of an account whose newest days are read are one."""
    pinterest = Pinterest(mock, start_date=ago(100))
    pinterest.lists("ad_accounts", "11", "12")
    for account in ("11", "12"):
        pinterest.lists(f"ad_accounts/{account}/campaigns", f"7{account}")
        pinterest.creates(refused(403, 29), account=account)
    pinterest.answers(CALLS, refused(403, 29, "Not yours"))
    pinterest.answers("ad_accounts/12/campaigns/analytics", {"json": [row("712")]})
    stream = pinterest.attached(pinterest.sync.stream(CampaignAnalytics), DEDUP)
    errors: list[PinterestError] = []

    def read_all() -> None:
        for one in run_of(stream).tasks():
            try:
                list(read_slice(stream, one))
            except PinterestError as error:
                errors.append(error)

    with caplog.at_level(logging.WARNING):
        in_thread(read_all).result(PATIENCE_SECONDS)
    assert [str(error.message).partition(".")[0] for error in errors] == ["A part of ad account 12 can't be read"]
    [of_12] = stream.checkpoint.state["states"]
    assert of_12["cursor"]["missing"] == [window(100, 90).as_pair()]
    why = 'campaign_analytics: Pinterest answered "Not yours" (HTTP 403, code 29)'
    assert [message for message in caplog.messages if "left out" in message] == [
        f"campaign_analytics: 11 is left out. {why}."
    ]
