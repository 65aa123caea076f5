"""Does a stream stop asking when, and only when, more calls would be in vain?"""

import pytest

from source_pinterest.api.errors import (
    AccountUnreadableError,
    AuthenticationError,
    ListingCappedError,
    QuotaExhaustedError,
    RejectedError,
    RepeatedKeyError,
    ScopeMissingError,
    UnavailableError,
)
from source_pinterest.engine.circuit_breaker import FAILURES_IN_A_ROW, Fuse

ONE = ("549755012345",)
TROUBLE = UnavailableError("boards", "boards", 6, "It said no")


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationError("no"),
        ScopeMissingError("boards", ("boards:read",), "no"),
        QuotaExhaustedError("org_read", 4_000, 900),
        RepeatedKeyError("ad_analytics", "AD_ID", ()),
    ],
)
def test_the_first_fatal_error_ends_the_stream_and_is_told_once(error: Exception) -> None:
    fuse = Fuse()

    assert [fuse.is_news(error, ONE) for _ in range(3)] == [True, False, False]
    assert fuse.blown
    assert not fuse.is_news(TROUBLE, ("549",)), "of what fails after it nobody is told"


def test_some_failing_parents_in_a_row_end_the_stream() -> None:
    fuse = Fuse()
    for number in range(FAILURES_IN_A_ROW - 1):
        assert fuse.is_news(TROUBLE, (str(number),))
    assert not fuse.blown
    assert fuse.is_news(RejectedError("no"), ONE)
    assert fuse.blown


def test_one_failing_parent_ends_for_itself_alone() -> None:
    fuse = Fuse()
    told = [fuse.is_news(TROUBLE, ONE) for _ in range(2 * FAILURES_IN_A_ROW)]
    assert told == [True] * FAILURES_IN_A_ROW + [False] * FAILURES_IN_A_ROW
    assert fuse.is_over(ONE)
    assert not fuse.is_over(("549756440147",))
    assert not fuse.blown


def test_a_success_of_a_parent_starts_its_own_count_anew() -> None:
    fuse = Fuse()
    for _ in range(3 * FAILURES_IN_A_ROW):
        assert fuse.is_news(TROUBLE, ONE)
        fuse.succeeded(ONE)
    assert not fuse.is_over(ONE)


def test_unknown_errors_count_as_failures() -> None:
    fuse = Fuse()
    for number in range(FAILURES_IN_A_ROW):
        assert fuse.is_news(KeyError("id"), (str(number),))
    assert fuse.blown


def test_a_success_in_between_starts_the_count_anew() -> None:
    fuse = Fuse()
    for number in range(3 * FAILURES_IN_A_ROW):
        fuse.is_news(TROUBLE, (str(number),))
        fuse.succeeded(ONE)
    assert not fuse.blown


def test_a_success_does_not_mend_a_blown_fuse() -> None:
    fuse = Fuse()
    fuse.is_news(AuthenticationError("no"), ONE)
    fuse.succeeded(ONE)
    assert fuse.blown


@pytest.mark.parametrize("error", [AccountUnreadableError("549", "no"), ListingCappedError("too many pins")])
def test_what_is_the_matter_with_one_account_or_board_alone_never_stops_the_others(error: Exception) -> None:
    fuse = Fuse()

    assert all(fuse.is_news(error, (str(number),)) for number in range(3 * FAILURES_IN_A_ROW))
    assert not fuse.blown
