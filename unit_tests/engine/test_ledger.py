"""What the failure of a task costs, and what the refusals of a stream mean together."""

from collections.abc import Sequence

import pytest

from source_pinterest.api.errors import (
    AccountUnreadableError,
    ConfigError,
    GoneError,
    QuotaExhaustedError,
    RefusedError,
    RejectedError,
    SliceError,
    UnavailableError,
)
from source_pinterest.engine.ledger import (
    FAILURES_IN_A_ROW,
    Book,
    Consequence,
    Facts,
    Ledger,
    Refusal,
    Refusals,
    classify_refusals,
    decide,
)
from source_pinterest.engine.tasks import Parents, Task

ONE = ("549755012345",)
SEVERAL = [(str(number),) for number in range(FAILURES_IN_A_ROW)]
TROUBLE = UnavailableError("It said no")
REFUSED, GONE = RefusedError("not yours"), GoneError("not there")
FATAL = ConfigError("no")
ISOLATED = SliceError("too many pins", is_isolated=True)
LEAVE_OUT, LEAVE_UNREAD, FAIL, FAIL_UNTOLD, STOP = Consequence
OUTAGE = Facts(failing=FAILURES_IN_A_ROW)


@pytest.mark.parametrize(
    ("error", "facts", "consequence"),
    [
        (REFUSED, Facts(), LEAVE_OUT),
        (GONE, Facts(is_stopped=True, failing=FAILURES_IN_A_ROW), LEAVE_OUT),
        (FATAL, Facts(), STOP),
        (QuotaExhaustedError("no"), Facts(), STOP),
        (FATAL, Facts(is_stopped=True), FAIL_UNTOLD),
        (ISOLATED, Facts(is_stopped=True), FAIL_UNTOLD),
        (TROUBLE, Facts(failing=FAILURES_IN_A_ROW - 1), FAIL),
        (TROUBLE, Facts(failed_syncs=2), FAIL),
        (TROUBLE, Facts(failed_syncs=3), LEAVE_UNREAD),
        (FATAL, Facts(failed_syncs=3), STOP),
        (REFUSED, Facts(failed_syncs=3), LEAVE_OUT),
        (TROUBLE, OUTAGE, STOP),
        (RejectedError("no"), OUTAGE, STOP),
        (KeyError("id"), OUTAGE, STOP),
        (ISOLATED, OUTAGE, FAIL),
        (AccountUnreadableError("549", "no"), OUTAGE, FAIL),
    ],
)
def test_decide_follows_its_table(error: Exception, facts: Facts, consequence: Consequence) -> None:
    assert decide(error, facts) is consequence


def task_of(parent: Parents) -> Task:
    return Task({"ad_account_id": parent[0]}, lambda _: (yield from ()))


def ledger_after(*worked: Parents, failed: Sequence[Parents] = ()) -> Ledger:
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


ALICE, BOB = Refusal(task_of(("1",)), REFUSED), Refusal(task_of(("2",)), REFUSED)
CAROL = Refusal(task_of(("3",)), GONE)


@pytest.mark.parametrize(
    ("book", "owed", "needs_right", "found"),
    [
        (Book(), "", True, Refusals(lost=[], left_out=[])),
        (Book(refused=[ALICE]), "1", True, Refusals(True, [], [])),
        (Book(refused=[ALICE], failed=[AccountUnreadableError("9", "no")]), "", True, Refusals(True, [], [])),
        (Book(refused=[ALICE], failed=[TROUBLE]), "", True, Refusals(lost=[], left_out=[ALICE])),
        (Book(refused=[ALICE, CAROL]), "", True, Refusals(lost=[], left_out=[ALICE, CAROL], nothing_of=2)),
        (Book(refused=[ALICE, BOB], done=1), "2", True, Refusals(lost=[BOB], left_out=[ALICE])),
        (Book(refused=[ALICE]), "", False, Refusals(lost=[], left_out=[ALICE])),
        (Book(refused=[ALICE, ALICE]), "", False, Refusals(lost=[], left_out=[ALICE, ALICE])),
        (Book(refused=[ALICE, BOB]), "", False, Refusals(lost=[], left_out=[ALICE, BOB], nothing_of=2)),
        (Book(refused=[ALICE, BOB, CAROL]), "3", False, Refusals(lost=[CAROL], left_out=[ALICE, BOB])),
    ],
)
def test_refusals_are_judged_together(book: Book, owed: str, *, needs_right: bool, found: Refusals) -> None:
    given = classify_refusals(book, lambda task: task.parent[0] in owed, needs_right=needs_right)

    assert given._replace(lost=list(given.lost), left_out=list(given.left_out)) == found
