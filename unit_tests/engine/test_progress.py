"""Progress counts records and requests; a notice is logged once."""

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    EstimateType,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message

from source_pinterest.api.usage import Usage
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.progress import Notices, Progress


def test_a_stream_is_summed_up_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    usage = Usage()
    progress = Progress(usage, ["boards"])
    cost = usage.stream("boards")
    cost.count_request()
    for _ in range(3):
        cost.count_sent()
    cost.count_left_out()
    assert [progress.count_bundle(Bundle("boards", b"", count)) for count in (1_000, 234)] == [True, False]
    assert progress.count_bundle(Bundle("board_pins", b"", 1))
    boards = StreamDescriptor(name="boards")
    progress.observe(as_airbyte_message(boards, AirbyteStreamStatus.STARTED))
    progress.observe(AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage()))
    assert caplog.messages == []

    progress.observe(as_airbyte_message(boards, AirbyteStreamStatus.INCOMPLETE))
    assert caplog.messages == [
        "boards: 1,234 records, 3 requests (2 retries), 0 s waited for the quota, 1 account or board left out."
    ]
    assert progress.ended == {"boards": AirbyteStreamStatus.INCOMPLETE}


def test_estimates_of_selected_streams_are_handed_out_once() -> None:
    usage = Usage()
    progress = Progress(usage, ["campaign_analytics"])
    usage.estimates.extend([("campaign_analytics", 42), ("campaigns", 7)])
    [message] = progress.estimates(1.0)

    estimate = message.trace.estimate  # type: ignore[union-attr]
    assert (
        vars(estimate).items()
        >= {
            "name": "campaign_analytics",
            "type": EstimateType.STREAM,
            "row_estimate": 42,
        }.items()
    )
    assert list(progress.estimates(1.0)) == []


def test_a_stream_warns_once_of_each_thing(caplog: pytest.LogCaptureFixture) -> None:
    boards, pins = Notices("boards"), Notices("pins")
    given = [boards.warn(about, sentence) for about, sentence in [("1", "One."), ("1", "Again."), ("2", "Two.")]]
    for _ in range(2):
        boards.replacement("Half an emoji.")

    assert given == [True, False, True]
    assert pins.warn("1", "One.")
    assert caplog.messages == ["boards: One.", "boards: Two.", "boards: Half an emoji.", "pins: One."]
