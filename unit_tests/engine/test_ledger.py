"""What the failure of a task costs."""

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
    decide,
)

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
