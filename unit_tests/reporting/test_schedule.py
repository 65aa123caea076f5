"""A report is polled soon after it is finished, and all polls together stay within the quota."""

import pytest

from source_pinterest.api.retries import Pauses
from source_pinterest.reporting.job import Job
from source_pinterest.reporting.runner import PollSchedule
from unit_tests.reporting.requests_for_reports import request

AMPLE = PollSchedule(lambda: float("inf"), Pauses())
STANDARD = PollSchedule(lambda: 5.0, Pauses())


def job(*, is_polled_early: bool = False, polls: int = 0, created_at: float = 0) -> Job:
    return Job(
        request(), "token", created_at, deadline=1_000, is_polled_early=is_polled_early, polls=polls, next_poll=1_000
    )


@pytest.mark.parametrize(("polls", "seconds"), [(0, 1), (1, 2), (2, 4), (3, 8), (4, 10), (50, 10)])
def test_where_the_quota_is_ample_every_report_is_asked_for_less_and_less_often(polls: int, seconds: float) -> None:
    assert AMPLE.pause(job(polls=polls), [job()] * 100, soon=100) == seconds


def test_a_report_waits_for_its_turn_among_all_that_are_in_flight_or_soon_will_be() -> None:
    assert STANDARD.pause(job(), [job()] * 60, soon=40) == pytest.approx(100 / (5 * 2 / 3))


def test_an_early_poll_waits_only_for_other_early_polls() -> None:
    others = [job()] * 60 + [job(is_polled_early=True)] * 5 + [job(polls=1)] * 5

    assert STANDARD.pause(job(is_polled_early=True), others, soon=40) == pytest.approx(10 / (5 * 2 / 3))


def test_a_report_that_was_asked_for_is_never_asked_for_sooner_than_one_alone_would_be() -> None:
    assert STANDARD.pause(job(polls=4), [job()] * 5, soon=0) == 10


def test_no_report_is_left_alone_for_longer_than_its_link_lives() -> None:
    assert STANDARD.pause(job(), [job()] * 10_000, soon=0) == 120


def test_what_one_report_took_is_expected_of_those_that_were_never_asked_for() -> None:
    fresh, older, asked = job(created_at=10), job(created_at=2), job(polls=1)
    AMPLE.expect([fresh, older, asked], 20)

    assert [fresh.next_poll, older.next_poll, asked.next_poll] == [30, 22, 1_000]


def test_a_slow_report_makes_the_others_wait_no_longer() -> None:
    due = job()
    due.next_poll = 5
    AMPLE.expect([due], 20)

    assert due.next_poll == 5
