"""Analytics are requested in legal requests, taken whole or not at all, and split when they are too large."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import requests_mock
from airbyte_cdk.models import AirbyteStateMessageSerializer

from source_pinterest import limits
from source_pinterest.api.errors import RejectedError, SliceError, UnavailableError
from source_pinterest.columns import DEFAULT_COLUMNS
from source_pinterest.dates import DateWindow
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.analytics.levels import (
    AdAccountAnalytics,
    AdAccountTargetingAnalytics,
    CampaignAnalytics,
    CampaignTargetingAnalytics,
)
from source_pinterest.streams.analytics.query import QueryAnalytics
from unit_tests.streams.analytics.syncs import ago, window
from unit_tests.streams.pinterest import Pinterest, configured, page, records_of, refused, run_of, state_of
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

PATH = "ad_accounts/11/campaigns/analytics"


def call(days: DateWindow, *ids: str) -> tuple[DateWindow, tuple[str, ...]]:
    return days, ids


def bundles_of(stream: QueryAnalytics, asked: tuple[DateWindow, tuple[str, ...]]) -> Iterator[Bundle]:
    """What is read of a task that no cursor has planned."""
    days, ids = asked
    read = partial(stream.read_query, ids)
    return Task({"ad_account_id": "11"}, read, days).bundles()


def rows_of(
    pinterest: Pinterest, asked: tuple[DateWindow, tuple[str, ...]], of: type[QueryAnalytics] = CampaignAnalytics
) -> list[dict[str, Any]]:
    return list(records_of(bundles_of(pinterest.stream(of), asked)))


def row(campaign: Any, date: str | None = "2026-07-01", **more: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": campaign, "AD_ACCOUNT_ID": "11", "DATE": date, **more}


# ---- What is asked for


def test_a_request_names_days_ids_columns_and_attribution(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, attribution_window="30/30/1", conversion_report_time="TIME_OF_CONVERSION")
    pinterest.answers(PATH, {"json": []})
    rows_of(pinterest, call(window(9, 0), "1", "2"))

    [asked] = pinterest.queries(PATH)
    columns = asked.pop("columns")[0].split(",")
    assert asked == {
        "start_date": ["2026-06-22"],
        "end_date": ["2026-07-01"],
        "granularity": ["DAY"],
        "campaign_ids": ["1,2"],
        "click_window_days": ["30"],
        "engagement_window_days": ["30"],
        "view_window_days": ["1"],
        "conversion_report_time": ["TIME_OF_CONVERSION"],
    }
    assert set(columns) == {"CAMPAIGN_ID", "AD_ACCOUNT_ID", *DEFAULT_COLUMNS}
    assert len(columns) == len(set(columns))


def test_chosen_columns_always_come_with_the_ids(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, analytics_columns=["SPEND_IN_DOLLAR", "DATE"])
    pinterest.answers(PATH, {"json": []})
    rows_of(pinterest, call(window(0, 0), "1"))

    assert pinterest.asked(PATH)[0]["columns"] == ["campaign_id,ad_account_id,spend_in_dollar"]
    schema = pinterest.stream(CampaignAnalytics).get_json_schema()
    assert list(schema["properties"]) == ["DATE", "CAMPAIGN_ID", "AD_ACCOUNT_ID", "SPEND_IN_DOLLAR", "CURRENCY"]


def test_an_account_is_asked_for_without_ids(pinterest: Pinterest) -> None:
    pinterest.answers("ad_accounts/11/analytics", {"json": [{"AD_ACCOUNT_ID": "11", "DATE": "2026-07-01"}]})

    assert len(rows_of(pinterest, call(window(9, 0)), AdAccountAnalytics)) == 1
    pinterest.stream(AdAccountAnalytics).try_out("11", window(0, 0))
    for asked in pinterest.queries("ad_accounts/11/analytics"):
        assert asked.keys() == {"start_date", "end_date", "columns", "granularity"}
    assert asked["start_date"] == ["2026-07-01"]


def refusing(pinterest: Pinterest, column: str) -> None:
    """Script a Pinterest that refuses a column by its name."""

    def answer(request: Any, context: Any) -> Any:
        is_wrong = column in request.qs["columns"][0].upper().split(",")
        context.status_code = 400 if is_wrong else 200
        return refused(400, 1, f"There is no {column}.")["json"] if is_wrong else [row("1")]

    pinterest.answers(PATH, {"json": answer})


def test_a_column_that_pinterest_refuses_by_name_is_left_out(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, analytics_columns=["CTR", "CPC_IN_DOLLAR"])
    refusing(pinterest, "CTR")

    assert [one["CAMPAIGN_ID"] for one in rows_of(pinterest, call(window(9, 0), "1"))] == ["1"]
    assert pinterest.queries(PATH)[-1]["columns"] == ["CAMPAIGN_ID,AD_ACCOUNT_ID,CPC_IN_DOLLAR"]


def test_rows_without_the_id_of_what_they_are_about_are_of_no_use(pinterest: Pinterest) -> None:
    refusing(pinterest, "CAMPAIGN_ID")

    with pytest.raises(RejectedError, match="There is no CAMPAIGN_ID"):
        rows_of(pinterest, call(window(9, 0), "1"))


# ---- Which rows are taken


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '[{"CAMPAIGN_ID": "1", "DATE": "2026-07-01"}, {"CAMP',
        '[{"CAMPAIGN_ID": "1", "DATE": "2026-07-01"}, {"CAMPAIGN_ID": "1"}]',
        '[{"CAMPAIGN_ID": "1", "DATE": "2026-07-01"}, {"DATE": "2026-07-01"}]',
        '[{"CAMPAIGN_ID": "1", "DATE": "2026-07-01", "AD_ACCOUNT_ID": "12"}]',
    ],
)
def test_a_broken_response_is_never_taken_in_part(pinterest: Pinterest, body: str) -> None:
    pinterest.answers(PATH, {"text": body})
    bundles = bundles_of(pinterest.stream(CampaignAnalytics), call(window(89, 0), "1"))

    with pytest.raises(SliceError):
        next(bundles)


def test_rows_that_were_not_asked_for_are_left_out_and_told(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(PATH, {"json": [row("1", "2026-06-21"), row("1", "2026-06-22"), row("2"), row("1")]})

    assert rows_of(pinterest, call(window(9, 0), "1")) == [row("1", "2026-06-22"), row("1")]
    assert len(caplog.messages) == 2


def test_a_key_whose_rows_differ_is_left_out_only_where_rows_are_replaced(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    pinterest.answers(PATH, {"json": [row("1"), row("2"), row(1, CTR=1), row("1")]})
    assert rows_of(pinterest, call(window(9, 0), "1", "2")) == [row("2")]
    assert len(pinterest.asked(PATH)) == 1
    assert "1 of 2 keys are left out: 1, " in caplog.text

    append = configured("full_refresh", "append")
    stream = pinterest.attached(pinterest.sync.stream(CampaignAnalytics), append)
    both = [row("1"), row("2"), row("1", CTR=1)]
    assert list(records_of(bundles_of(stream, call(window(9, 0), "1", "2")))) == both
    assert caplog.text.count("comes twice or is incomplete. All of its rows are emitted") == 1


# ---- What is too large


@pytest.mark.parametrize("too_large", [[refused(413)], [{"exc": requests.ReadTimeout}] * 2], ids=["413", "broken"])
def test_a_response_that_is_too_large_is_asked_for_in_parts(
    mock: requests_mock.Mocker, too_large: list[dict[str, Any]]
) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    pinterest.answers(PATH, *too_large, {"json": [row("1")]}, {"json": [row("2")]})

    assert rows_of(pinterest, call(window(0, 0), "1", "2")) == [row("1"), row("2")]


def test_the_rows_in_memory_are_limited(pinterest: Pinterest) -> None:
    held: list[int] = []

    @contextmanager
    def holding(rows: int) -> Generator[None, None, None]:
        held.append(rows)
        yield

    vars(pinterest.sync)["rows"] = SimpleNamespace(holding=holding)
    pinterest.answers(PATH, {"json": []})
    pinterest.answers("ad_accounts/11/analytics", {"json": []})
    pinterest.answers("ad_accounts/11/campaigns/targeting_analytics", {"json": {"data": []}})
    rows_of(pinterest, call(window(9, 0), "1", "2", "3"))
    rows_of(pinterest, call(window(9, 0)), AdAccountAnalytics)
    rows_of(pinterest, call(window(9, 0), "1", "2"), CampaignTargetingAnalytics)

    assert held == [30, 10, 20 * limits.TARGETING_ROWS_A_DAY]


# ---- Which slices


@pytest.fixture
def recent(mock: requests_mock.Mocker) -> Pinterest:
    """A Pinterest that is read from the first day that needs no report."""
    return Pinterest(mock, start_date=ago(89))


def lists_of(pinterest: Pinterest, **ids: list[str]) -> None:
    pinterest.lists("ad_accounts", *(name.removeprefix("a") for name in ids))
    for name, entities in ids.items():
        pinterest.answers(f"ad_accounts/{name.removeprefix('a')}/campaigns", page(entities))


def windows_of(tasks: list[Task]) -> list[tuple[str, str, int]]:
    """The first and the last day of tasks, and the number of their ids."""
    return [(one["start_date"], one["end_date"], (one.rows or 0) // one.days.days) for one in tasks]


def test_few_entities_make_one_request_an_account_and_none_makes_none(recent: Pinterest) -> None:
    lists_of(recent, a11=["1", "2"], a12=["3"], a13=[])
    slices = recent.tasks(CampaignAnalytics)

    assert [one["ad_account_id"] for one in slices] == ["11", "12"]
    assert windows_of(slices) == [("2026-04-03", "2026-07-01", 2), ("2026-04-03", "2026-07-01", 1)]


def test_shorter_windows_of_more_ids_may_take_fewer_requests(
    mock: requests_mock.Mocker,
) -> None:
    """82 days of 243 ids would take three calls of all days, and take two of half of them."""
    state = state_of("campaign_analytics", "11", DATE="2026-06-30", **{"from": "2026-06-24"})
    pinterest = Pinterest(mock, state, start_date="2026-04-03", lookback_days=3)
    lists_of(pinterest, a11=[str(number) for number in range(243)])
    stream = pinterest.attached(pinterest.sync.stream(CampaignAnalytics), configured("incremental", "append_dedup"))

    assert windows_of(list(run_of(stream).tasks())) == [
        ("2026-05-14", "2026-06-23", 243),
        ("2026-04-03", "2026-05-13", 243),
        ("2026-06-27", "2026-07-01", 243),
    ]


def test_rows_that_are_broken_down_make_batches_smaller(recent: Pinterest) -> None:
    lists_of(recent, a11=["1", "2", "3"])
    by_account, by_campaign = (
        recent.tasks(stream) for stream in (AdAccountTargetingAnalytics, CampaignTargetingAnalytics)
    )

    assert windows_of(by_account) == [(ago(89), ago(0), 1)]
    assert windows_of(by_campaign) == [(ago(89), ago(0), 2), (ago(89), ago(0), 1)]
    asked = recent.answers("ad_accounts/11/campaigns/targeting_analytics", {"json": {"data": []}})
    for one in by_campaign:
        recent.read(CampaignTargetingAnalytics, one)
    assert [request.qs["campaign_ids"] for request in asked.request_history] == [["1,2"], ["3"]]


def test_an_account_whose_entities_can_not_be_listed_is_one_slice_that_raises(recent: Pinterest) -> None:
    lists_of(recent, a11=["1"], a12=["3"])
    recent.answers("ad_accounts/11/campaigns", refused(503))
    failed, good = recent.tasks(CampaignAnalytics)

    assert isinstance(failed.error, UnavailableError)
    assert good["ad_account_id"] == "12"


def test_a_cursor_for_all_accounts_holds_for_one_too_that_can_not_be_listed(mock: requests_mock.Mocker) -> None:
    """One without entities is read with that."""
    entry = {"stream_descriptor": {"name": "campaign_analytics"}, "stream_state": {"DATE": "2026-06-28"}}
    pinterest = Pinterest(mock, [AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": entry})])
    lists_of(pinterest, a11=["1"], a12=[])
    pinterest.answers("ad_accounts/11/campaigns", refused(503))
    pinterest.tasks(CampaignAnalytics)

    assert pinterest.stream(CampaignAnalytics).checkpoint.state["states"] == [
        {"partition": {"ad_account_id": "11"}, "cursor": {"DATE": "2026-06-28"}},
        {"partition": {"ad_account_id": "12"}, "cursor": {"DATE": "2026-07-01", "settled": "2026-06-26"}},
    ]


@pytest.mark.parametrize("answer", [{"json": []}, refused(503)], ids=["read", "failed"])
def test_planning_waits_while_many_tasks_are_unread(
    recent: Pinterest, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(limits, "TASKS_IN_LINE", 1)
    lists_of(recent, a11=["1"], a12=["2"])
    recent.answers(PATH, answer)
    tasks = iter(run_of(recent.stream(CampaignAnalytics)).tasks())
    first = next(tasks)
    second = in_thread(lambda: next(tasks))
    assert waits(second)

    with suppress(UnavailableError):
        recent.read(CampaignAnalytics, first)
    assert second.result(PATIENCE_SECONDS)["ad_account_id"] == "12"
