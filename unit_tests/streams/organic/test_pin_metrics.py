"""What of the metrics of pins only scripted answers show: odd forms, days that still count, refusals by name."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import requests_mock

from source_pinterest.streams.organic.pin_analytics import PinAnalytics
from source_pinterest.streams.organic.pin_requests import STANDARD_METRICS
from source_pinterest.streams.organic.profile import VIDEO_METRICS
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, configured, page, read_slice, run_of, state_of

STREAM = "pin_analytics"
DAY = {"date": "2026-06-20", "data_status": "READY", "metrics": {"IMPRESSION": 7}}
METRICS = {"all": {"daily_metrics": [DAY], "lifetime_metrics": {"TOTAL_COMMENTS": 3}}}


def many(pins: list[str], refuse: Callable[[list[str]], dict[str, Any] | None] = lambda _: None) -> dict[str, Any]:
    """Answers for several pins, unless there is a refusal for them."""

    def answer(request: Any, context: Any) -> Any:
        asked = [pin for pin in request.qs["pin_ids"] if pin in pins]
        refusal = refuse(asked)
        context.status_code = refusal["status_code"] if refusal else 200
        return refusal["json"] if refusal else dict.fromkeys(asked, METRICS)

    return {"json": answer}


def read(pinterest: Pinterest, pins: Iterable[str] = (), *answers: dict[str, Any]) -> list[str]:
    """The pins whose days are emitted, after these pins and answers for several of them were scripted."""
    if answers:
        pinterest.lists("pins", *pins)
        pinterest.answers("pins/analytics", *answers)
    (stream_slice,) = pinterest.tasks(PinAnalytics)
    records = pinterest.read(PinAnalytics, stream_slice)
    for record in records:
        owner = {name: record[name] for name in record if name == "ad_account_id"}
        assert record == {**owner, **DAY, "pin_id": record["pin_id"], "lifetime_metrics": {"TOTAL_COMMENTS": 3}}
    return [record["pin_id"] for record in records]


PINS = [str(number) for number in range(1, 251)]
PER_OWNER = {"organic_per_ad_account": True}


VIDEO_START_REFUSED = "Parameter 'metric_types' (value VIDEO_START) is not one of IMPRESSION, SAVE"
ALL, STANDARD = ",".join((*STANDARD_METRICS, *VIDEO_METRICS)), ",".join(STANDARD_METRICS)


@pytest.mark.parametrize("kind", ["image", "multiple_images", "IMAGE"])
def test_a_metric_that_is_refused_for_a_picture_is_read_for_a_video(pinterest: Pinterest, kind: str) -> None:
    media = [{"media_type": one} for one in ("video", kind, kind, "video", "multiple_mixed")] + [{}]
    pinterest.answers("pins", page([{"id": str(pin), "media": found} for pin, found in enumerate(media, 1)]))
    pinterest.answers("pins/analytics", refused(401, 3))
    asked: list[tuple[int, str]] = []

    def answer(request: Any, context: Any) -> Any:
        pin, metrics = int(request.path.split("/")[-2]), request.qs["metric_types"][0].upper()
        asked.append((pin, metrics))
        is_refused = pin in (2, 3) and "VIDEO" in metrics
        context.status_code = 400 if is_refused else 200
        return refused(400, 1, VIDEO_START_REFUSED)["json"] if is_refused else METRICS

    for pin in range(1, 7):
        pinterest.answers(f"pins/{pin}/analytics", {"json": answer})
    assert read(pinterest) == list("123456")
    assert asked == [(1, ALL), (2, ALL), (2, STANDARD), (3, STANDARD), (4, ALL), (5, ALL), (6, ALL)]


def test_an_app_outside_of_the_beta_is_warned_once(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    pinterest.answers("pins/1/analytics", {"json": METRICS})
    with caplog.at_level(logging.INFO):
        assert read(pinterest, ["1"], refused(401, 3)) == ["1"]
    assert caplog.text.count("so they are read one by one") == 1


def active_only(
    mock: requests_mock.Mocker, totals: dict[str, Any], cursor: dict[str, Any], **options: Any
) -> Callable[[], list[str]]:
    """A function that reads pins with these `pin_metrics`, after a pass over all of them yesterday."""
    pinterest = Pinterest(mock, state_of(STREAM, **cursor), pin_analytics_only_active=True, **options)
    for account in {pin[0] for pin in totals}:
        found = [{"id": pin, "pin_metrics": totals[pin]} for pin in totals if pin[0] == account]
        pinterest.answers(f"pins?ad_account_id={account}" if options else "pins", page(found))
    pinterest.answers("pins/analytics", many(list(totals)))
    if options:
        pinterest.answers("ad_accounts", page([{"id": pin[0], "owner": {"id": f"1{pin[0]}"}} for pin in totals]))
    pinterest.attached(pinterest.sync.stream(PinAnalytics), configured("incremental", "append_dedup"))
    return lambda: read(pinterest)


YESTERDAY = {"date": "2026-06-30", "from": "2026-04-03"}
ACTIVE = {"90d": {"impression": 1}}


@pytest.mark.parametrize(
    ("totals", "is_active"),
    [
        ({"90d": {"impression": 3, "save": 0}}, True),
        ({"90d": {"impression": "3"}}, True),
        ({"90d": {"impression": {"value": 0}}}, True),  # of a form that nobody has seen
        ({"90d": {"impression": 0, "save": 0.0, "pin_click": None, "clickthrough": "0"}}, False),
        ({"90d": {"impression": 0}, "lifetime_metrics": {"impression": 9}}, False),
        ({"lifetime_metrics": {"impression": 9}}, False),
        ({"90d": {}}, False),
        ({}, False),
        (None, False),
    ],
    ids=str,
)
def test_a_pin_is_requested_if_a_total_of_90_days_is_not_zero(
    mock: requests_mock.Mocker, totals: Any, is_active: bool
) -> None:
    assert active_only(mock, {"1": ACTIVE, "12": totals}, YESTERDAY)() == (["1", "12"] if is_active else ["1"])
    assert mock.request_history[0].qs["pin_metrics"] == ["true"]


@pytest.mark.parametrize("cursor", [{}, {**YESTERDAY, "date": "2026-06-24"}], ids=["none", "a week old"])
def test_a_full_pass_comes_after_a_week_or_if_none_is_known(mock: requests_mock.Mocker, cursor: dict[str, str]) -> None:
    assert active_only(mock, {"1": ACTIVE, "12": None}, cursor)() == ["1", "12"]


def test_owners_without_totals_are_read_whole_beside_those_with_totals(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    cursors = [{"partition": {"ad_account_id": owner}, "cursor": YESTERDAY} for owner in "12"]
    reading = active_only(mock, {"11": ACTIVE, "12": {}, "21": {}, "22": None}, {"states": cursors}, **PER_OWNER)
    assert reading() == ["11", "21", "22"]
    assert caplog.text.count("no pin in Pinterest's list has totals") == 1


def test_a_day_that_pinterest_still_counts_is_appended_with_a_warning(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    """24 June is the last day that is old enough."""
    statuses = {"20": "READY", "22": "PROCESSING"}
    rows = [{"date": f"2026-06-{day}", "data_status": status} for day, status in statuses.items()]
    pinterest.lists("pins", "1")
    pinterest.answers("pins/analytics", {"json": {"1": {"all": {"daily_metrics": rows}}}})
    stream = pinterest.attached(pinterest.sync.stream(PinAnalytics), configured("incremental", "append"))
    (stream_slice,) = run_of(stream).tasks()

    assert [record["date"][-2:] for record in read_slice(stream, stream_slice)] == ["20", "22"]
    assert "still counts 1 rows of days up to 2026-06-22" in caplog.text


def test_the_pins_of_every_owner_are_listed_before_any_is_read(mock: requests_mock.Mocker) -> None:
    """No worker has to wait for them then."""
    pinterest = Pinterest(mock, organic_per_ad_account=True, account_ids=["11", "12", "13"])
    pinterest.answers("ad_accounts", page([{"id": one, "owner": {"id": f"1{one}"}} for one in ("11", "12")]))
    pinterest.lists("pins", "3")
    pinterest.answers("ad_accounts/13", refused(403, 29))
    pinterest.tasks(PinAnalytics)

    assert [one["ad_account_id"] for one in pinterest.asked("pins")] == [["11"], ["12"]]
