"""Progress counts records and requests; a notice is logged once."""

import logging

import pytest
from airbyte_cdk.models import (
    AirbyteEstimateTraceMessage,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    AirbyteStreamStatusTraceMessage,
    AirbyteTraceMessage,
    EstimateType,
    StreamDescriptor,
    TraceType,
    Type,
)

from source_pinterest.api.usage import Usage
from source_pinterest.engine.pages import Page
from source_pinterest.engine.progress import Notices, Progress


def status(name: str, reached: AirbyteStreamStatus) -> AirbyteMessage:
    told = AirbyteStreamStatusTraceMessage(stream_descriptor=StreamDescriptor(name=name), status=reached)
    trace = AirbyteTraceMessage(type=TraceType.STREAM_STATUS, emitted_at=0, stream_status=told)
    return AirbyteMessage(type=Type.TRACE, trace=trace)


def test_a_stream_is_summed_up_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    usage = Usage()
    progress = Progress(usage, ["boards"])
    cost = usage.of("boards")
    cost.count_request()
    for _ in range(3):
        cost.count_sent()
    cost.count_left_out()
    assert [progress.count_page(Page("boards", b"", count)) for count in (1_000, 234)] == [True, False]
    assert progress.count_page(Page("board_pins", b"", 1))
    with caplog.at_level(logging.INFO, "airbyte"):
        progress.observe(status("boards", AirbyteStreamStatus.STARTED))
        progress.observe(AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage()))
        assert caplog.messages == []
        progress.observe(status("boards", AirbyteStreamStatus.INCOMPLETE))
    [told] = caplog.messages
    assert told == (
        "boards: 1,234 records, 3 requests (2 retries), 0 s waited for the quota, 1 accounts or boards left out."
    )
    assert progress.ended == {"boards": AirbyteStreamStatus.INCOMPLETE}


def test_estimates_of_selected_streams_are_handed_out_once() -> None:
    usage = Usage()
    progress = Progress(usage, ["campaign_analytics"])
    usage.estimates.extend([("campaign_analytics", 42), ("campaigns", 7)])
    [message] = progress.estimates(1.0)
    estimate = AirbyteEstimateTraceMessage(name="campaign_analytics", type=EstimateType.STREAM, row_estimate=42)
    trace = AirbyteTraceMessage(type=TraceType.ESTIMATE, emitted_at=1.0, estimate=estimate)
    assert message == AirbyteMessage(type=Type.TRACE, trace=trace)
    assert list(progress.estimates(1.0)) == []


def test_a_warning_is_given_once_for_each_thing_it_is_about(caplog: pytest.LogCaptureFixture) -> None:
    notices = Notices("boards")
    given = [notices.warn(about, sentence) for about, sentence in [("1", "One."), ("1", "Again."), ("2", "Two.")]]

    assert given == [True, False, True]
    assert caplog.messages == ["boards: One.", "boards: Two."]


def test_streams_warn_for_themselves(caplog: pytest.LogCaptureFixture) -> None:
    assert all(Notices(stream).warn("1", "One.") for stream in ("boards", "pins"))
    assert caplog.messages == ["boards: One.", "pins: One."]


def test_each_kind_of_what_can_not_be_kept_as_it_was_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    notices = Notices("boards")
    for sentence in ("Half an emoji.", "A number.", "Half an emoji."):
        notices.replacement(sentence)

    assert caplog.messages == ["boards: Half an emoji.", "boards: A number."]
