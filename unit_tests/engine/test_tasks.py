"""What the failure of a task costs, how ids are kept, and how a stream reports its progress."""

from typing import Any

import pytest

from source_pinterest.api.errors import (
    AccountUnreadableError,
    ConfigError,
    InvalidRequestError,
    QuotaExhaustedError,
    TaskError,
    UnavailableError,
)
from source_pinterest.engine.parent_ids import ParentIdCache
from source_pinterest.engine.progress import WarnOnce
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


def test_a_stream_warns_once_of_each_thing(caplog: pytest.LogCaptureFixture) -> None:
    boards, pins = WarnOnce("boards"), WarnOnce("pins")
    given = [boards.warn(about, sentence) for about, sentence in [("1", "One."), ("1", "Again."), ("2", "Two.")]]

    assert given == [True, False, True]
    assert pins.warn("1", "One.")
    assert caplog.messages == ["boards: One.", "boards: Two.", "pins: One."]
