"""Tasks that one worker plans and reads in turn end like any others, each by itself."""

from collections.abc import Iterator
from functools import partial

import pytest

from source_pinterest.api.errors import ConfigError, PinterestError, RefusedError, SliceError, UnavailableError
from source_pinterest.engine.ledger import FAILURES_IN_A_ROW
from source_pinterest.engine.tasks import Task
from unit_tests.streams.base.accounts import Accounts

LOST = UnavailableError("lead_forms: it failed")
OTHER = SliceError("lead_forms: it failed in another way")
REFUSED = RefusedError("lead_forms: not yours")
FATAL = ConfigError("No token.")


class Pins(Accounts):
    """Reads the pins of one owner in turn, within one slice of the framework."""

    def tasks_of_owner(self, pins: str) -> Iterator[Task]:
        for pin in pins:
            task = Task({"pin_id": pin}, self.bundles, on_end=partial(self.ended.append, pin))
            task.parent = ("owner",)
            yield task

    def read_in_turn(self, pins: str) -> list[PinterestError]:
        return self.read_tasks([Task.in_turn({}, lambda: self.tasks_of_owner(pins))])

    def committed(self) -> str:
        return "".join(told[1] for told in self.noted.told if told[0] == "commit")


def test_each_task_is_planned_when_the_one_before_has_ended_and_counts_by_itself() -> None:
    stream = Pins()

    def planned() -> Iterator[Task]:
        for task in stream.tasks_of_owner("123"):
            assert stream.ended == list("123")[: int(task["pin_id"]) - 1]
            yield task

    assert stream.read_tasks([Task.in_turn({}, planned)]) == []
    assert stream.noted.told[2::3] == [("commit", pin, f"finding {pin}") for pin in "123"]
    assert stream.ended == ["1", "2", "3"]
    assert (stream.usage.tasks, stream.usage.tasks_read, stream.usage.is_planned) == (3, 3, True)


def test_tasks_in_turn_have_no_known_number_until_the_last_has_ended() -> None:
    stream = Pins()
    [task] = stream.plan([Task.in_turn({}, lambda: stream.tasks_of_owner("12"))])
    bundles = stream.run.read(task)
    next(bundles)
    assert not stream.usage.is_planned
    list(bundles)

    assert stream.usage.is_planned


def test_the_first_error_is_raised_after_the_last_task_and_the_others_are_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream = Pins({"2": LOST, "3": OTHER})

    assert stream.read_in_turn("1234") == [LOST]
    assert stream.committed() == "14"
    assert stream.noted.failed == ["2", "3"], "the slice itself is not booked"
    assert "not everything could be read. lead_forms: it failed in another way" in caplog.text
    assert stream.noted.is_incomplete


@pytest.mark.parametrize(
    ("failing", "read"),
    [("1234", "6789"), ("12345", ""), ("2345", "16789")],
)
def test_failures_end_the_tasks_of_an_owner_after_five_in_a_row(failing: str, read: str) -> None:
    assert len("12345") == FAILURES_IN_A_ROW
    pins = "".join(sorted(failing + "6789" + ("1" if "1" in read else "")))
    stream = Pins(dict.fromkeys(failing, LOST))

    assert stream.read_in_turn(pins) == [LOST]
    assert stream.committed() == read


def test_refused_tasks_are_left_out_whatever_their_number() -> None:
    stream = Pins(dict.fromkeys("12345678", REFUSED))

    assert stream.read_in_turn("123456789") == []
    assert stream.committed() == "9"
    assert stream.usage.left_out == len("12345678")


def test_a_fatal_error_ends_them_and_the_stream() -> None:
    stream = Pins({"2": FATAL})
    in_turn = Task.in_turn({}, lambda: stream.tasks_of_owner("123"))

    assert stream.read_tasks([in_turn, stream.of_account("9")]) == [FATAL]
    assert stream.read_accounts == ["1", "2"]


def test_a_planning_that_breaks_off_fails_as_the_slice_would() -> None:
    stream = Pins()

    def broken() -> Iterator[Task]:
        yield from stream.tasks_of_owner("1")
        raise LOST

    assert stream.read_tasks([Task.in_turn({"ad_account_id": "7"}, broken)]) == [LOST]
    assert stream.committed() == "1"
    assert stream.noted.told[-1] == ("failure", "7", LOST)


def test_a_caller_outside_of_a_sync_gets_the_records_of_all() -> None:
    stream = Pins()

    assert [bundle.count for bundle in Task.in_turn({}, lambda: stream.tasks_of_owner("12")).bundles()] == [3, 4, 3, 4]
