"""Operations that share a quota are learnt, so that one that is used up holds up nobody else."""

import tracemalloc

import pytest

from source_pinterest import limits
from unit_tests.api.callers import ADS_ANALYTICS, CATEGORY, GET_REPORT, Caller, headers, recorded
from unit_tests.api.test_rate_headers import UNKNOWN_FORMS

GUESS = limits.REQUESTS_PER_MINUTE[CATEGORY]
POLL = limits.rated_operation("GET", "/v5/ad_accounts/549/reports")
CREATE = limits.rated_operation("POST", "/v5/ad_accounts/549/reports")
ANALYTICS = limits.rated_operation("GET", "/v5/ad_accounts/549/campaigns/analytics")


@pytest.fixture
def caller() -> Caller:
    return Caller(max_wait_seconds=900)


def test_marketing_mix_reports_have_a_quota_of_their_own_for_each_ad_account() -> None:
    caller = Caller(max_wait_seconds=900)
    first, second = (limits.rated_operation("POST", f"/v5/ad_accounts/{number}/mmm_reports") for number in (549, 550))
    for _ in range(limits.MMM_REPORTS_PER_MINUTE):
        caller.call(recorded(300, 200, 40, ADS_ANALYTICS), operation=first)

    assert caller.budget.take(first) == pytest.approx(60.1)
    assert caller.budget.take(second) == 0
    assert caller.budget.take(ANALYTICS) == 0


def test_without_headers_the_published_number_holds_for_the_category(caller: Caller) -> None:
    for operation in (POLL, ANALYTICS, CREATE):
        caller.call(operation=operation)

    assert caller.calls_until_refused() == GUESS - 3


def test_a_form_that_nobody_knows_changes_nothing() -> None:
    for told in UNKNOWN_FORMS:
        ignorant, informed = Caller(max_wait_seconds=900), Caller(max_wait_seconds=900)
        informed.call(recorded(300, 9, 40, ADS_ANALYTICS, GET_REPORT))
        for caller in (ignorant, informed):
            for _ in range(3):
                caller.call(told)

        assert ignorant.calls_until_refused(most=6) == informed.calls_until_refused() == 6, told
        assert ignorant.budget.requests_per_second(CATEGORY) == GUESS / 60, told


def test_headers_that_list_more_than_sixteen_quotas_say_nothing(caller: Caller) -> None:
    named = [f'{900 + number};w=60;name="{number}"' for number in range(16)]
    caller.call(recorded(300, 10, 40, ADS_ANALYTICS, *named))
    assert caller.calls_until_refused(most=20) == 20

    caller.call(recorded(300, 10, 40, ADS_ANALYTICS, *named[:14]))
    assert caller.calls_until_refused(most=20) == 10


def test_a_quota_that_no_operation_has_is_forgotten() -> None:
    caller = Caller(max_wait_seconds=900)

    def memory_of(calls: range) -> int:
        tracemalloc.start()
        for call in calls:
            caller.clock.now += 1
            caller.call(recorded(300, 10, 40, *(f'300;w=60;name="{call} {number}"' for number in range(15))))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    memory_of(range(100))
    assert memory_of(range(1_000, 2_000)) < 1024**2


def test_operations_share_a_quota_by_its_name(caller: Caller) -> None:
    caller.call(recorded(300, 200, 40, ADS_ANALYTICS, GET_REPORT), POLL)
    caller.call(recorded(300, 199, 40, ADS_ANALYTICS), ANALYTICS)
    for _ in range(50):
        caller.call(recorded(100, 90, 1, ADS_ANALYTICS, GET_REPORT), POLL)
    caller.clock.now += 1

    assert caller.calls_until_refused(ANALYTICS) == 149


def test_polls_of_the_whole_app_hold_up_polls_alone(caller: Caller) -> None:
    for operation, quotas in ((ANALYTICS, [ADS_ANALYTICS]), (POLL, [ADS_ANALYTICS, GET_REPORT])):
        caller.call(recorded(100, 99, 1, *quotas), operation)
    caller.call(recorded(800, 0, 30, ADS_ANALYTICS, GET_REPORT), POLL)  # others have made 798
    caller.budget.throttled(POLL, 30)

    assert caller.wait(POLL) == pytest.approx(30.1)
    assert caller.wait(ANALYTICS) == 0
    assert caller.wait(CREATE) == 0, "of which nothing is known yet but what is known of the category"


def test_polls_that_count_against_the_app_alone_leave_the_rest_to_analytics(caller: Caller) -> None:
    caller.call(recorded(100, 99, 1, ADS_ANALYTICS), ANALYTICS)
    caller.call(recorded(100, 99, 1, GET_REPORT), POLL)

    # The first poll counts in both: when it was sent, nobody knew.
    assert caller.calls_until_refused(POLL) == 798
    assert caller.calls_until_refused(ANALYTICS) == 298


def test_a_call_that_was_answered_before_its_quota_was_named_counts(caller: Caller) -> None:
    caller.send()
    caller.call()
    caller.release(headers('10, 10;w=60;name="x"', 9, 40))  # said before the other call arrived

    assert caller.calls_until_refused() == 8


def test_a_quota_that_is_listed_later_counts_from_that_request_on(caller: Caller) -> None:
    caller.call(recorded(100, 99, 1, ADS_ANALYTICS))
    caller.call(recorded(100, 9, 1, ADS_ANALYTICS, '10;w=60;name="x"'))

    assert caller.calls_until_refused() == 9


def test_a_quota_that_is_no_longer_listed_holds_nobody_up(caller: Caller) -> None:
    caller.send(ANALYTICS)
    caller.call(recorded(300, 0, 40, ADS_ANALYTICS), ANALYTICS)
    caller.release(recorded(100, 99, 1, '5000;w=60;name="ads_analytics_of_tomorrow"'), ANALYTICS)

    assert caller.wait(ANALYTICS) == 0


def test_one_name_with_another_interval_is_another_quota(caller: Caller) -> None:
    caller.send()
    caller.call(recorded(300, 0, 40, ADS_ANALYTICS))
    caller.release(recorded(1000, 999, 40_000, '1000;w=86400;name="ads_analytics_app_id_user_id"'))

    assert caller.calls_until_refused() < 1_000
    assert caller.wait() > 30_000


def test_a_list_counts_each_of_its_intervals(caller: Caller) -> None:
    caller.call(headers("12, 50;w=60, 12;w=86400", 11, 5000))

    assert caller.calls_until_refused() == 11
    assert caller.wait() == pytest.approx(5_000, abs=1)


def test_intervals_without_names_are_those_of_their_place(caller: Caller) -> None:
    caller.call(headers("60, 100;w=1, 60;w=60", 40, 42), "org_analytics")
    caller.call(headers("100, 100;w=1, 1000;w=60", 40, 1), "ads_read")

    assert caller.calls_until_refused("org_analytics") == 40
    assert caller.calls_until_refused("ads_read") == 999


def test_one_number_where_there_are_two_quotas_is_not_believed(caller: Caller) -> None:
    caller.call(recorded(100, 99, 1, ADS_ANALYTICS, GET_REPORT))
    caller.call(headers("300", 0, 40))

    assert caller.calls_until_refused() == 298


@pytest.mark.parametrize(
    ("quota", "pace"), [(ADS_ANALYTICS, 5), ('60;w=60;name="x"', 1), ('8640;w=86400;name="x"', 0.1)]
)
def test_the_pace_is_that_of_the_slowest_quota(quota: str, pace: float, caller: Caller) -> None:
    caller.call(recorded(100, 99, 1, GET_REPORT), POLL)
    caller.call(recorded(100, 99, 1, quota, GET_REPORT), ANALYTICS)
    caller.call(recorded(100, 99, 1, GET_REPORT), POLL)

    assert caller.budget.requests_per_second(CATEGORY) == pytest.approx(pace)


def test_a_category_is_as_full_as_its_fullest_interval_that_is_longer_than_a_second(caller: Caller) -> None:
    caller.call(headers('8, 8;w=60;name="x", 1000;w=3600;name="y"', 5, 40))
    for _ in range(90):
        caller.call(operation="ads_read")

    assert [(usage.used, usage.limit) for usage in caller.budget.quota_usage()] == [(3, 8), (90, 1_000)]
