"""Rate limit headers are read as Pinterest sent them, and unknown forms are ignored."""

import pytest

from source_pinterest.api.quota import QuotaHeader, read_rate_headers
from unit_tests.api.callers import ADS_ANALYTICS, GET_REPORT, headers, recorded

SECOND = QuotaHeader(100, 1, "safety_net_app_id_user_id")
ANALYTICS = QuotaHeader(300, 60, "ads_analytics_app_id_user_id")
REPORTS = QuotaHeader(800, 60, "analytics_get_report_app_id")


@pytest.mark.parametrize(
    ("tightest", "remaining", "reset", "quotas"),
    [
        (100, 99, 1, [QuotaHeader(100, 1, SECOND.name, 99, 1), ANALYTICS, REPORTS]),
        (300, 20, 33, [SECOND, QuotaHeader(300, 60, ANALYTICS.name, 20, 33), REPORTS]),
        (800, 0, 22, [SECOND, ANALYTICS, QuotaHeader(800, 60, REPORTS.name, 0, 22)]),
    ],
)
def test_the_remaining_number_belongs_to_the_first_quota(
    tightest: int, remaining: int, reset: int, quotas: list[QuotaHeader]
) -> None:
    assert read_rate_headers(recorded(tightest, remaining, reset, ADS_ANALYTICS, GET_REPORT)) == quotas


@pytest.mark.parametrize(
    ("limit", "remaining", "reset"),
    [
        ("100, 100;w=1, 100;w=60", "98", "1"),  # either the second is over in a second, or the minute is
        ('9, 9;w=60;name="a", 9;w=60;name="b"', "4", "30"),
    ],
)
def test_an_ambiguous_remaining_number_is_not_used(limit: str, remaining: str, reset: str) -> None:
    quotas = read_rate_headers(headers(limit, remaining, reset))

    assert [quota.remaining for quota in quotas] == [None, None]
    assert all(quota.limit and quota.interval for quota in quotas)


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "quotas"),
    [
        ("100, 100;w=1, 100;w=60", "98", "2", [QuotaHeader(100, 1), QuotaHeader(100, 60, "", 98, 2)]),  # not the second
        ("1000, 1000;w=86400", "3", "7.5", [QuotaHeader(1000, 86400, "", 3, 7.5)]),
        ("5, 5;w=2678400", "5", "2678400", [QuotaHeader(5, 2_678_400, "", 5, 2_678_400)]),  # a month
        ("9, 100;w=1;burst=5,9;w=60", "8", "42", [QuotaHeader(100, 1), QuotaHeader(9, 60, "", 8, 42)]),
        ('9, 9;name="a, b; c" ; w=60', "3", "7", [QuotaHeader(9, 60, "a, b; c", 3, 7)]),
    ],
)
def test_names_may_be_missing_and_more_may_be_told(
    limit: str, remaining: str, reset: str, quotas: list[QuotaHeader]
) -> None:
    assert read_rate_headers(headers(limit, remaining, reset)) == quotas


UNKNOWN_FORMS = [
    headers("plenty, 9;w=60", "7", "8"),
    headers("300, 300;w=60", "", "42"),
    headers("300, 300;w=60", "many", "soon"),
    headers("300, 300;w=60", "-1", "9"),
    headers("300, 300;w=60", "9", "nan"),
    headers("300, 300;w=60", "1", "inf"),
    headers("300, 300;w=60", "301", "9"),
    headers("0.5, 0.5;w=60", "0", "9"),
    headers("9, 9;w=0", "1", "0"),
    headers("9, 9;w=minute", "1", "9"),
    headers("1, 1;w=1e300", "1", "1"),  # longer than any interval that is known
    headers("9, 9;w=2678401", "1", "9"),
    headers("", "7", "8"),
    headers("300", "299", "42"),  # a single number
    headers(None, "299", "42"),
    headers("300, 300;w=60", "99, 298", "1, 42"),
    headers("50;w=60, 12;w=86400", "49, 11", "42, 5000"),  # a list in each header
    headers("100;w=1, 1000;w=60", "9", "42"),  # nothing says which one is meant
    headers("300, 100;w=1, 1000;w=60", "9", "42"),  # none of those that are listed
    headers("100, 100;w=1, 1000;w=60", "9", "42"),  # longer than it lasts
    headers("100, 100;w=1, 1000;w=60", "101", "1"),  # more than it holds
    headers("100, 100, 1000;w=60", "9", "1"),
    headers('"default";q=100;w=60', '"default";r=50', "30"),
    {},
]


def test_a_form_that_nobody_knows_says_nothing() -> None:
    for told in UNKNOWN_FORMS:
        assert list(read_rate_headers(told)) == [], told
