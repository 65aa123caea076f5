"""The user's days are read as Pinterest settles them."""

from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessage, AirbyteStateMessageSerializer

from source_pinterest.api.errors import SliceError, UnavailableError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.organic.profile import (
    METRICS,
    ProfileAnalytics,
    SplitAnalytics,
    UserAccount,
    UserAccountAnalytics,
    UserAccountAnalyticsByAppType,
    UserAccountAnalyticsByContentType,
)
from unit_tests.streams.pinterest import Pinterest, configured, in_pieces, page, read_slice, refused, run_of, slice_of

PATH = "user_account/analytics"
APPEND, DEDUP = configured("incremental", "append"), configured("incremental", "append_dedup")


def day(number: int, status: str = "READY") -> dict[str, Any]:
    return {"date": f"2026-06-{number}", "data_status": status, "metrics": {"IMPRESSION": number}}


def days(*statuses: str) -> dict[str, Any]:
    found = [day(25 + number, status) for number, status in enumerate(statuses)]
    return {"json": {"all": {"daily_metrics": list(reversed(found)), "summary_metrics": {}}}}


def window(first: int = 25, last: int = 29) -> DateWindow:
    return DateWindow.from_pair([f"2026-06-{first}", f"2026-06-{last}"])


def window_of(stream: ProfileAnalytics, first: int = 25, last: int = 29) -> Task:
    return Task({}, stream.read_days, window(first, last))


def read(pinterest: Pinterest, how: Any = None) -> tuple[list[int], dict[str, Any]]:
    """The days of the window that are emitted, and the state after it."""
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), how)
    dates = [int(record["date"][-2:]) for record in read_slice(stream, window_of(stream))]
    return dates, stream.checkpoint.state


def state(settled: int, newest: int | None = None) -> dict[str, Any]:
    days_told = {"date": f"2026-06-{settled}", "from": "2026-06-25", "settled": f"2026-06-{settled}"}
    return {**days_told, "read": f"2026-06-{newest}"} if newest else days_told


NOTHING_FINAL = {"date": "2026-06-24", "from": "2026-06-25"}


def test_the_first_sync_reads_all_days_in_one_request(pinterest: Pinterest) -> None:
    assert [dict(one) for one in pinterest.tasks(UserAccountAnalytics)] == [
        {"start_date": "2026-04-03", "end_date": "2026-07-01"},
    ]


@pytest.mark.parametrize(("options", "more"), [({}, {}), ({"account_id": "549"}, {"ad_account_id": ["549"]})])
def test_the_endpoint_is_asked_for_days_from_the_last_idle_one_on(
    mock: Any, options: dict[str, Any], more: dict[str, Any]
) -> None:
    pinterest = Pinterest(mock, **options)
    pinterest.answers(PATH, days("READY"))
    pinterest.read(UserAccountAnalytics, window_of(pinterest.stream(UserAccountAnalytics)))

    assert pinterest.asked(PATH) == [{"start_date": ["2026-06-24"], "end_date": ["2026-06-29"], **more}]


# ---- How far the cursor moves


@pytest.mark.parametrize(
    ("statuses", "settled", "newest"),
    [
        ("READY READY BEFORE_BUSINESS_CREATED READY READY", 29, None),
        ("READY READY PROCESSING READY PROCESSING", 26, 29),
        ("READY READY ESTIMATE READY ESTIMATE", 26, 29),
        ("READY READY READY", 27, None),
        ("ESTIMATE ESTIMATE", None, 26),
        ("", None, None),
    ],
)
def test_the_cursor_stops_before_a_day_that_is_still_counted_or_young_and_missing(
    mock: Any, statuses: str, settled: int | None, newest: int | None
) -> None:
    """Where each day is emitted once, no later day is emitted."""
    found = [25 + number for number, _ in enumerate(statuses.split())]
    again, once = Pinterest(mock), Pinterest(mock)
    again.answers(PATH, days(*statuses.split()))

    nothing = {**NOTHING_FINAL, **({"read": f"2026-06-{newest}"} if newest else {})}
    assert read(again) == (found, state(settled, newest) if settled else nothing)
    final = [number for number in found if settled and number <= settled]
    assert read(once, APPEND) == (final, state(settled) if settled else NOTHING_FINAL)


@pytest.mark.parametrize("how", [None, APPEND], ids=["again", "once"])
@pytest.mark.parametrize("shown", [[20, 21], []], ids=["few days", "none"])
def test_a_week_old_day_that_a_response_does_not_hold_counts_as_read(
    pinterest: Pinterest, how: Any, shown: list[int]
) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": list(map(day, shown))}}})
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), how)
    records = read_slice(stream, window_of(stream, 20, 28))

    assert [int(record["date"][-2:]) for record in records] == shown
    assert stream.checkpoint.state == {"date": "2026-06-24", "from": "2026-06-20", "settled": "2026-06-24"}


# ---- What comes


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{}", "The analytics have no parts, or none under the key all."),
        ('{"all": {}}', "A part of the analytics has no daily_metrics with dates."),
        ('{"all": {"daily_metrics": [{"date": ""}]}}', "A part of the analytics has no daily_metrics with dates."),
        ('{"all": {"daily_metrics": [{"date": "2026-06-31"}]}}', "is not a day written as YYYY-MM-DD."),
        ('{"all": {"daily_metrics": [', ""),
    ],
)
def test_a_body_without_days_is_never_read_as_none(pinterest: Pinterest, body: str, says: str) -> None:
    pinterest.answers(PATH, {"text": body})

    with pytest.raises(SliceError) as raised:
        pinterest.read(UserAccountAnalytics, window_of(pinterest.stream(UserAccountAnalytics)))
    assert str(raised.value.message).endswith(says)


def test_days_that_were_not_asked_for_or_came_before_are_left_out(mock: Any, caplog: pytest.LogCaptureFixture) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    found = {"daily_metrics": [day(23), day(24), day(25), day(29), day(25), day(30)]}
    pinterest.answers(PATH, {"text": in_pieces({"part": {"daily_metrics": [day(26)]}, "all": found})})

    assert read(pinterest)[0] == [25, 29]
    others = "such as 2026-06-23 for 2026-06-24 to 2026-06-29. They are left out."
    assert f"user_account_analytics: Pinterest sent rows of days that were not asked for, {others}" in caplog.messages


def test_a_day_that_comes_twice_with_other_numbers_is_left_out_alone(
    mock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    days = [day(25), day(26), day(25, "PROCESSING")]
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": days}}})

    assert read(pinterest, DEDUP)[0] == [26]
    assert "1 of 2 keys are left out: all, 2026-06-25. All" in caplog.text


# ---- Later syncs and owners


def known(**cursor: Any) -> list[AirbyteStateMessage]:
    entry = {"stream_descriptor": {"name": "user_account_analytics"}, "stream_state": cursor}
    return [AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": entry})]


def test_a_later_sync_reads_what_is_owed_and_the_lookback(mock: Any, caplog: pytest.LogCaptureFixture) -> None:
    owed = [["2026-05-01", "2026-05-03"]]
    pinterest = Pinterest(mock, known(date="2026-06-28", missing=owed, **{"from": "2026-04-03"}), lookback_days=5)
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), DEDUP)
    with caplog.at_level("INFO", "airbyte"):
        found = [(one["start_date"], one["end_date"]) for one in run_of(stream).tasks()]

    assert found == [("2026-05-01", "2026-05-03"), ("2026-06-23", "2026-07-01")]
    assert "user_account_analytics: Estimate: 1 account, 2 windows, 0 reports, at least 2 requests" in caplog.text


def test_the_days_of_each_owner_are_his_own(mock: Any) -> None:
    cursors = {"11": "2026-06-28", "12": "2026-06-30"}
    states = [{"partition": {"ad_account_id": one}, "cursor": {"date": date}} for one, date in cursors.items()]
    pinterest = Pinterest(
        mock, known(states=states), organic_per_ad_account=True, lookback_days=0, account_ids=["11", "12", "13", "77"]
    )
    for one in ("11", "12", "13"):
        pinterest.answers(f"ad_accounts/{one}", {"json": {"id": one, "owner": {"id": f"1{one}"}}})
    pinterest.answers("ad_accounts", page([{"id": one, "owner": {"id": f"1{one}"}} for one in ("11", "12", "13")]))
    pinterest.answers("ad_accounts/77", refused(403, 29))
    pinterest.answers(PATH, days("READY"))
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), DEDUP)
    failed, *slices = sorted(run_of(stream).tasks(), key=lambda one: one.error is None)

    assert failed["ad_account_id"] == "77"
    assert [(one["ad_account_id"], one["start_date"]) for one in slices] == [
        ("11", "2026-06-28"),
        ("12", "2026-06-30"),
        ("13", "2026-04-03"),
    ]
    [record] = read_slice(stream, slices[-1])
    assert (record["ad_account_id"], record["date"]) == ("13", "2026-06-25")
    assert pinterest.asked(PATH)[0]["ad_account_id"] == ["13"]


@pytest.mark.parametrize(("listed", "requested"), [("12", "12"), ("10 11 12", "11")], ids=["gone", "a lower one"])
def test_an_owner_keeps_the_account_that_the_state_knows(mock: Any, listed: str, requested: str) -> None:
    def sync(accounts: str, incoming: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        pinterest = Pinterest(mock, known(**incoming), organic_per_ad_account=True)
        pinterest.answers("ad_accounts", page([{"id": one, "owner": {"id": "7"}} for one in accounts.split()]))
        pinterest.answers(PATH, days("READY", "READY"))
        stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalytics), DEDUP)
        records = [record for one in run_of(stream).tasks() for record in read_slice(stream, one)]
        stream.checkpoint.ensure_at_least_one_state_emitted()
        assert {record["ad_account_id"] for record in records} == {"11"}
        return pinterest.asked(PATH)[-1]["ad_account_id"], pinterest.saved(UserAccountAnalytics)

    asked, first = sync("11 12", {})
    assert (asked, first["owners"]) == (["11"], {"7": "11"})
    asked, second = sync(listed, first)
    assert (asked, second) == ([requested], first)


# ---- Parts of the profile


def test_a_split_is_asked_for_by_its_name_with_every_metric_and_tells_rows_apart(pinterest: Pinterest) -> None:
    common = {"start_date": ["2026-06-24"], "end_date": ["2026-06-29"], "metric_types": [",".join(METRICS)]}
    for stream in SplitAnalytics.__subclasses__():
        split = stream.stream_name().removeprefix("user_account_analytics_by_")
        split_field = {"split_field": [split.upper()]}
        of_content_type = [{"content_type": ["PAID"]}, {"content_type": ["ORGANIC"]}]
        variants = of_content_type if split == "content_type" else [split_field]
        pinterest.answers(PATH, {"json": {}})
        pinterest.read(stream, window_of(pinterest.stream(stream)))

        assert pinterest.queries(PATH)[-len(variants) :] == [{**common, **one} for one in variants], stream
        assert pinterest.stream(stream).primary_key == [split, "date"], stream
        assert split in pinterest.stream(stream).get_json_schema()["properties"], stream


def test_each_part_of_a_day_is_a_row_that_names_it(pinterest: Pinterest) -> None:
    parts = {"MOBILE": {"daily_metrics": [day(25)]}, "all": {"daily_metrics": [day(25), day(26)]}}
    pinterest.answers(PATH, {"json": parts})
    records = pinterest.read(UserAccountAnalyticsByAppType, window_of(pinterest.stream(UserAccountAnalyticsByAppType)))

    assert [(record["app_type"], record["date"]) for record in records] == [
        ("MOBILE", "2026-06-25"),
        ("all", "2026-06-25"),
        ("all", "2026-06-26"),
    ]


def test_paid_and_organic_rows_bear_their_name(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": [day(25)]}}})
    records = pinterest.read(
        UserAccountAnalyticsByContentType, window_of(pinterest.stream(UserAccountAnalyticsByContentType))
    )

    assert [record["content_type"] for record in records] == ["PAID", "ORGANIC"]


def test_a_day_counts_when_paid_and_organic_reach_it(pinterest: Pinterest) -> None:
    """A profile without ads for a week waits for no paid days."""

    def read_both(paid: int, organic: int) -> dict[str, Any]:
        answers = [{"json": {"all": {"daily_metrics": [day(25 + n) for n in range(many)]}}} for many in (paid, organic)]
        pinterest.answers(PATH, *answers)
        stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalyticsByContentType))
        list(read_slice(stream, window_of(stream)))
        return stream.checkpoint.state

    assert read_both(3, 5) == state(27, 29)
    assert read_both(0, 4) == state(28)
    assert read_both(0, 0) == NOTHING_FINAL


def test_a_part_that_lags_behind_the_window_holds_up_its_days(pinterest: Pinterest) -> None:
    """The request shows that it had activity a few days ago."""
    paid, organic = [24, 25, 26, 27, 28], [24, 25]
    pinterest.answers(PATH, *({"json": {"all": {"daily_metrics": list(map(day, of))}}} for of in (paid, organic)))
    stream = pinterest.attached(pinterest.sync.stream(UserAccountAnalyticsByContentType), APPEND)

    assert list(read_slice(stream, window_of(stream, 27, 28))) == []
    assert stream.checkpoint.state == {"date": "2026-06-26", "from": "2026-06-27"}


def test_a_window_counts_when_both_calls_are_answered(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"json": {"all": {"daily_metrics": [day(25)]}}}, {"status_code": 503})
    with pytest.raises(UnavailableError):
        pinterest.read(
            UserAccountAnalyticsByContentType, window_of(pinterest.stream(UserAccountAnalyticsByContentType))
        )

    assert pinterest.stream(UserAccountAnalyticsByContentType).checkpoint.state == NOTHING_FINAL


# ---- The profile itself


def test_a_profile_is_one_record(pinterest: Pinterest) -> None:
    pinterest.answers("user_account", {"json": {"id": 7, "username": "shop"}})

    assert pinterest.read(UserAccount, slice_of({})) == [{"id": "7", "username": "shop"}]
    assert pinterest.asked("user_account") == [{}]
