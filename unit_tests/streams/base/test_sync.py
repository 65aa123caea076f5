"""A sync knows which streams need which ids, fixes its day once, and opens each stream with its cursor."""

from collections.abc import Sequence

import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStateMessage, AirbyteStreamStatus, ConfiguredAirbyteStream
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_pinterest.api.errors import ConfigError, UnavailableError
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import AdGroups, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from source_pinterest.streams.base.run import StreamRun
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.boards import Boards, BoardSections
from unit_tests.answers import refused
from unit_tests.state.stores import states_in
from unit_tests.streams.pinterest import Pinterest, configured, page, state_of


def test_a_selected_stream_needs_the_ids_of_its_parents_and_of_theirs(pinterest: Pinterest) -> None:
    sync = pinterest.sync
    sync.select(sync.stream(ProductGroupPromotions))

    needed = {stream for stream, children in sync.children.items() if children}
    assert needed == {AdGroups, AdAccounts}
    assert not sync.stream(Campaigns).children


def opened(
    pinterest: Pinterest,
    of: type[PinterestStream],
    how: ConfiguredAirbyteStream | None,
    state: Sequence[AirbyteStateMessage] = (),
    messages: InMemoryMessageRepository | None = None,
) -> StreamRun:
    """The run of one stream of a sync, as the connection is set up."""
    send = (messages or InMemoryMessageRepository()).emit_message
    return StreamRun(pinterest.sync.stream(of), how, ConnectorStateManager(list(state)), send)


def test_a_stream_that_is_not_selected_has_no_state_and_wants_nothing(pinterest: Pinterest) -> None:
    state = state_of("campaign_analytics", "11", DATE="2026-06-20")
    how = configured("incremental", "append_dedup")
    selected = opened(pinterest, CampaignAnalytics, how, state).stream.checkpoint.state
    assert pinterest.sync.children[Campaigns]
    pinterest.sync.children[Campaigns].clear()
    alone = opened(pinterest, CampaignAnalytics, None, state).stream.checkpoint.state

    assert [account["partition"] for account in selected["states"]] == [{"ad_account_id": "11"}]
    assert alone["states"] == []
    assert not pinterest.sync.stream(Campaigns).children


def test_a_stream_whose_slices_can_not_be_listed_or_read_has_not_ended(mock: requests_mock.Mocker) -> None:
    pinterest, other = Pinterest(mock), Pinterest(mock)
    pinterest.answers("boards", page(["1"], "more"), refused(503))
    messages = InMemoryMessageRepository()
    failing = opened(pinterest, Boards, configured(), messages=messages)
    unlisted = opened(other, BoardSections, configured(), messages=messages)
    bundles = failing.read(failing.stream.task({}))
    assert [record["id"] for record in next(bundles).records()] == ["1"]
    with pytest.raises(UnavailableError) as unread:
        next(bundles)
    other.answers("boards", refused(401, 2))
    with pytest.raises(ConfigError) as unplanned:
        list(unlisted.tasks())

    for run, error in ((failing, unread.value), (unlisted, unplanned.value)):
        run.fail(error)
        assert run.end() is AirbyteStreamStatus.INCOMPLETE
        _, last = messages.consume_queue()
        messages.emit_message(last)
        [state] = states_in(messages)
        assert state["full_refresh"] == {"generation": None, "ended": False}
