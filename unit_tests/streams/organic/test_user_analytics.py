"""The user's days are read as Pinterest settles them."""

from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessage, AirbyteStateMessageSerializer
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import RepeatedKeyError, UnavailableError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.slices import partition_slice, window_slice
from source_pinterest.state.day_cursor import planned_window
from source_pinterest.state.history import PlannedWindow
from source_pinterest.streams.organic.profile import (
    METRICS,
    SplitAnalytics,
    UserAccount,
    UserAccountAnalytics,
    UserAccountAnalyticsByAppType,
    UserAccountAnalyticsByContentType,
)
from unit_tests.streams.pinterest import Pinterest, configured, in_pieces, page

PATH = "user_account/analytics"
APPEND, DEDUP = configured("incremental", "append"), configured("incremental", "append_dedup")
SPLITS = SplitAnalytics.__subclasses__()


def day(number: int, status: str = "READY") -> dict[str, Any]:
    return {"date": f"2026-06-{number}", "data_status": status, "metrics": {"IMPRESSION": number}}


def days(*statuses: str) -> dict[str, Any]:
    found = [day(25 + number, status) for number, status in enumerate(statuses)]
    return {"json": {"all": {"daily_metrics": list(reversed(found)), "summary_metrics": {}}}}


def window(first: int = 25, last: int = 29) -> StreamSlice:
    days_read = DateWindow.from_pair([f"2026-06-{first}", f"2026-06-{last}"])
    return window_slice({}, PlannedWindow(days_read), {})


def read(pinterest: Pinterest, how: Any = None) -> tuple[list[int], dict[str, Any]]:
    """The days of the window that are emitted, and the state after it."""
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), how)
    dates = [int(record["date"][-2:]) for record in stream.read_records(stream_slice=window())]
    return dates, stream.checkpoint.state


def test_the_endpoint_is_asked_for_days_alone(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, days("READY"))
    pinterest.read(UserAccountAnalytics, window())

    assert pinterest.asked(PATH) == [{"start_date": ["2026-06-25"], "end_date": ["2026-06-29"]}]


def test_account_id_reads_on_behalf_of_its_owner(mock: Any) -> None:
    pinterest = Pinterest(mock, account_id="549")
    pinterest.answers(PATH, days("READY"))
    pinterest.read(UserAccountAnalytics, window())

    assert pinterest.asked(PATH)[0]["ad_account_id"] == ["549"]


def state(settled: int, newest: int | None = None) -> dict[str, Any]:
    days_told = {"date": f"2026-06-{settled}", "from": "2026-06-25", "settled": f"2026-06-{settled}"}
    return {**days_told, "read": f"2026-06-{newest}"} if newest else days_told


def test_settled_days_move_the_cursor_to_the_windows_end(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, days("READY", "READY", "BEFORE_BUSINESS_CREATED", "READY", "READY"))

    assert read(pinterest) == ([25, 26, 27, 28, 29], state(29))


@pytest.mark.parametrize("counting", ["PROCESSING", "ESTIMATE"])
def test_the_cursor_stops_before_a_day_that_is_still_counted(pinterest: Pinterest, counting: str) -> None:
    pinterest.answers(PATH, days("READY", "READY", counting, "READY", counting))

    assert read(pinterest) == ([25, 26, 27, 28, 29], state(26, 29))


def test_when_each_day_is_emitted_once_none_after_the_cursor_is(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, days("READY", "READY", "ESTIMATE", "READY", "READY"))

    assert read(pinterest, APPEND) == ([25, 26], state(26))


def test_a_window_that_is_all_still_counted_moves_nothing(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, days("ESTIMATE", "ESTIMATE"))

    assert read(pinterest, APPEND) == ([], {})


@pytest.mark.parametrize("how", [None, APPEND], ids=["again", "once"])
def test_days_that_an_answer_does_not_hold_are_not_settled(pinterest: Pinterest, how: Any) -> None:
    pinterest.answers(PATH, days("READY", "READY", "READY"))

    assert read(pinterest, how) == ([25, 26, 27], state(27))


@pytest.mark.parametrize("how", [None, APPEND], ids=["again", "once"])
@pytest.mark.parametrize("shown", [[20, 21], []], ids=["few days", "none"])
def test_a_week_old_day_that_an_answer_does_not_hold_counts_as_read(
    pinterest: Pinterest, how: Any, shown: list[int]
) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": list(map(day, shown))}}})
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), how)
    records = stream.read_records(stream_slice=window(20, 28))

    assert [int(record["date"][-2:]) for record in records] == shown
    assert stream.checkpoint.state == {"date": "2026-06-24", "from": "2026-06-20", "settled": "2026-06-24"}


def test_an_empty_answer_settles_no_young_day(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, days())

    assert read(pinterest) == ([], {})


@pytest.mark.parametrize("date", ["2026-06-31", "2026-06-21T00:00:00", 7])
def test_a_day_in_any_other_form_fails_the_response(pinterest: Pinterest, date: Any) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": [day(20), {"date": date, "data_status": "READY"}]}}})

    with pytest.raises(UnavailableError, match="is not a day written as YYYY-MM-DD"):
        pinterest.read(UserAccountAnalytics, window())


def test_a_day_that_comes_twice_is_emitted_once_if_it_is_equal(mock: Any) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), DEDUP)
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": [day(25), day(26), day(25)]}}})
    assert [one["date"] for one in stream.read_records(stream_slice=window())] == ["2026-06-25", "2026-06-26"]

    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": [day(25), day(26), day(25, "PROCESSING")]}}})
    with pytest.raises(RepeatedKeyError, match="one row per part and date"):
        list(stream.read_records(stream_slice=window()))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"all": {}}',
        '{"all": null}',
        '{"all": []}',
        '{"all": {"daily_metrics": null}}',
        '{"all": {"daily_metrics": [',
        '{"all": {"daily_metrics": [7]}}',
    ],
)
def test_a_body_without_days_is_never_read_as_none(pinterest: Pinterest, body: str) -> None:
    pinterest.answers(PATH, {"text": body})

    with pytest.raises(UnavailableError):
        pinterest.read(UserAccountAnalytics, window())


def test_the_first_sync_reads_all_days_in_one_call(pinterest: Pinterest) -> None:
    assert [dict(one) for one in pinterest.slices(UserAccountAnalytics)] == [
        {"start_date": "2026-04-03", "end_date": "2026-07-01"},
    ]


def test_a_body_is_read_whole_in_however_many_pieces_it_comes(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"text": in_pieces(days("READY", "READY")["json"])})

    assert read(pinterest) == ([25, 26], state(26))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "The analytics have no parts, or none under the key all."),
        ({"all": {}}, "A part of the analytics has no daily_metrics with dates."),
        ({"all": {"daily_metrics": [{"date": ""}]}}, "A part of the analytics has no daily_metrics with dates."),
    ],
)
def test_what_is_wrong_with_a_body_is_told(pinterest: Pinterest, body: Any, says: str) -> None:
    pinterest.answers(PATH, {"json": body})

    with pytest.raises(UnavailableError) as raised:
        pinterest.read(UserAccountAnalytics, window())
    assert str(raised.value.message).endswith(f". {says}")


def known(**cursor: Any) -> list[AirbyteStateMessage]:
    entry = {"stream_descriptor": {"name": "user_account_analytics"}, "stream_state": cursor}
    return [AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": entry})]


def test_a_later_sync_reads_what_is_owed_and_the_lookback(mock: Any, caplog: pytest.LogCaptureFixture) -> None:
    owed = [["2026-05-01", "2026-05-03"]]
    pinterest = Pinterest(mock, known(date="2026-06-28", missing=owed, **{"from": "2026-04-03"}), lookback_days=5)
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), DEDUP)
    with caplog.at_level("INFO", "airbyte"):
        found = [(one["start_date"], one["end_date"]) for one in stream.stream_slices()]

    assert found == [("2026-05-01", "2026-05-03"), ("2026-06-23", "2026-07-01")]
    assert (
        "user_account_analytics: Estimate: 1 account, 2 windows, 0 reports, at least 2 requests, at least 1 min at "
        "Pinterest's present quota"
    ) in caplog.messages


def test_a_state_in_the_future_goes_back_to_its_last_settled_day(mock: Any, caplog: pytest.LogCaptureFixture) -> None:
    pinterest = Pinterest(mock, known(date="2026-07-02"), lookback_days=0)

    assert [one["start_date"] for one in pinterest.slices(UserAccountAnalytics)] == ["2026-07-01"]
    assert "lies in the future (2026-07-02; today is 2026-07-01)" in caplog.text


def test_the_days_of_each_owner_are_his_own(mock: Any) -> None:
    cursors = {"11": "2026-06-28", "12": "2026-06-30"}
    states = [{"partition": {"ad_account_id": one}, "cursor": {"date": date}} for one, date in cursors.items()]
    pinterest = Pinterest(mock, known(states=states), organic_per_ad_account=True, lookback_days=0)
    accounts = [{"id": one, "owner": {"id": f"1{one}"}} for one in ("11", "12", "13")]
    pinterest.answers("ad_accounts", page(accounts))
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), DEDUP)

    assert [(one["ad_account_id"], one["start_date"]) for one in stream.stream_slices()] == [
        ("11", "2026-06-28"),
        ("12", "2026-06-30"),
        ("13", "2026-04-03"),
    ]


@pytest.mark.parametrize(("listed", "requested"), [("12", "12"), ("10 11 12", "11")], ids=["gone", "a lower one"])
def test_an_owner_keeps_the_account_that_the_state_knows(mock: Any, listed: str, requested: str) -> None:
    def sync(accounts: str, incoming: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        pinterest = Pinterest(mock, known(**incoming), organic_per_ad_account=True)
        pinterest.answers("ad_accounts", page([{"id": one, "owner": {"id": "7"}} for one in accounts.split()]))
        pinterest.answers(PATH, days("READY", "READY"))
        stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), DEDUP)
        records = [record for one in stream.stream_slices() for record in stream.read_records(stream_slice=one)]
        stream.checkpoint.ensure_at_least_one_state_emitted()
        assert {record["ad_account_id"] for record in records} == {"11"}
        return pinterest.asked(PATH)[-1]["ad_account_id"], pinterest.saved(UserAccountAnalytics)

    asked, first = sync("11 12", {})
    assert (asked, first["owners"]) == (["11"], {"7": "11"})
    asked, second = sync(listed, first)
    assert (asked, second) == ([requested], first)


def test_each_owner_is_asked_for_and_stands_on_his_rows(mock: Any) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    pinterest.answers(PATH, days("READY"))
    window_of = window_slice({"ad_account_id": "549"}, PlannedWindow(planned_window(window()).window), {})
    records = pinterest.read(UserAccountAnalytics, window_of)

    assert [(record["ad_account_id"], record["date"]) for record in records] == [("549", "2026-06-25")]
    assert [asked["ad_account_id"] for asked in pinterest.asked(PATH)] == [["549"]]


def test_days_that_were_not_asked_for_are_left_out_and_told(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": [day(24), day(25), day(29), day(30)]}}})

    assert read(pinterest)[0] == [25, 29]
    [told] = caplog.messages
    others = "rows of days that were not asked for, such as 2026-06-24 for 2026-06-25 to 2026-06-29. They are left out."
    assert told == f"user_account_analytics: Pinterest sent {others}"


# ---- Parts of the profile


@pytest.mark.parametrize("stream", SPLITS, ids=lambda stream: stream.stream_name())
def test_a_split_is_asked_for_by_its_name_with_every_metric_and_tells_rows_apart(
    pinterest: Pinterest, stream: type[SplitAnalytics]
) -> None:
    split = stream.stream_name().removeprefix("user_account_analytics_by_")
    pinterest.answers(PATH, {"json": {}})
    pinterest.read(stream, window())
    common = {"start_date": ["2026-06-25"], "end_date": ["2026-06-29"], "metric_types": [",".join(METRICS)]}
    calls = [{"content_type": ["PAID"]}, {"content_type": ["ORGANIC"]}]

    assert pinterest.queries(PATH) == [
        {**common, **one} for one in (calls if split == "content_type" else [{"split_field": [split.upper()]}])
    ]
    assert pinterest.stream(stream).primary_key == [split, "date"]
    assert split in pinterest.stream(stream).get_json_schema()["properties"]


def test_each_part_of_a_day_is_a_row_that_names_it(pinterest: Pinterest) -> None:
    parts = {"MOBILE": {"daily_metrics": [day(25)]}, "all": {"daily_metrics": [day(25), day(26)]}}
    pinterest.answers(PATH, {"json": parts})
    records = pinterest.read(UserAccountAnalyticsByAppType, window())

    assert [(record["app_type"], record["date"]) for record in records] == [
        ("MOBILE", "2026-06-25"),
        ("all", "2026-06-25"),
        ("all", "2026-06-26"),
    ]
    [asked] = pinterest.asked(PATH)
    assert asked["split_field"] == ["app_type"]
    assert "save_rate" in asked["metric_types"][0].split(","), "all of them does not go with a split"


def test_paid_and_organic_are_asked_for_one_after_the_other(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": [day(25)]}}})
    records = pinterest.read(UserAccountAnalyticsByContentType, window())

    assert [record["content_type"] for record in records] == ["PAID", "ORGANIC"]
    assert [asked["content_type"] for asked in pinterest.asked(PATH)] == [["paid"], ["organic"]]


def test_a_day_counts_when_paid_and_organic_reach_it(pinterest: Pinterest) -> None:
    """A profile without ads for a week waits for no paid days."""

    def read_both(paid: int, organic: int) -> dict[str, Any]:
        answers = [{"json": {"all": {"daily_metrics": [day(25 + n) for n in range(many)]}}} for many in (paid, organic)]
        pinterest.answers(PATH, *answers)
        stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalyticsByContentType))
        list(stream.read_records(stream_slice=window()))
        return stream.checkpoint.state

    assert read_both(3, 5) == state(27, 29)
    assert read_both(0, 4) == state(28)
    assert read_both(0, 0) == {}


def test_a_window_counts_when_both_calls_are_answered(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": [day(25)]}}}, {"status_code": 503})
    with pytest.raises(UnavailableError):
        pinterest.read(UserAccountAnalyticsByContentType, window())

    assert pinterest.stream(UserAccountAnalyticsByContentType).checkpoint.state == {}


# ---- The profile itself


def test_a_profile_is_one_record(pinterest: Pinterest) -> None:
    pinterest.answers("user_account", {"json": {"id": 7, "username": "shop"}})

    assert pinterest.read(UserAccount, partition_slice({})) == [{"id": "7", "username": "shop"}]
    assert pinterest.asked("user_account") == [{}]
