"""A stream is opened with its cursor, and its tasks are read in bundles."""

import logging
from collections.abc import Sequence
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStateMessage, ConfiguredAirbyteStream
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_pinterest.api.errors import ConfigError, UnavailableError
from source_pinterest.engine.bundles import BundleMessage
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from source_pinterest.streams.base.run import StreamRun
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.boards import Boards, BoardSections
from unit_tests.state.stores import states_in
from unit_tests.streams.pinterest import Pinterest, configured, page, refused, state_of

FULL, APPENDING = configured(), configured("incremental", "append")


class Opening:
    """One stream of a sync, and what it hands to the framework."""

    def __init__(
        self,
        pinterest: Pinterest,
        of: type[PinterestStream],
        how: ConfiguredAirbyteStream | None = FULL,
        state: Sequence[AirbyteStateMessage] = (),
    ) -> None:
        self.sent = InMemoryMessageRepository()
        self.stream = pinterest.sync.stream(of)
        states = ConnectorStateManager(list(state))
        self.run = StreamRun(self.stream, how, states, self.sent)
        self.opened = self.run.as_abstract_stream()

    def read(self) -> list[Any]:
        """Read as the framework does; gives the ids that came, and the states after them."""
        for partition in self.opened.generate_partitions():
            assert list(partition.read()) == []
        self.opened.cursor.ensure_at_least_one_state_emitted()
        messages = list(self.sent.consume_queue())
        bundles = [message.bundle for message in messages if isinstance(message, BundleMessage)]
        assert all(found.stream == self.stream.name for found in bundles)
        for message in messages[len(bundles) :]:
            self.sent.emit_message(message)
        return [record["id"] for found in bundles for record in found.records()] + states_in(self.sent)


def whole(generation: int | None = None, *, ended: bool = True) -> dict[str, Any]:
    """The last state of a stream without a cursor."""
    return {"__ab_no_cursor_state_message": True, "full_refresh": {"generation": generation, "ended": ended}}


def seventh() -> ConfiguredAirbyteStream:
    how = configured()
    how.generation_id = 7
    return how


def read_whole(stream: str) -> list[AirbyteStateMessage]:
    """The state of an earlier attempt of the seventh refresh, which came to its end."""
    [state] = state_of(stream)
    vars(state.stream.stream_state)["full_refresh"] = {"generation": 7, "ended": True}  # type: ignore[union-attr]
    return [state]


# ---- The state that it begins with


def test_a_stream_that_is_not_selected_has_no_state_and_wants_nothing(pinterest: Pinterest) -> None:
    state = state_of("campaign_analytics", "11", DATE="2026-06-20")
    selected = Opening(pinterest, CampaignAnalytics, APPENDING, state).stream.checkpoint
    pinterest.sync.stream(Campaigns).ids.wanted = False
    alone = Opening(pinterest, CampaignAnalytics, None, state).stream.checkpoint

    assert selected
    assert [account["partition"] for account in selected.state["states"]] == [{"ad_account_id": "11"}]
    assert alone
    assert alone.state["states"] == []
    assert not pinterest.sync.stream(Campaigns).ids.wanted


def test_a_stream_that_an_earlier_attempt_has_read_is_not_read_again(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "airbyte"):
        opening = Opening(pinterest, BoardSections, seventh(), read_whole("board_sections"))

    assert caplog.messages == ["board_sections: an earlier attempt of this full refresh has read the stream already."]
    assert not pinterest.sync.stream(Boards).ids.wanted
    assert opening.read() == [whole(7)]
    assert pinterest.asked("boards") == []


@pytest.mark.parametrize("how", [APPENDING, seventh()])
def test_a_state_that_can_not_be_read_stays_as_it_is_and_costs_its_stream(
    pinterest: Pinterest, how: ConfiguredAirbyteStream
) -> None:
    [state] = state_of("campaign_analytics", "11", DATE="no day")
    vars(state.stream.stream_state)["full_refresh"] = {"generation": 7, "ended": False}  # type: ignore[union-attr]
    opening = Opening(pinterest, CampaignAnalytics, how, [state])

    with pytest.raises(ConfigError, match="campaign_analytics: the saved state can't be read"):
        list(opening.opened.generate_partitions())
    opening.opened.cursor.ensure_at_least_one_state_emitted()
    assert list(opening.sent.consume_queue()) == []
    assert not pinterest.sync.stream(Campaigns).ids.wanted


# ---- How it ends


def test_a_stream_whose_slices_can_not_be_listed_or_read_has_not_ended(mock: requests_mock.Mocker) -> None:
    pinterest, other = Pinterest(mock), Pinterest(mock)
    pinterest.answers("boards", page(["1"], "more"), refused(503))
    failing, unlisted = Opening(pinterest, Boards), Opening(other, BoardSections)
    bundles = failing.run.read(failing.stream.task({}))
    assert [record["id"] for record in next(bundles).records()] == ["1"]
    with pytest.raises(UnavailableError):
        next(bundles)
    other.answers("boards", refused(401, 2))
    with pytest.raises(ConfigError):
        list(unlisted.run.tasks())

    for opening in (failing, unlisted):
        opening.opened.cursor.ensure_at_least_one_state_emitted()
        assert states_in(opening.sent) == [whole(ended=False)]
