"""Which days is a sync about? One table over sync modes, destinations and the lookback option."""

import logging
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import ConfiguredAirbyteStream, ConfiguredAirbyteStreamSerializer
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_pinterest.checkpoints import Checkpoints
from source_pinterest.config import Config
from source_pinterest.dates import days_before
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads import Campaigns
from source_pinterest.streams.analytics import CampaignAnalytics
from source_pinterest.streams.base import PinterestStream
from source_pinterest.streams.user_analytics import UserAccountAnalytics
from source_pinterest.sync.day_cursor import DayCursor, UserDayCursor
from source_pinterest.sync.entity_cursor import EntityCursor
from source_pinterest.sync.history import Period
from unit_tests.configs import TODAY, config
from unit_tests.streams.pinterest import Pinterest

EARLIEST = days_before(TODAY, 89)
SETTLED = days_before(TODAY, 2)


@pytest.fixture
def pinterest() -> Pinterest:
    return Pinterest(requests_mock.Mocker())


def configured(sync_mode: str, destination: str) -> ConfiguredAirbyteStream:
    stream = {"name": "any", "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    return ConfiguredAirbyteStreamSerializer.load(
        {"stream": stream, "sync_mode": sync_mode, "destination_sync_mode": destination}
    )


def attach(
    pinterest: Pinterest, stream: type[PinterestStream], how: ConfiguredAirbyteStream | None, **options: Any
) -> Any:
    checkpoints = Checkpoints(
        Config.from_mapping(config(**options), TODAY), ConnectorStateManager([]), InMemoryMessageRepository()
    )
    return checkpoints.attach(pinterest.sync.stream(stream), how)


def period(pinterest: Pinterest, sync_mode: str, destination: str, **options: Any) -> Period:
    found: Period = attach(pinterest, CampaignAnalytics, configured(sync_mode, destination), **options)._period
    return found


@pytest.mark.parametrize(
    ("sync_mode", "destination", "options", "lookback_days", "end"),
    [
        ("incremental", "append_dedup", {}, 33, TODAY),
        ("incremental", "overwrite", {}, 33, TODAY),
        ("incremental", "append", {}, None, SETTLED),
        ("incremental", "append_dedup", {"attribution_window": "60/60/60"}, 63, TODAY),
        ("incremental", "append_dedup", {"attribution_window": "1/1/1"}, 4, TODAY),
        ("incremental", "append_dedup", {"attribution_window": "0/0/0"}, 3, TODAY),
        ("incremental", "append", {"attribution_window": "60/60/60"}, None, SETTLED),
        ("incremental", "append_dedup", {"lookback_days": 5}, 5, TODAY),
        ("incremental", "append_dedup", {"lookback_days": 0}, 0, TODAY),
        ("incremental", "append", {"lookback_days": 5}, 5, TODAY),
        ("incremental", "append", {"lookback_days": 0}, 0, TODAY),
        ("incremental", "append_dedup", {"lookback_days": 5, "attribution_window": "60/60/60"}, 5, TODAY),
        ("full_refresh", "append", {}, None, TODAY),
        ("full_refresh", "overwrite", {}, None, TODAY),
        ("full_refresh", "append_dedup", {}, None, TODAY),
        ("full_refresh", "append", {"lookback_days": 5}, None, TODAY),
    ],
)
def test_how_far_back_and_up_to_when(
    pinterest: Pinterest, sync_mode: str, destination: str, options: dict[str, Any], lookback_days: int | None, end: Any
) -> None:
    found = period(pinterest, sync_mode, destination, **options)

    assert (found.lookback_days, found.end) == (lookback_days, end)


@pytest.mark.parametrize(
    ("start_date", "start"),
    [(None, EARLIEST), ("2026-06-01", days_before(TODAY, 30)), ("2025-01-01", EARLIEST), (str(EARLIEST), EARLIEST)],
)
def test_from_when(pinterest: Pinterest, start_date: str | None, start: Any) -> None:
    found = period(pinterest, "incremental", "append_dedup", start_date=start_date)

    assert (found.start, found.earliest) == (start, EARLIEST)


def test_a_start_date_beyond_reach_is_told_once_with_both_dates(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        period(pinterest, "full_refresh", "overwrite", start_date="2025-01-01")

    [record] = caplog.records
    assert "2025-01-01" in record.getMessage()
    assert str(EARLIEST) in record.getMessage()


@pytest.mark.parametrize("how", [None, configured("full_refresh", "overwrite")])
def test_a_stream_that_is_not_selected_or_has_nothing_to_say_is_silent(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, how: ConfiguredAirbyteStream | None
) -> None:
    options = {"start_date": "2025-01-01"} if how is None else {}
    with caplog.at_level(logging.INFO):
        attach(pinterest, CampaignAnalytics, how, **options)

    assert caplog.records == []


def test_why_an_appending_destination_waits_is_one_line(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        period(pinterest, "incremental", "append")

    [record] = caplog.records
    for words in ("campaign_analytics", str(SETTLED), "appends", "Lookback Window"):
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
    [(Campaigns, EntityCursor), (CampaignAnalytics, DayCursor), (UserAccountAnalytics, UserDayCursor)],
)
def test_the_kind_of_stream_decides_the_cursor(
    pinterest: Pinterest, stream: type[PinterestStream], kind: type[object]
) -> None:
    assert type(attach(pinterest, stream, None)) is kind
