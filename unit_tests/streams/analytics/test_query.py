"""Analytics are requested in legal requests, taken whole or not at all, and split when they are too large."""

import threading
from typing import Any

import pytest
import requests
import requests_mock
from airbyte_cdk.models import AirbyteStateMessageSerializer
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.errors import RepeatedKeyError, ResponseTooLargeError, UnavailableError
from source_pinterest.columns import DEFAULT_COLUMNS
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.slices import batch_slice, failure_of, ids_of
from source_pinterest.state.history import PlannedWindow
from source_pinterest.streams.analytics.daily import DailyAnalytics
from source_pinterest.streams.analytics.levels import (
    AdAccountAnalytics,
    AdAccountTargetingAnalytics,
    AdAnalytics,
    CampaignAnalytics,
    CampaignTargetingAnalytics,
)
from source_pinterest.streams.analytics.query import QueryAnalytics
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import Pinterest, configured, page, records_of, refused, state_of
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

PATH = "ad_accounts/11/campaigns/analytics"


def days(first_ago: int, last_ago: int) -> DateWindow:
    return DateWindow(days_before(TODAY, first_ago), days_before(TODAY, last_ago))


def call(window: DateWindow, *ids: str) -> StreamSlice:
    return batch_slice({"ad_account_id": "11"}, PlannedWindow(window), ids, 0)


def rows_of(
    pinterest: Pinterest, stream_slice: StreamSlice, of: type[QueryAnalytics] = CampaignAnalytics
) -> list[dict[str, Any]]:
    """What is read of a slice that no cursor has planned."""
    return list(records_of(pinterest.stream(of).read_slice(stream_slice)))


def row(campaign: Any, date: str = "2026-07-01", **more: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": campaign, "DATE": date, **more}


class Answering:
    """A Pinterest that has a row for each id and day, and refuses calls of more than so many."""

    def __init__(self, mock: requests_mock.Mocker, most_ids: int = 250, most_days: int = 90, **options: Any) -> None:
        self.pinterest = Pinterest(mock, **options)
        self.most_ids, self.most_days = most_ids, most_days
        self.calls: list[tuple[int, int]] = []
        self.pinterest.answers(PATH, {"json": self._rows})

    def _rows(self, request: Any, context: Any) -> Any:
        ids = request.qs["campaign_ids"][0].split(",")
        window = DateWindow.from_pair([request.qs["start_date"][0], request.qs["end_date"][0]])
        self.calls.append((len(ids), window.days))
        if len(ids) > self.most_ids or window.days > self.most_days:
            context.status_code = 413
            return {"code": 1, "message": "Too large"}
        dates = [piece.start for piece in window.cut(1)]
        return [row(one, str(date)) for one in ids for date in dates]


# ---- What is asked for


def test_a_call_asks_for_what_the_official_connector_does(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"json": []})
    rows_of(pinterest, call(days(9, 0), "1", "2"))

    [asked] = pinterest.asked(PATH)
    columns = asked.pop("columns")[0].upper().split(",")
    assert asked == {
        "start_date": ["2026-06-22"],
        "end_date": ["2026-07-01"],
        "granularity": ["day"],
        "campaign_ids": ["1,2"],
    }
    assert set(columns) == {"CAMPAIGN_ID", "AD_ACCOUNT_ID", *DEFAULT_COLUMNS}
    assert len(columns) == len(set(columns))


def test_chosen_columns_always_come_with_the_ids(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, analytics_columns=["SPEND_IN_DOLLAR", "DATE"])
    pinterest.answers(PATH, {"json": []})
    rows_of(pinterest, call(days(0, 0), "1"))

    assert pinterest.asked(PATH)[0]["columns"] == ["campaign_id,ad_account_id,spend_in_dollar"]
    schema = pinterest.stream(CampaignAnalytics).get_json_schema()
    assert list(schema["properties"]) == ["DATE", "CAMPAIGN_ID", "AD_ACCOUNT_ID", "SPEND_IN_DOLLAR"]


def test_the_attribution_window_and_report_time_are_passed_on(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, attribution_window="30/30/1", conversion_report_time="TIME_OF_CONVERSION")
    pinterest.answers(PATH, {"json": []})
    rows_of(pinterest, call(days(0, 0), "1"))

    [asked] = pinterest.asked(PATH)
    names = ("click_window_days", "engagement_window_days", "view_window_days", "conversion_report_time")
    assert [asked[name] for name in names] == [["30"], ["30"], ["1"], ["time_of_conversion"]]


def test_an_account_is_asked_for_without_ids(pinterest: Pinterest) -> None:
    pinterest.answers("ad_accounts/11/analytics", {"json": [{"AD_ACCOUNT_ID": "11", "DATE": "2026-07-01"}]})

    assert len(rows_of(pinterest, call(days(9, 0)), AdAccountAnalytics)) == 1
    [asked] = pinterest.queries("ad_accounts/11/analytics")
    assert asked.keys() == {"start_date", "end_date", "columns", "granularity"}
    assert asked["granularity"] == ["DAY"]


# ---- Which rows are taken


def test_ids_are_text_and_exact_and_metrics_stay_numbers(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"json": [row(626736533506123457, SPEND_IN_DOLLAR=1.5, CPM_IN_DOLLAR=None)]})
    [record] = rows_of(pinterest, call(days(89, 0), "626736533506123457"))

    assert record["CAMPAIGN_ID"] == "626736533506123457"
    assert record["SPEND_IN_DOLLAR"] == 1.5
    assert type(record["SPEND_IN_DOLLAR"]) is float
    assert "CPM_IN_DOLLAR" not in record


@pytest.mark.parametrize(
    "rows",
    [
        [row("1"), row("2"), row("1", CTR=1)],
        [row("1"), row(1, CTR=1)],
    ],
)
def test_a_key_that_repeats_is_seen_before_a_row_is_taken(
    mock: requests_mock.Mocker, rows: list[dict[str, Any]]
) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    pinterest.answers(PATH, {"json": rows})
    pages = pinterest.stream(CampaignAnalytics).read_slice(call(days(89, 0), "1", "2"))

    with pytest.raises(RepeatedKeyError, match=r"^campaign_analytics: .* one row per CAMPAIGN_ID and DATE"):
        next(pages)


@pytest.mark.parametrize(
    "rows",
    [
        [row("1", None)],  # type: ignore[arg-type]
        [row("1", "2026-07-01T00:00:00")],
        [row(None)],
        [row(1.0)],
        [{"DATE": "2026-07-01"}],
        [row("1", AD_ACCOUNT_ID="12")],
    ],
)
def test_a_row_that_does_not_pass_the_gate_fails_its_response(pinterest: Pinterest, rows: list[dict[str, Any]]) -> None:
    pinterest.answers(PATH, {"json": [row("2"), *rows]})
    pages = pinterest.stream(CampaignAnalytics).read_slice(call(days(89, 0), "1", "2"))

    with pytest.raises(UnavailableError):
        next(pages)


def test_rows_of_ids_that_a_server_ignores_come_with_the_request_for_them(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(PATH, {"json": [row(one) for one in "123"]})

    assert [one["CAMPAIGN_ID"] for ids in ("12", "3") for one in rows_of(pinterest, call(days(9, 0), *ids))] == [*"123"]
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "null",
        '"text"',
        "<html>",
        "[1]",
        "[null]",
        "[[]]",
        '[{"CAMPAIGN_ID": "1", "DATE": "2026-07-01"}',
        '[{"CAMPAIGN_ID": "1", "DATE": "2026-07-01"}, {"CAMP',
        '[{"CAMPAIGN_ID": "1", "DATE": "2026-07-01"}]]',
    ],
)
def test_a_broken_body_is_never_taken_in_part(pinterest: Pinterest, body: str) -> None:
    pinterest.answers(PATH, {"text": body})
    pages = pinterest.stream(CampaignAnalytics).read_slice(call(days(89, 0), "1"))

    with pytest.raises(UnavailableError):
        next(pages)


def test_rows_of_days_that_were_not_asked_for_are_left_out_and_told(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(PATH, {"json": [row("1", "2026-06-21"), row("1", "2026-06-22"), row("1", "2026-07-01")]})

    assert [one["DATE"] for one in rows_of(pinterest, call(days(9, 0), "1"))] == ["2026-06-22", "2026-07-01"]
    window = "2026-06-22 to 2026-07-01"
    [told] = caplog.messages
    others = f"rows of days that were not asked for, such as 2026-06-21 for {window}. They are left out."
    assert told == f"campaign_analytics: Pinterest sent {others}"


def test_what_of_a_row_can_not_be_kept_is_told(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    pinterest.answers(PATH, {"text": '[{"CAMPAIGN_ID": 7, "DATE": "2026-07-01", "SPEND_IN_DOLLAR": 1e999}]'})

    assert rows_of(pinterest, call(days(9, 0), "7")) == [row("7")]
    assert caplog.messages == ["campaign_analytics: Pinterest sent numbers out of range; they are replaced by null."]


def test_a_destination_that_keeps_every_row_gets_those_too_that_have_the_same_key(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    pinterest.answers(PATH, {"json": [row("1"), row("1", CTR=1), row("1")]})
    append = configured("full_refresh", "append")
    stream = pinterest.attached(pinterest.sync.stream(CampaignAnalytics), append)

    assert list(records_of(stream.read_slice(call(days(9, 0), "1")))) == [row("1"), row("1", CTR=1)]
    assert caplog.text.count("comes twice or is incomplete. All of its rows are emitted") == 1


# ---- What is too large


def test_a_call_that_is_too_large_is_split_and_the_size_kept(mock: requests_mock.Mocker) -> None:
    answering = Answering(mock, most_ids=30)
    ids = [str(number) for number in range(100)]
    records = rows_of(answering.pinterest, call(days(9, 0), *ids))

    assert sorted((record["CAMPAIGN_ID"], record["DATE"]) for record in records) == sorted(
        (one, str(piece.start)) for one in ids for piece in days(9, 0).cut(1)
    )
    assert answering.calls == [(100, 10), (50, 10), (25, 10), (25, 10), (25, 10), (25, 10)]
    answering.calls.clear()
    rows_of(answering.pinterest, call(days(19, 10), *ids[:60]))
    assert answering.calls == [(25, 10), (25, 10), (10, 10)], "what worked is kept for the rest of the sync"


def test_a_single_id_is_split_by_days(mock: requests_mock.Mocker) -> None:
    answering = Answering(mock, most_days=3)
    records = rows_of(answering.pinterest, call(days(9, 0), "1"))

    assert [record["DATE"] for record in records] == [str(piece.start) for piece in days(9, 0).cut(1)]
    assert answering.calls == [(1, 10), (1, 5), (1, 3), (1, 2), (1, 3), (1, 2)]


def test_a_call_that_can_not_be_split_fails(mock: requests_mock.Mocker) -> None:
    answering = Answering(mock, most_ids=0)

    with pytest.raises(ResponseTooLargeError):
        rows_of(answering.pinterest, call(days(0, 0), "1"))
    assert answering.calls == [(1, 1)]


def test_a_failure_among_the_halves_leaves_the_slice_unread(recent: Pinterest) -> None:
    lists_of(recent, a11=["1", "2"])
    recent.answers(PATH, refused(413), {"json": [row("1")]}, refused(503))
    [only] = recent.slices(CampaignAnalytics)

    with pytest.raises(UnavailableError):
        recent.read(CampaignAnalytics, only)
    assert recent.stream(CampaignAnalytics).checkpoint.state["states"] == []
    assert len(recent.asked(PATH)) == 3


def test_rows_in_memory_are_given_back_after_a_failure(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, refused(503))
    for _ in range(2):
        with pytest.raises(UnavailableError):
            rows_of(pinterest, call(days(89, 0), *map(str, range(110))))

    def take_all() -> bool:
        with pinterest.sync.rows.holding(limits.ROWS_IN_MEMORY):
            return True

    assert in_thread(take_all).result(PATIENCE_SECONDS)


def test_a_connection_that_breaks_twice_is_taken_for_a_large_answer(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    broken = {"exc": requests.ReadTimeout}
    pinterest.answers(PATH, broken, broken, {"json": [row("1")]}, {"json": [row("2")]})

    records = rows_of(pinterest, call(days(0, 0), "1", "2"))
    assert [record["CAMPAIGN_ID"] for record in records] == ["1", "2"]
    assert [asked["campaign_ids"] for asked in pinterest.asked(PATH)] == [["1,2"], ["1,2"], ["1"], ["2"]]


# ---- Which slices


@pytest.fixture
def recent(mock: requests_mock.Mocker) -> Pinterest:
    """A Pinterest that is read from the first day that needs no report."""
    return Pinterest(mock, start_date=str(days_before(TODAY, 89)))


def lists_of(pinterest: Pinterest, **ids: list[str]) -> None:
    pinterest.lists("ad_accounts", *(name.removeprefix("a") for name in ids))
    for name, entities in ids.items():
        for path in ("campaigns", "ads"):
            pinterest.answers(f"ad_accounts/{name.removeprefix('a')}/{path}", page(entities))


def windows_of(slices: list[StreamSlice]) -> list[tuple[str, str, int]]:
    return [(one["start_date"], one["end_date"], len(ids_of(one) or ())) for one in slices]


def test_few_entities_make_one_call_an_account(recent: Pinterest) -> None:
    lists_of(recent, a11=["1", "2"], a12=["3"])
    slices = recent.slices(CampaignAnalytics)

    assert [one["ad_account_id"] for one in slices] == ["11", "12"]
    assert windows_of(slices) == [("2026-04-03", "2026-07-01", 2), ("2026-04-03", "2026-07-01", 1)]


def test_many_entities_make_the_fewest_legal_calls(recent: Pinterest) -> None:
    lists_of(recent, a11=[str(number) for number in range(1_000)])
    slices = recent.slices(AdAnalytics)
    asked = [(one["start_date"], entity) for one in slices for entity in ids_of(one) or ()]

    assert len(slices) == 10
    assert len(asked) == len(set(asked))
    assert {batch["batch"] for batch in slices} == set(range(len({ids_of(one) for one in slices})))


def test_shorter_windows_of_more_ids_may_take_fewer_requests(
    mock: requests_mock.Mocker,
) -> None:
    """82 days of 243 ids would take three calls of all days, and take two of half of them."""
    state = state_of("campaign_analytics", "11", DATE="2026-06-30", **{"from": "2026-06-24"})
    pinterest = Pinterest(mock, state, start_date="2026-04-03", lookback_days=3)
    lists_of(pinterest, a11=[str(number) for number in range(243)])
    stream = pinterest.attached(pinterest.sync.stream(CampaignAnalytics), configured("incremental", "append_dedup"))

    assert windows_of(list(stream.stream_slices())) == [
        ("2026-05-14", "2026-06-23", 243),
        ("2026-04-03", "2026-05-13", 243),
        ("2026-06-27", "2026-07-01", 243),
    ]


def test_rows_that_are_broken_down_make_batches_smaller(recent: Pinterest) -> None:
    lists_of(recent, a11=["1", "2", "3"])
    by_account, by_campaign = (
        windows_of(recent.slices(stream)) for stream in (AdAccountTargetingAnalytics, CampaignTargetingAnalytics)
    )

    assert by_account == [("2026-04-03", "2026-07-01", 0)]
    assert by_campaign == [("2026-04-03", "2026-07-01", 2), ("2026-04-03", "2026-07-01", 1)]


def test_an_account_without_entities_needs_no_call(recent: Pinterest) -> None:
    lists_of(recent, a11=[], a12=["3"])

    assert [one["ad_account_id"] for one in recent.slices(CampaignAnalytics)] == ["12"]


def test_an_account_whose_entities_can_not_be_listed_is_one_slice_that_raises(recent: Pinterest) -> None:
    lists_of(recent, a11=["1"], a12=["3"])
    recent.answers("ad_accounts/11/campaigns", refused(503))
    failed, good = recent.slices(CampaignAnalytics)

    assert isinstance(failure_of(failed), UnavailableError)
    assert good["ad_account_id"] == "12"
    with pytest.raises(UnavailableError):
        recent.read(CampaignAnalytics, failed)


def test_a_cursor_for_all_accounts_holds_for_one_too_that_can_not_be_listed(mock: requests_mock.Mocker) -> None:
    """One without entities is read with that."""
    entry = {"stream_descriptor": {"name": "campaign_analytics"}, "stream_state": {"DATE": "2026-06-28"}}
    pinterest = Pinterest(mock, [AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": entry})])
    lists_of(pinterest, a11=["1"], a12=[])
    pinterest.answers("ad_accounts/11/campaigns", refused(503))
    pinterest.slices(CampaignAnalytics)

    assert pinterest.stream(CampaignAnalytics).checkpoint.state["states"] == [
        {"partition": {"ad_account_id": "11"}, "cursor": {"DATE": "2026-06-28"}},
        {"partition": {"ad_account_id": "12"}, "cursor": {"DATE": "2026-07-01", "settled": "2026-06-29"}},
    ]


def test_so_many_slices_wait_in_line_and_a_read_one_makes_room(
    recent: Pinterest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it was read or has failed."""
    monkeypatch.setattr(limits, "SLICES_IN_LINE", 2)
    lists_of(recent, a11=["1"], a12=["2"], a13=["3"], a14=["4"])
    recent.answers("ad_accounts/11/campaigns/analytics", {"json": []})
    recent.answers("ad_accounts/12/campaigns/analytics", refused(503))
    slices = iter(recent.stream(CampaignAnalytics).stream_slices())
    first, second = next(slices), next(slices)
    third = in_thread(lambda: next(slices))
    assert waits(third)

    recent.read(CampaignAnalytics, first)
    assert third.result(PATIENCE_SECONDS)["ad_account_id"] == "13"
    fourth = in_thread(lambda: next(slices))
    assert waits(fourth)
    with pytest.raises(UnavailableError):
        recent.read(CampaignAnalytics, second)
    assert fourth.result(PATIENCE_SECONDS)["ad_account_id"] == "14"


class Line(threading.Semaphore):
    """Says that it is full where another would wait."""

    def acquire(self, *_: object, **__: object) -> bool:
        if super().acquire(blocking=False):
            return True
        raise BlockingIOError


def test_fifty_slices_wait_in_line(recent: Pinterest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a stream which plans fast leaves the others their share of a small quota."""
    monkeypatch.setattr(threading, "Semaphore", Line)
    lists_of(recent, **{f"a{number}": [str(number)] for number in range(100, 160)})
    handed_out = []
    with pytest.raises(BlockingIOError):
        handed_out.extend(recent.stream(CampaignAnalytics).stream_slices())

    assert len(handed_out) == 50


def test_the_entities_of_every_status_are_covered(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, status=["PAUSED"], start_date=str(TODAY))
    lists_of(pinterest, a11=["1", "2"])
    pinterest.stream(CampaignAnalytics).select()
    pinterest.slices(CampaignAnalytics)

    assert pinterest.asked("ad_accounts/11/campaigns")[0]["entity_statuses"] == ["active", "paused", "archived"]


@pytest.mark.parametrize("stream", DailyAnalytics.__subclasses__())
def test_keys_are_the_entity_and_the_day(pinterest: Pinterest, stream: type[DailyAnalytics]) -> None:
    assert pinterest.stream(stream).primary_key == [stream.id_column, "DATE"]
