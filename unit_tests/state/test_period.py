"""Which days is a sync about? One table over sync modes, destinations and the lookback option."""

import logging
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from pendulum import Date

from source_pinterest.checkpoints import Checkpoints
from source_pinterest.config import Config
from source_pinterest.dates import days_before
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.entity_cursor import EntityCursor
from source_pinterest.state.history import Period, Settling
from source_pinterest.state.profile_cursor import UserDayCursor
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.analytics.custom_report import CustomReportStream
from source_pinterest.streams.analytics.daily import CampaignAnalytics
from source_pinterest.streams.analytics.level_reports import AdGroupReport, ProductItemReport
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.user_analytics import UserAccountAnalytics
from unit_tests.configs import TODAY, config
from unit_tests.report_configs import report
from unit_tests.streams.pinterest import Pinterest, configured

EARLIEST = days_before(TODAY, 913)
SETTLED = days_before(TODAY, 2)
BY_LOOKBACK, READ_AGAIN, EMIT_ONCE = Settling.BY_LOOKBACK, Settling.READ_AGAIN, Settling.EMIT_ONCE


@pytest.fixture
def pinterest() -> Pinterest:
    return Pinterest(requests_mock.Mocker())


def attach(
    pinterest: Pinterest,
    stream: PinterestStream | type[PinterestStream],
    how: ConfiguredAirbyteStream | None,
    **options: Any,
) -> Any:
    checkpoints = Checkpoints(
        Config.from_mapping(config(**options), TODAY), ConnectorStateManager([]), InMemoryMessageRepository()
    )
    return checkpoints.attach(stream if isinstance(stream, PinterestStream) else pinterest.sync.stream(stream), how)


def period(pinterest: Pinterest, sync_mode: str, destination: str, **options: Any) -> Period:
    found: Period = attach(pinterest, CampaignAnalytics, configured(sync_mode, destination), **options)._period
    return found


@pytest.mark.parametrize(
    ("sync_mode", "destination", "options", "lookback_days", "settling"),
    [
        ("incremental", "append_dedup", {}, 33, BY_LOOKBACK),
        ("incremental", "overwrite", {}, 33, BY_LOOKBACK),
        ("incremental", "append", {}, None, EMIT_ONCE),
        ("incremental", "append_dedup", {"attribution_window": "60/60/60"}, 63, BY_LOOKBACK),
        ("incremental", "append_dedup", {"attribution_window": "1/1/1"}, 4, BY_LOOKBACK),
        ("incremental", "append_dedup", {"attribution_window": "0/0/0"}, 3, BY_LOOKBACK),
        ("incremental", "append", {"attribution_window": "60/60/60"}, None, EMIT_ONCE),
        ("incremental", "append_dedup", {"lookback_days": 5}, 5, BY_LOOKBACK),
        ("incremental", "append_dedup", {"lookback_days": 3}, 3, BY_LOOKBACK),
        ("incremental", "append_dedup", {"lookback_days": 2}, 2, READ_AGAIN),
        ("incremental", "append_dedup", {"lookback_days": 0}, 0, READ_AGAIN),
        ("incremental", "append", {"lookback_days": 5}, 5, BY_LOOKBACK),
        ("incremental", "append", {"lookback_days": 0}, 0, READ_AGAIN),
        ("incremental", "append_dedup", {"lookback_days": 5, "attribution_window": "60/60/60"}, 5, BY_LOOKBACK),
        ("full_refresh", "append", {}, None, BY_LOOKBACK),
        ("full_refresh", "overwrite", {}, None, BY_LOOKBACK),
        ("full_refresh", "append_dedup", {}, None, BY_LOOKBACK),
        ("full_refresh", "append", {"lookback_days": 0}, None, BY_LOOKBACK),
    ],
)
def test_how_far_back_and_what_becomes_of_days_that_still_move(
    pinterest: Pinterest,
    sync_mode: str,
    destination: str,
    options: dict[str, Any],
    lookback_days: int | None,
    settling: Settling,
) -> None:
    found = period(pinterest, sync_mode, destination, **options)

    assert (found.lookback_days, found.settling, found.settled) == (lookback_days, settling, None)
    assert found.end == TODAY, "which days have settled is asked later, and only where it matters"


@pytest.mark.parametrize(
    ("start_date", "start"),
    [(None, EARLIEST), ("2026-06-01", days_before(TODAY, 30)), ("2023-01-01", EARLIEST), (str(EARLIEST), EARLIEST)],
)
def test_from_when(pinterest: Pinterest, start_date: str | None, start: Any) -> None:
    found = period(pinterest, "incremental", "append_dedup", start_date=start_date)

    assert (found.start, found.earliest) == (start, EARLIEST)


@pytest.mark.parametrize(
    ("stream", "history_days"),
    [(UserAccountAnalytics, 89), (CampaignAnalytics, 913), (AdGroupReport, 913), (ProductItemReport, 91)],
)
def test_each_stream_reaches_as_far_back_as_pinterest_does(
    pinterest: Pinterest, stream: type[PinterestStream], history_days: int
) -> None:
    found = attach(pinterest, stream, None)._period

    assert found.start == found.earliest == days_before(TODAY, history_days)


def test_a_start_date_beyond_reach_is_told_once_with_both_dates(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        attach(pinterest, ProductItemReport, configured("full_refresh", "overwrite"), start_date="2025-01-01")

    [record] = caplog.records
    for words in ("product_item_report", "2025-01-01", str(days_before(TODAY, 91))):
        assert words in record.getMessage()


@pytest.mark.parametrize("how", [None, configured("full_refresh", "overwrite")])
def test_a_stream_that_is_not_selected_or_has_nothing_to_say_is_silent(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, how: ConfiguredAirbyteStream | None
) -> None:
    options = {"start_date": "2025-01-01"} if how is None else {}
    with caplog.at_level(logging.INFO):
        attach(pinterest, ProductItemReport, how, **options)

    assert caplog.records == []


def test_why_an_appending_destination_waits_is_one_line(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        period(pinterest, "incremental", "append")

    [record] = caplog.records
    for words in ("campaign_analytics", "appends", "two days", "Lookback Window"):
        assert words in record.getMessage()


@pytest.mark.parametrize(
    ("sync_mode", "destination", "options", "settled_only"),
    [
        ("incremental", "append", {}, True),
        ("incremental", "append", {"lookback_days": 3}, False),
        ("incremental", "append_dedup", {}, False),
        ("full_refresh", "append", {}, False),
    ],
)
def test_the_users_days_wait_to_be_settled_where_they_are_emitted_once(
    pinterest: Pinterest, sync_mode: str, destination: str, options: dict[str, Any], settled_only: bool
) -> None:
    attach(pinterest, UserAccountAnalytics, configured(sync_mode, destination), **options)

    assert pinterest.sync.stream(UserAccountAnalytics).settled_only is settled_only


def test_the_users_days_end_where_they_have_settled(pinterest: Pinterest) -> None:
    found = attach(pinterest, UserAccountAnalytics, configured("incremental", "append"))._period

    assert found.end == SETTLED


# ---- Reports of the user's own


def custom(pinterest: Pinterest, **fields: Any) -> CustomReportStream:
    [found] = Config.from_mapping(config(custom_reports=[report(**fields)]), TODAY).custom_reports
    return CustomReportStream(pinterest.sync, found)


@pytest.mark.parametrize(
    ("fields", "settled"),
    [
        ({"granularity": "DAY"}, None),
        ({"granularity": "HOUR"}, None),
        ({"granularity": "WEEK"}, Date(2026, 6, 28)),
        ({"granularity": "MONTH"}, Date(2026, 6, 30)),
    ],
)
def test_a_running_week_or_month_is_never_read_for_good(
    pinterest: Pinterest, fields: dict[str, Any], settled: Date | None
) -> None:
    """Today, a Wednesday, is the first of a month."""
    how = configured("incremental", "append_dedup")

    assert attach(pinterest, custom(pinterest, **fields), how)._period.settled == settled


def test_a_report_has_a_start_date_of_its_own(pinterest: Pinterest) -> None:
    stream = custom(pinterest, start_date="2026-05-05")

    assert attach(pinterest, stream, None, start_date="2026-06-01")._period.start == Date(2026, 5, 5)


@pytest.mark.parametrize(("granularity", "history_days"), [("DAY", 913), ("HOUR", 7)])
def test_hours_reach_less_far_back(pinterest: Pinterest, granularity: str, history_days: int) -> None:
    stream = custom(pinterest, granularity=granularity)

    assert attach(pinterest, stream, None)._period.earliest == days_before(TODAY, history_days)


def test_a_total_is_read_whole_each_time(pinterest: Pinterest) -> None:
    stream = custom(pinterest, granularity="TOTAL")

    assert attach(pinterest, stream, configured("full_refresh", "overwrite")) is None
    assert stream.checkpoint is None


# ---- Every stream


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_has_a_cursor_exactly_if_it_is_incremental(
    pinterest: Pinterest, stream: type[PinterestStream]
) -> None:
    cursor = attach(pinterest, stream, None)
    instance = pinterest.sync.stream(stream)

    assert (cursor is not None) is bool(instance.cursor_field)
    assert getattr(instance, "checkpoint", None) is cursor


@pytest.mark.parametrize(
    ("stream", "kind"),
    [
        (Campaigns, EntityCursor),
        (CampaignAnalytics, DayCursor),
        (AdGroupReport, DayCursor),
        (UserAccountAnalytics, UserDayCursor),
    ],
)
def test_the_kind_of_stream_decides_the_cursor(
    pinterest: Pinterest, stream: type[PinterestStream], kind: type[object]
) -> None:
    assert type(attach(pinterest, stream, None)) is kind
