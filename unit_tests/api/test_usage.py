"""Requests, waits and slices add up, from however many threads."""

from types import SimpleNamespace

import pytest

from source_pinterest.api import usage as module
from source_pinterest.api.usage import Usage
from unit_tests.clocks import Clock


@pytest.fixture
def usage() -> Usage:
    return Usage()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock))
    return clock


@pytest.mark.parametrize(("rows", "estimates"), [((30, 12), [("boards", 42)]), ((30, None, 12), [])])
def test_rows_are_estimated_once_all_slices_are_known_and_none_is_a_guess(
    usage: Usage, rows: tuple[int | None, ...], estimates: list[tuple[str, int]]
) -> None:
    for count in rows:
        usage.stream("boards").count_task(count)
    assert not usage.estimates
    usage.stream("boards").finish_planning()

    assert list(usage.estimates) == estimates


def test_requests_that_wait_at_once_count_from_the_first_to_the_last(usage: Usage, clock: Clock) -> None:
    cost = usage.stream("boards")
    for _ in range(2):
        clock.now += 100
        with cost.waiting():
            clock.now += 3
            with cost.waiting():
                clock.now += 4
            assert cost.is_waiting
            clock.now += 5
        assert not cost.is_waiting

    assert cost.waited_seconds == 24
