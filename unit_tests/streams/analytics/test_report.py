"""The reports that a stream requests, and what their rows and the state become."""

from collections.abc import Callable
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStateMessage, AirbyteStateMessageSerializer
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import AccessLostError, KeysChangedError, ReportRefusedError, UnavailableError
from source_pinterest.dates import DateWindow, days_before, merge_windows
from source_pinterest.engine.slices import failure_of
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.history import PlannedWindow
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.report import ReportStream
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import Pinterest, configured, refused, state_of

DEDUP, APPEND = configured("incremental", "append_dedup"), configured("incremental", "append")
NAME = "ad_group_report"

BY_NAME = {stream.__name__: stream for stream in REPORTS}
AdGroupReport, CampaignAnalyticsReport = BY_NAME["AdGroupReport"], BY_NAME["CampaignAnalyticsReport"]
CampaignTargetingReport, ProductItemReport = BY_NAME["CampaignTargetingReport"], BY_NAME["ProductItemReport"]


def ago(days: int) -> str:
    return str(days_before(TODAY, days))


def window(first_ago: int, last_ago: int) -> DateWindow:
    return DateWindow(days_before(TODAY, first_ago), days_before(TODAY, last_ago))


def windows(requests: list[ReportRequest]) -> list[list[str]]:
    return [one.window.as_pair() for one in requests]


def planned(pinterest: Pinterest, of: type[ReportStream] = AdGroupReport, how: Any = DEDUP) -> list[ReportRequest]:
    return list(pinterest.attached(pinterest.sync.stream(of), how).plan())


def known(first_ago: int, last_ago: int, *missing: DateWindow, account: str = "11") -> list[AirbyteStateMessage]:
    owed = [one.as_pair() for one in missing]
    return state_of(NAME, account, DATE=ago(last_ago), missing=owed, **{"from": ago(first_ago)})


@pytest.fixture
def after(mock: requests_mock.Mocker) -> Callable[..., Pinterest]:
    """A sync of account 11 that finds a state."""

    def make(state: list[AirbyteStateMessage], **options: Any) -> Pinterest:
        pinterest = Pinterest(mock, state, **options)
        pinterest.lists("ad_accounts", "11")
        return pinterest

    return make


@pytest.fixture
def first(pinterest: Pinterest) -> Pinterest:
    """A first sync of account 11."""
    pinterest.lists("ad_accounts", "11")
    return pinterest


# ---- Which windows


def test_a_first_sync_reads_all_that_pinterest_has_in_the_fewest_reports(first: Pinterest) -> None:
    requests = planned(first)

    assert merge_windows([one.window for one in requests]) == [window(913, 0)]
    assert [one.window.days for one in requests] == [186, 186, 186, 186, 170]
    assert [one.planned for one in requests] == [
        PlannedWindow(one.window, number) for number, one in enumerate(requests)
    ]


def test_product_items_reach_less_far_back_and_in_smaller_windows(first: Pinterest) -> None:
    requests = planned(first, ProductItemReport)

    assert merge_windows([one.window for one in requests]) == [window(91, 0)]
    assert [one.window.days for one in requests] == [31, 31, 30]


def test_a_request_names_level_columns_and_days(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, start_date=ago(1), attribution_window="7/7/0")
    pinterest.lists("ad_accounts", "11")
    [request] = planned(pinterest)
    asked = request.as_json()

    assert (asked["start_date"], asked["end_date"]) == (ago(1), ago(0))
    assert (asked["level"], asked["granularity"], asked["report_format"]) == ("AD_GROUP", "DAY", "JSON")
    assert (asked["click_window_days"], asked["engagement_window_days"], asked["view_window_days"]) == (7, 7, 0)
    assert asked["columns"][:2] == ["AD_GROUP_ID", "AD_ACCOUNT_ID"]
    assert not {"DATE", "targeting_types"} & {*asked["columns"], *asked}


def test_every_account_is_asked_for_the_one_longest_unread_first(mock: requests_mock.Mocker) -> None:
    state = [*state_of(NAME, "12", DATE=ago(5))]
    pinterest = Pinterest(mock, state)
    pinterest.lists("ad_accounts", "12", "13")
    accounts = [one.ad_account_id for one in planned(pinterest)]

    assert accounts == ["13"] * 5 + ["12"]


def test_a_later_sync_reads_the_lookback(after: Callable[..., Pinterest]) -> None:
    assert windows(planned(after(known(913, 1)))) == [[ago(34), ago(0)]]


def test_an_earlier_start_is_read_backwards_before_the_newest_days(after: Callable[..., Pinterest]) -> None:
    pinterest = after(known(200, 1), start_date=ago(500))

    assert windows(planned(pinterest)) == [
        [ago(314), ago(201)],
        [ago(500), ago(315)],
        [ago(34), ago(0)],
    ]


def test_what_is_missing_comes_first(after: Callable[..., Pinterest]) -> None:
    pinterest = after(known(913, 1, window(600, 590), window(300, 200)))

    assert windows(planned(pinterest)) == [[ago(600), ago(590)], [ago(300), ago(200)], [ago(34), ago(0)]]


def test_what_is_missing_before_a_later_start_is_still_owed(after: Callable[..., Pinterest]) -> None:
    """The user moved the start date past days that failed."""
    pinterest = after(known(913, 1, window(600, 590)), start_date=ago(30))

    assert windows(planned(pinterest)) == [[ago(600), ago(590)], [ago(30), ago(0)]]


def test_a_start_that_moved_past_the_cursor_leaves_no_gap(after: Callable[..., Pinterest]) -> None:
    pinterest = after(known(913, 60), start_date=ago(20))

    assert windows(planned(pinterest)) == [[ago(59), ago(0)]]


def test_a_cursor_for_all_accounts_holds_for_each_of_them_and_for_no_other(after: Callable[..., Pinterest]) -> None:
    """As the official connector keeps it."""
    entry = {"stream_descriptor": {"name": NAME}, "stream_state": {"DATE": ago(3)}}
    pinterest = after([AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": entry})])
    pinterest.lists("ad_accounts", "11", "12")
    stream = pinterest.attached(pinterest.sync.stream(AdGroupReport), DEDUP)

    assert windows(list(stream.plan())) == [[ago(36), ago(0)]] * 2
    assert stream.checkpoint.state["states"] == [
        {"partition": {"ad_account_id": account}, "cursor": {"DATE": ago(3)}} for account in ("11", "12")
    ]


def test_targeting_types_are_split_over_requests_for_each_window(first: Pinterest) -> None:
    requests = planned(first, CampaignTargetingReport)
    types = [tuple(one.body["targeting_types"]) for one in requests]

    assert len(requests) == 5 * 3
    assert {len(names) for names in types} == {5, 3}
    assert len({(one.window, one.number) for one in requests}) == 15
    assert {one.number for one in requests} == {0, 1, 2}
    for number in range(3):
        assert merge_windows([one.window for one in requests if one.number == number]) == [window(913, 0)]


def test_an_appending_destination_gets_the_days_that_have_settled(first: Pinterest) -> None:
    first.answers("resources/metrics_ready_state", {"json": {"conversion_metrics_ready": False}})

    assert merge_windows([one.window for one in planned(first, how=APPEND)]) == [window(913, 8)]


def test_no_other_destination_asks_what_has_settled(first: Pinterest) -> None:
    planned(first)

    assert first.asked("resources/metrics_ready_state") == []


def test_which_days_have_settled_is_asked_once_for_all_reports(first: Pinterest) -> None:
    first.answers("resources/metrics_ready_state", {"json": {"conversion_metrics_ready": True}})
    planned(first, AdGroupReport, APPEND)
    planned(first, CampaignAnalyticsReport, APPEND)

    assert len(first.asked("resources/metrics_ready_state")) == 1


# ---- Slices and the state


class Sync:
    """Reads a report stream of account 11 to its end."""

    def __init__(self, pinterest: Pinterest, of: type[ReportStream] = AdGroupReport, how: Any = DEDUP) -> None:
        self.stream = pinterest.attached(pinterest.sync.stream(of), how)
        self.stream.select()
        self.slices = list(self.stream.stream_slices())

    def read(self, stream_slice: StreamSlice) -> list[dict[str, Any]]:
        return list(self.stream.read_records(stream_slice=stream_slice))

    @property
    def cursor(self) -> dict[str, Any]:
        [entry] = self.stream.checkpoint.state["states"]
        return dict(entry["cursor"])


def row(ad_group: Any = "7", date: str = "2026-06-01", **more: Any) -> dict[str, Any]:
    return {"AD_GROUP_ID": ad_group, "DATE": date, **more}


def test_the_state_moves_as_reports_are_read(after: Callable[..., Pinterest]) -> None:
    pinterest = after(known(200, 1), start_date=ago(500))
    pinterest.reports({"7": [row()]})
    sync = Sync(pinterest)
    slices = sorted(sync.slices, key=lambda one: str(one["start_date"]), reverse=True)
    assert [record for one in slices for record in sync.read(one)] == [row(AD_ACCOUNT_ID="11")]

    assert sync.cursor == {"DATE": ago(0), "from": ago(500), "settled": ago(2)}


def test_a_window_counts_when_all_its_requests_are_read(after: Callable[..., Pinterest]) -> None:
    pinterest = after([], start_date=ago(9))
    pinterest.reports({"7": []})
    sync = Sync(pinterest, CampaignTargetingReport)
    assert len(sync.slices) == 3
    for one in sync.slices[1:]:
        sync.read(one)
    assert sync.stream.checkpoint.state["states"] == []

    sync.read(sync.slices[0])
    assert sync.cursor == {"DATE": ago(0), "from": ago(9), "settled": ago(2)}


def test_a_report_that_fails_is_owed_and_holds_up_no_newer_one(first: Pinterest) -> None:
    first.reports({"7": []})
    failing = window(913 - 186, 913 - 2 * 186 + 1).as_pair()

    def create(request: Any, context: Any) -> dict[str, Any]:
        context.status_code = 503 if request.json()["start_date"] == failing[0] else 200
        return {"token": request.json()["start_date"], "report_status": "IN_PROGRESS"}

    first.creates({"json": create})
    sync = Sync(first)
    failures = [one for one in sync.slices if failure_of(one)]
    for one in sync.slices:
        if one in failures:
            with pytest.raises(UnavailableError):
                sync.read(one)
        else:
            sync.read(one)

    assert len(failures) == 1
    assert sync.cursor == {"DATE": ago(0), "from": ago(913), "missing": [failing], "settled": ago(2)}


def test_a_report_that_is_too_slow_counts_when_both_halves_are_read(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, start_date=ago(9), report_timeout_minutes=0.01)
    pinterest.lists("ad_accounts", "11")
    asked = pinterest.reports({"7": []})
    busy, done = {"report_status": "IN_PROGRESS"}, {"report_status": "FINISHED", "url": "https://files.example/11"}
    pinterest.answers(
        "ad_accounts/11/reports",
        {"json": lambda request, _: busy if request.qs["token"] == ["token-1"] else done},
    )
    sync = Sync(pinterest)
    sync.read(sync.slices[0])
    assert sync.stream.checkpoint.state["states"] == []

    sync.read(sync.slices[1])
    assert sync.cursor == {"DATE": ago(0), "from": ago(9), "settled": ago(2)}
    assert [(one["start_date"], one["end_date"]) for one in asked] == [
        (ago(9), ago(0)),
        (ago(9), ago(5)),
        (ago(4), ago(0)),
    ]


def test_a_report_that_pinterest_calls_wrong_ends_the_stream_with_its_words(first: Pinterest) -> None:
    created = first.creates(refused(400, 1, "Nothing of the kind"))
    sync = Sync(first)

    with pytest.raises(ReportRefusedError, match="Nothing of the kind"):
        sync.read(sync.slices[0])
    assert created.call_count == 1
    assert sync.stream.checkpoint.state["states"] == []


def test_an_account_of_the_state_that_is_not_listed_fails_by_itself(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, known(20, 1, account="12"), start_date=ago(20))
    pinterest.lists("ad_accounts", "11")
    pinterest.reports({"7": []})
    slices = Sync(pinterest).slices

    assert [(one["ad_account_id"], failure_of(one) is None) for one in slices] == [("11", True), ("12", False)]


# ---- Rows


def test_ids_names_and_keys_are_text_and_metrics_stay_numbers(after: Callable[..., Pinterest]) -> None:
    pinterest = after([], start_date=ago(0))
    pinterest.reports(
        {
            "7": [
                row(
                    626736533506123457,
                    ago(0),
                    CAMPAIGN_ID=12,
                    CAMPAIGN_NAME=2026,
                    AD_ACCOUNT_ID=11,
                    SPEND_IN_DOLLAR=1.5,
                    IMPRESSION_1=3,
                    CTR=None,
                    TARGETING_TYPE="AGE_BUCKET",
                    TARGETING_VALUE=25,
                )
            ]
        }
    )
    sync = Sync(pinterest, CampaignTargetingReport)

    assert sync.read(sync.slices[0]) == [
        {
            "AD_GROUP_ID": "626736533506123457",
            "CAMPAIGN_ID": "12",
            "CAMPAIGN_NAME": "2026",
            "AD_ACCOUNT_ID": "11",
            "DATE": ago(0),
            "SPEND_IN_DOLLAR": 1.5,
            "IMPRESSION_1": 3,
            "TARGETING_TYPE": "AGE_BUCKET",
            "TARGETING_VALUE": "25",
        }
    ]


def test_rows_that_have_other_ids_than_the_state_knows_are_left_out_and_owed(mock: requests_mock.Mocker) -> None:
    """Of this account alone."""
    name = "product_group_report"
    state = state_of(name, "11", "12", DATE=ago(1), keyed=["AD_GROUP_ID"], **{"from": ago(913)})
    pinterest = Pinterest(mock, state, lookback_days=3)
    pinterest.lists("ad_accounts", "11", "12")
    pinterest.reports({"7": [{"DATE": ago(1), "AD_ID": "5"}]})
    pinterest.reports({"7": [{"DATE": ago(1), "AD_GROUP_ID": "6"}]}, account="12")
    sync = Sync(pinterest, BY_NAME["ProductGroupReport"])
    first, second = sorted(sync.slices, key=lambda one: str(one["ad_account_id"]))

    with pytest.raises(KeysChangedError, match="ad account 11 now come with AD_ID and without AD_GROUP_ID"):
        sync.read(first)
    assert [record["AD_GROUP_ID"] for record in sync.read(second)] == ["6"]
    owed, read = (entry["cursor"] for entry in sync.stream.checkpoint.state["states"])
    assert (owed["DATE"], owed["keyed"]) == (ago(1), ["AD_GROUP_ID"])
    assert (read["DATE"], read["keyed"]) == (ago(0), ["AD_GROUP_ID"])


def test_it_is_said_how_much_is_going_to_be_asked_for(first: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    first.reports({"7": []})
    with caplog.at_level("INFO", "airbyte"):
        Sync(first)

    estimate = "1 account, 5 windows, 5 reports, at least 10 requests, at least 1 min at Pinterest's present quota"
    assert f"ad_group_report: Estimate: {estimate}" in caplog.messages


def test_rows_of_other_days_are_left_out_with_a_warning(
    after: Callable[..., Pinterest], caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = after([], start_date=ago(0))
    pinterest.reports({"7": [row(date=ago(1)), row(date=ago(0))]})
    sync = Sync(pinterest)
    [page] = sync.stream.read_pages(sync.slices[0])

    assert page.lines.count(b'"stream":"ad_group_report"') == page.count == 1
    others = f"rows of days that were not asked for, such as {ago(1)} for {ago(0)}"
    assert any(message.startswith(f"ad_group_report: Pinterest sent {others}") for message in caplog.messages)


def test_a_report_that_pinterest_takes_and_then_does_not_show_is_named_by_its_stream(
    after: Callable[..., Pinterest],
) -> None:
    pinterest = after([], start_date=ago(0))
    pinterest.reports({})
    pinterest.answers("ad_accounts/11/reports", refused(403, 29))
    failure = failure_of(Sync(pinterest).slices[0])

    assert isinstance(failure, AccessLostError)
    assert str(failure.message).startswith(
        "ad_group_report: Pinterest gave the beginning of ad_accounts/11/reports and "
    )


def test_rows_name_what_they_are_about_and_what_that_lies_in(pinterest: Pinterest) -> None:
    assert [(key.stream, key.fields) for key in pinterest.stream(AdGroupReport).foreign_keys] == [
        ("ad_accounts", ("AD_ACCOUNT_ID",)),
        ("ad_accounts", ("ADVERTISER_ID",)),
        ("campaigns", ("CAMPAIGN_ID",)),
        ("ad_groups", ("AD_GROUP_ID",)),
    ]


def refusing(pinterest: Pinterest, column: str, rows: dict[str, Any]) -> list[list[str]]:
    """Script reports of which Pinterest refuses a column by its name; the columns of each request fill the list."""
    asked: list[list[str]] = []

    def create(request: Any, context: Any) -> dict[str, Any]:
        asked.append(request.json()["columns"])
        context.status_code = 400 if column in asked[-1] else 200
        refusal = {"code": 1, "message": f"There is no {column}"}
        return refusal if column in asked[-1] else {"token": "t", "report_status": "IN_PROGRESS"}

    pinterest.reports(rows)
    pinterest.creates({"json": create})
    return asked


def test_a_column_that_pinterest_refuses_costs_itself_and_no_row(
    after: Callable[..., Pinterest], caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = after([], start_date=ago(0))
    asked = refusing(pinterest, "CTR", {"7": [row(date=ago(0))]})
    sync = Sync(pinterest)

    assert [one["AD_GROUP_ID"] for one in sync.read(sync.slices[0])] == ["7"]
    assert [len(columns) for columns in asked] == [*[len(sync.stream.columns)] * 2, len(sync.stream.columns) - 1]
    assert any("ad_group_report: Pinterest refuses CTR, so" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("of", "column", "value"),
    [(AdGroupReport, "AD_GROUP_ID", "7"), (BY_NAME["ProductGroupReport"], "AD_ACCOUNT_ID", "11")],
)
def test_an_id_whose_column_is_refused_is_known_from_the_file_or_the_request(
    after: Callable[..., Pinterest], of: type[ReportStream], column: str, value: str
) -> None:
    pinterest = after([], start_date=ago(0))
    refusing(pinterest, column, {"7": [{"DATE": ago(0)}]})
    sync = Sync(pinterest, of)

    assert [one[column] for one in sync.read(sync.slices[0])] == [value]


def test_an_id_that_rows_may_lack_is_no_loss_unless_they_had_it_before(after: Callable[..., Pinterest]) -> None:
    name, of = "product_group_report", BY_NAME["ProductGroupReport"]
    rows = {"7": [{"DATE": ago(0), "AD_ID": "5"}]}
    known = {"DATE": ago(1), "keyed": ["AD_GROUP_ID", "AD_ID"], "partly": ["AD_GROUP_ID"]}
    for state, fails in (([], False), (state_of(name, "11", **known), True)):
        pinterest = after(state, start_date=ago(0), lookback_days=3)
        refusing(pinterest, "AD_GROUP_ID", rows)
        sync = Sync(pinterest, of)
        if fails:
            with pytest.raises(KeysChangedError, match="now come without AD_GROUP_ID"):
                sync.read(sync.slices[0])
        else:
            [one] = sync.read(sync.slices[0])
            assert (one["AD_ID"], one["AD_GROUP_ID"], one["ENTITY_ID"]) == ("5", "", "7")


def test_a_destination_that_keeps_every_row_gets_those_too_that_have_the_same_key(
    after: Callable[..., Pinterest], caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = after([], start_date=ago(0), max_retries=1)
    pinterest.reports({"7": [row(date=ago(0)), row(date=ago(0), CTR=1), row(date=ago(0))]})
    sync = Sync(pinterest, how=configured("full_refresh", "append"))

    assert len(sync.read(sync.slices[0])) == 2
    assert "All of its rows are emitted, since the destination keeps each of them." in caplog.text


def test_what_of_a_row_can_not_be_kept_is_told(
    after: Callable[..., Pinterest], mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = after([], start_date=ago(0))
    pinterest.reports({})
    text = f'{{"7": [{{"AD_GROUP_ID": "7", "DATE": "{ago(0)}", "CTR": 1e999}}]}}'
    mock.get("https://files.example/11", text=text)
    sync = Sync(pinterest)

    assert sync.read(sync.slices[0]) == [row(date=ago(0), AD_ACCOUNT_ID="11")]
    assert "ad_group_report: Pinterest sent numbers out of range; they are replaced by null." in caplog.messages


@pytest.mark.parametrize(
    ("of", "cost"),
    [
        (AdGroupReport, "1 for 186 days of an ad account, and some to ask whether it is ready"),
        (CampaignTargetingReport, "3 for 186 days of an ad account, and some to ask whether it is ready"),
        (ProductItemReport, "1 for 31 days of an ad account, and some to ask whether it is ready"),
    ],
)
def test_what_a_report_costs_is_known_from_its_level(pinterest: Pinterest, of: type[ReportStream], cost: str) -> None:
    assert pinterest.stream(of).cost == cost


# ---- What makes the numbers what they are


def test_what_was_asked_for_stands_in_the_state(after: Callable[..., Pinterest]) -> None:
    stream = after([]).stream(AdGroupReport)

    assert stream.checkpoint.state["asked"] == stream.request_fingerprint()


def test_another_attribution_is_another_question(mock: requests_mock.Mocker) -> None:
    asked = {
        Pinterest(mock, **options).stream(of).request_fingerprint()
        for of in (AdGroupReport, CampaignAnalyticsReport, CampaignTargetingReport)
        for options in ({}, {"attribution_window": "7/7/1"}, {"conversion_report_time": "TIME_OF_CONVERSION"})
    }

    assert len(asked) == 9


def test_days_and_lookback_are_no_other_question(mock: requests_mock.Mocker) -> None:
    asked = {
        Pinterest(mock, **options).stream(AdGroupReport).request_fingerprint()
        for options in ({}, {"start_date": ago(5)}, {"lookback_days": 7}, {"account_ids": ["11"]})
    }

    assert len(asked) == 1
