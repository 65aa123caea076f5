"""What the failure of a task costs, how ids are kept, and how a stream reports its progress."""

from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message

from source_pinterest.api.errors import (
    AccountUnreadableError,
    ConfigError,
    InvalidRequestError,
    QuotaExhaustedError,
    TaskError,
    UnavailableError,
)
from source_pinterest.api.usage import Usage
from source_pinterest.engine.parent_ids import ParentIdCache
from source_pinterest.engine.progress import Progress, WarnOnce
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.task_tracker import (
    FAILURES_IN_A_ROW,
    FailureAction,
    failure_action,
)

TROUBLE = UnavailableError("It said no")
FATAL = ConfigError("no")
ISOLATED = TaskError("too many pins", is_isolated=True)
WARN_ONLY, FAIL, FAIL_SILENTLY, STOP = FailureAction
OUTAGE = {"failing": FAILURES_IN_A_ROW}


@pytest.mark.parametrize(
    ("error", "facts", "action"),
    [
        (FATAL, {}, STOP),
        (QuotaExhaustedError("no"), {}, STOP),
        (FATAL, {"is_stopped": True}, FAIL_SILENTLY),
        (ISOLATED, {"is_stopped": True}, FAIL_SILENTLY),
        (TROUBLE, {"failing": FAILURES_IN_A_ROW - 1}, FAIL),
        (TROUBLE, {"failed_syncs": 2}, FAIL),
        (TROUBLE, {"failed_syncs": 3}, WARN_ONLY),
        (FATAL, {"failed_syncs": 3}, STOP),
        (TROUBLE, OUTAGE, STOP),
        (InvalidRequestError("no"), OUTAGE, STOP),
        (KeyError("id"), OUTAGE, STOP),
        (ISOLATED, OUTAGE, FAIL),
        (AccountUnreadableError("549", "no"), OUTAGE, FAIL),
    ],
)
def test_failure_action_follows_its_table(error: Exception, facts: dict[str, Any], action: FailureAction) -> None:
    assert failure_action(error, **facts) is action


@pytest.mark.parametrize(
    "found",
    [
        ["1234567890123456789", "9999999999999999999"],
        ["18446744073709551616"],  # twenty digits: one more than 64 bits hold
        ["12", "board-7"],
        ["007"],
        ["-7"],
        ["1_000"],
        ["\u0661\u0662"],
        [],
    ],
    ids=["19 digits", "20 digits", "a text", "zeros", "a sign", "an underscore", "other digits", "none"],
)
def test_ids_come_back_as_they_were(found: list[str]) -> None:
    assert list(ParentIdCache("lead_forms", lambda _: found).get(())) == found


def test_a_stream_is_summed_up_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    usage = Usage()
    progress = Progress(usage, ["boards"])
    cost = usage.stream("boards")
    cost.count("requests")
    for _ in range(3):
        cost.count("sent")
    cost.count("left out")
    assert [progress.count_batch(RecordBatch("boards", b"", count)) for count in (1_000, 234)] == [True, False]
    assert progress.count_batch(RecordBatch("board_pins", b"", 1))
    boards = StreamDescriptor(name="boards")
    progress.observe(as_airbyte_message(boards, AirbyteStreamStatus.STARTED))
    progress.observe(AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage()))
    assert caplog.messages == []

    progress.observe(as_airbyte_message(boards, AirbyteStreamStatus.INCOMPLETE))
    assert caplog.messages == ["boards: 1,234 records, 3 requests (2 retries), 1 account or board left out."]
    assert progress.ended == {"boards": AirbyteStreamStatus.INCOMPLETE}


def test_a_stream_warns_once_of_each_thing(caplog: pytest.LogCaptureFixture) -> None:
    boards, pins = WarnOnce("boards"), WarnOnce("pins")
    given = [boards.warn(about, sentence) for about, sentence in [("1", "One."), ("1", "Again."), ("2", "Two.")]]

    assert given == [True, False, True]
    assert pins.warn("1", "One.")
    assert caplog.messages == ["boards: One.", "boards: Two.", "pins: One."]
