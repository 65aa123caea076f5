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
    QuotaExhaustedError,
    RejectedError,
    SliceError,
    UnavailableError,
)
from source_pinterest.api.usage import Usage
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.ledger import (
    FAILURES_IN_A_ROW,
    Consequence,
    decide,
)
from source_pinterest.engine.listed_ids import ListedIds
from source_pinterest.engine.progress import Notices, Progress

TROUBLE = UnavailableError("It said no")
FATAL = ConfigError("no")
ISOLATED = SliceError("too many pins", is_isolated=True)
LEAVE_UNREAD, FAIL, FAIL_UNTOLD, STOP = Consequence
OUTAGE = {"failing": FAILURES_IN_A_ROW}


@pytest.mark.parametrize(
    ("error", "facts", "consequence"),
    [
        (FATAL, {}, STOP),
        (QuotaExhaustedError("no"), {}, STOP),
        (FATAL, {"is_stopped": True}, FAIL_UNTOLD),
        (ISOLATED, {"is_stopped": True}, FAIL_UNTOLD),
        (TROUBLE, {"failing": FAILURES_IN_A_ROW - 1}, FAIL),
        (TROUBLE, {"failed_syncs": 2}, FAIL),
        (TROUBLE, {"failed_syncs": 3}, LEAVE_UNREAD),
        (FATAL, {"failed_syncs": 3}, STOP),
        (TROUBLE, OUTAGE, STOP),
        (RejectedError("no"), OUTAGE, STOP),
        (KeyError("id"), OUTAGE, STOP),
        (ISOLATED, OUTAGE, FAIL),
        (AccountUnreadableError("549", "no"), OUTAGE, FAIL),
    ],
)
def test_decide_follows_its_table(error: Exception, facts: dict[str, Any], consequence: Consequence) -> None:
    assert decide(error, **facts) is consequence


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
    assert list(ListedIds("lead_forms", lambda _: found).get(())) == found


def test_a_stream_is_summed_up_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    usage = Usage()
    progress = Progress(usage, ["boards"])
    cost = usage.stream("boards")
    cost.count("requests")
    for _ in range(3):
        cost.count("sent")
    cost.count("left out")
    assert [progress.count_bundle(Bundle("boards", b"", count)) for count in (1_000, 234)] == [True, False]
    assert progress.count_bundle(Bundle("board_pins", b"", 1))
    boards = StreamDescriptor(name="boards")
    progress.observe(as_airbyte_message(boards, AirbyteStreamStatus.STARTED))
    progress.observe(AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage()))
    assert caplog.messages == []

    progress.observe(as_airbyte_message(boards, AirbyteStreamStatus.INCOMPLETE))
    assert caplog.messages == ["boards: 1,234 records, 3 requests (2 retries), 1 account or board left out."]
    assert progress.ended == {"boards": AirbyteStreamStatus.INCOMPLETE}


def test_a_stream_warns_once_of_each_thing(caplog: pytest.LogCaptureFixture) -> None:
    boards, pins = Notices("boards"), Notices("pins")
    given = [boards.warn(about, sentence) for about, sentence in [("1", "One."), ("1", "Again."), ("2", "Two.")]]

    assert given == [True, False, True]
    assert pins.warn("1", "One.")
    assert caplog.messages == ["boards: One.", "boards: Two.", "pins: One."]
