"""What the failure of a task costs."""

from collections.abc import Sequence
from typing import Any

import pytest

from source_pinterest.api.errors import (
    AccountUnreadableError,
    ConfigError,
    QuotaExhaustedError,
    RejectedError,
    SliceError,
    UnavailableError,
)
from source_pinterest.engine.ledger import (
    FAILURES_IN_A_ROW,
    Consequence,
    Ledger,
    decide,
)
from source_pinterest.engine.tasks import ParentIds

ONE = ("549755012345",)
SEVERAL = [(str(number),) for number in range(FAILURES_IN_A_ROW)]
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


def ledger_after(*worked: ParentIds, failed: Sequence[ParentIds] = ()) -> Ledger:
    """A ledger that knows of some successes, and then of some failures."""
    ledger = Ledger()
    for parent in worked:
        ledger.note_success(parent)
    for parent in failed:
        assert ledger.note_failure(parent, TROUBLE) is FAIL
    return ledger


@pytest.mark.parametrize("error", [FATAL, QuotaExhaustedError("no")])
def test_the_first_fatal_error_ends_the_stream_for_good_and_is_raised_once(error: Exception) -> None:
    ledger = Ledger()

    assert [ledger.note_failure(ONE, error) for _ in range(3)] == [STOP, FAIL_UNTOLD, FAIL_UNTOLD]
    assert ledger.note_failure(("549",), TROUBLE) is FAIL_UNTOLD
    ledger.note_success(ONE)
    assert not ledger.may_read(ONE)
    assert not ledger.add()


def test_parents_that_worked_and_fail_in_a_row_end_the_stream() -> None:
    ledger = ledger_after(*SEVERAL, failed=SEVERAL[:-1])
    assert ledger.may_read(ONE)

    assert ledger.note_failure(SEVERAL[-1], RejectedError("no")) is STOP
    assert not ledger.may_read(ONE)


def test_after_failures_in_a_row_a_parent_that_never_worked_gets_one_try() -> None:
    ledger = ledger_after(ONE, failed=SEVERAL[1:])
    assert ledger.is_worth_retrying()
    assert ledger.may_read(SEVERAL[1])

    ledger.note_failure(SEVERAL[0], KeyError("id"))
    assert not ledger.is_worth_retrying()
    assert not ledger.may_read(SEVERAL[0]), "it has had its try"
    assert ledger.may_read(("7",))
    ledger.note_failure(ONE, TROUBLE)
    assert ledger.may_read(ONE), "it has worked"


def test_five_failures_of_one_account_stop_that_account_alone() -> None:
    ledger = ledger_after(failed=[ONE] * (FAILURES_IN_A_ROW - 1))
    ledger.note_success(ONE)
    told = [ledger.note_failure(ONE, TROUBLE) for _ in range(2 * FAILURES_IN_A_ROW)]

    assert told == [FAIL] * FAILURES_IN_A_ROW + [FAIL_UNTOLD] * FAILURES_IN_A_ROW
    assert not ledger.may_read(ONE)
    assert ledger.may_read(("549756440147",))
    assert ledger.add()
