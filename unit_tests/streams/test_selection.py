"""The streams of a catalog are read in a fixed order: by their ranks, a parent before its children."""

import re
from collections.abc import Collection
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessage, ConfiguredAirbyteCatalog
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_pinterest.api import Api
from source_pinterest.api.errors import ConfigError
from source_pinterest.config import Config
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.declaration import ReadPriority
from source_pinterest.streams.base.run import StreamRun
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.selection import Selection, in_order, rank_of, streams_by_name
from unit_tests.configs import TODAY, config
from unit_tests.report_configs import report
from unit_tests.streams.pinterest import configured, state_of


def catalog_of(*names: str) -> ConfiguredAirbyteCatalog:
    return ConfiguredAirbyteCatalog(streams=[configured(name=name) for name in names])


def selection_of(*names: str, **options: Any) -> Selection:
    return Selection.from_catalog(catalog_of(*names), Config.from_mapping(config(**options), TODAY))


def names_of(streams: Any) -> list[str]:
    return [one.stream.name for one in streams]


EARLY, LATE = "2026-06-20", "2026-06-30"
EACH = re.compile(r"\bfor each (campaign|ad group|product group|interest|board|section|pin)\b")
BY_A_PARENT = {"keyword_metrics", "product_group_analytics"}
"""They take one request for many, once a dearer stream has listed them."""


def opened(names: Collection[str], state: list[AirbyteStateMessage] | None = None) -> list[StreamRun]:
    chosen = Config.from_mapping(config(custom_reports=[report()]), TODAY)
    makers = streams_by_name(SyncContext(Api.connect(chosen, lambda _: None), chosen))
    states, messages = ConnectorStateManager(state or []), InMemoryMessageRepository().emit_message
    chosen_ones = [(makers[name](), configured("incremental", name=name)) for name in makers if name in names]
    return [StreamRun(stream, entry, states, messages) for stream, entry in chosen_ones]


def order(*names: str, state: list[AirbyteStateMessage] | None = None) -> list[str]:
    """The names of the streams, in the order in which they are read."""
    return [one.name for one in in_order(opened(names, state), ConnectorStateManager(state or []))]


def test_streams_with_a_request_for_each_entity_are_read_last() -> None:
    streams = [one.stream for one in opened([stream.stream_name() for stream in STREAMS])]
    last = {stream.name for stream in streams if rank_of(stream) >= (ReadPriority.EACH,)}

    assert last == {stream.name for stream in streams if EACH.search(stream.cost)} | BY_A_PARENT


def test_numbers_of_ads_come_first_and_pins_last_and_parents_before_their_children() -> None:
    names = ["board_pins", "board_sections", "boards", "board_section_pins", "pin_analytics", "audiences", "lead_forms"]
    names += ["keyword_metrics", "keywords", "ads", "ad_accounts", "ad_analytics", "user_account", "advertiser_report"]

    assert order(*names) == [
        *("ad_accounts", "user_account"),  # they tell the day
        *("ads", "ad_analytics", "advertiser_report"),
        *("boards", "audiences", "lead_forms"),
        *("keywords", "keyword_metrics"),
        *("board_pins", "pin_analytics", "board_sections", "board_section_pins"),
    ]
    places = {name: place for place, name in enumerate(order(*(stream.stream_name() for stream in STREAMS)))}
    for one in opened(places):
        parents = [parent.stream.stream_name() for parent in one.stream.parents]
        assert all(places.get(parent, -1) < places[one.name] for parent in parents), one.name


def test_streams_of_days_begin_with_the_one_that_is_furthest_behind() -> None:
    state = [*state_of("ad_account_analytics", "11", DATE=LATE), *state_of("ad_analytics", "11", DATE=EARLY)]

    assert order("ad_account_analytics", "campaign_analytics", "ad_analytics", state=state) == [
        *("campaign_analytics", "ad_analytics", "ad_account_analytics"),  # the first of these has not begun
    ]


def test_a_stream_is_ordered_by_its_account_that_is_furthest_behind() -> None:
    behind = state_of("ad_analytics", "11", DATE=LATE) + state_of("ad_analytics", "12", DATE=EARLY)
    both: Any = behind[0]
    both.stream.stream_state.states += behind[1].stream.stream_state.states  # type: ignore[union-attr]
    state = [*state_of("campaign_analytics", "11", DATE="2026-06-25"), both]

    assert order("campaign_analytics", "ad_analytics", state=state) == ["ad_analytics", "campaign_analytics"]


def test_a_report_of_the_users_own_takes_its_turn_after_those_that_are_as_far() -> None:
    wanted = ("custom__weekly", "campaign_analytics", "advertiser_report")
    assert order(*wanted) == ["campaign_analytics", "advertiser_report", "custom__weekly"]

    behind = state_of("campaign_analytics", "11", DATE=LATE) + state_of("custom__weekly", "11", DATE=EARLY)
    assert order(*wanted, state=behind) == ["advertiser_report", "custom__weekly", "campaign_analytics"]


def test_an_app_secret_in_the_place_of_a_stream_is_not_quoted() -> None:
    secret = "f00d" * 10
    with pytest.raises(ConfigError, match=r"^The catalog names \*{4} more than once"):
        selection_of(secret, secret)
    for message in selection_of(secret).config_errors():
        if message.trace and message.trace.error:
            assert secret not in f"{message.trace.error.message} {message.trace.error.internal_message}"
