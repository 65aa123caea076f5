"""Rate limit headers are read as Pinterest sent them, and unknown forms are ignored."""

import pytest

from source_pinterest.api.quota import QuotaHeader, read_rate_headers

SAFETY_NET = "safety_net_app_id_user_id"
ADS = '100, 100;w=1;name="safety_net_app_id_user_id", 1000;w=60;name="ads_read_app_id_user_id"'
CATALOGS = '100, 100;w=1;name="safety_net_app_id_user_id", 100;w=60;name="catalogs_read_app_id_user_id"'
TRENDS = '60, 100;w=1;name="safety_net_app_id_user_id", 60;w=60;name="trends_read_app_id_user_id"'
REPORT = (
    '{}, 100;w=1;name="safety_net_app_id_user_id", 300;w=60;name="ads_analytics_app_id_user_id", '
    '800;w=60;name="analytics_get_report_app_id"'
)
PINS = (
    '60, 100;w=1;name="safety_net_app_id_user_id", 60;w=60;name="org_analytics_app_id_user_id", '
    '100;w=1;name="multi_pins_analytics"'
)


def headers(limit: str | None, remaining: str, reset: str) -> dict[str, str]:
    told = {"x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
    return told if limit is None else {**told, "x-ratelimit-limit": limit}


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "quotas"),
    [
        (
            ADS,
            "99",
            "1",
            [QuotaHeader(100, 1, SAFETY_NET, 99, 1), QuotaHeader(1000, 60, "ads_read_app_id_user_id")],
        ),
        (
            CATALOGS,
            "98",
            "47",
            [QuotaHeader(100, 1, SAFETY_NET), QuotaHeader(100, 60, "catalogs_read_app_id_user_id", 98, 47)],
        ),
        (
            TRENDS,
            "58",
            "9",
            [QuotaHeader(100, 1, SAFETY_NET), QuotaHeader(60, 60, "trends_read_app_id_user_id", 58, 9)],
        ),
        (
            REPORT.format(100),
            "99",
            "1",
            [
                QuotaHeader(100, 1, SAFETY_NET, 99, 1),
                QuotaHeader(300, 60, "ads_analytics_app_id_user_id"),
                QuotaHeader(800, 60, "analytics_get_report_app_id"),
            ],
        ),
        (
            REPORT.format(300),
            "20",
            "33",
            [
                QuotaHeader(100, 1, SAFETY_NET),
                QuotaHeader(300, 60, "ads_analytics_app_id_user_id", 20, 33),
                QuotaHeader(800, 60, "analytics_get_report_app_id"),
            ],
        ),
        (
            REPORT.format(800),
            "0",
            "22",
            [
                QuotaHeader(100, 1, SAFETY_NET),
                QuotaHeader(300, 60, "ads_analytics_app_id_user_id"),
                QuotaHeader(800, 60, "analytics_get_report_app_id", 0, 22),
            ],
        ),
    ],
)
def test_what_is_left_belongs_to_the_quota_whose_number_comes_first(
    limit: str, remaining: str, reset: str, quotas: list[QuotaHeader]
) -> None:
    assert read_rate_headers(headers(limit, remaining, reset)) == quotas


@pytest.mark.parametrize(
    ("limit", "remaining", "reset"),
    [
        (CATALOGS, "98", "1"),  # either the second is over in a second, or the minute is
        ("100, 100;w=1, 100;w=60", "98", "1"),
        ('9, 9;w=60;name="a", 9;w=60;name="b"', "4", "30"),
    ],
)
def test_where_two_quotas_could_be_meant_neither_is(limit: str, remaining: str, reset: str) -> None:
    quotas = read_rate_headers(headers(limit, remaining, reset))

    assert len(quotas) == 2
    assert all(quota.limit and quota.period for quota in quotas)
    assert [quota.remaining for quota in quotas] == [None, None]


def test_a_quota_that_lasts_less_than_the_reset_is_not_meant() -> None:
    told = headers("100, 100;w=1, 100;w=60", "98", "2")

    assert read_rate_headers(told) == [QuotaHeader(100, 1, ""), QuotaHeader(100, 60, "", 98, 2)]


def test_several_quotas_of_a_second_have_their_own_names() -> None:
    quotas = read_rate_headers(headers(PINS, "59", "58"))

    assert [quota.name for quota in quotas] == [SAFETY_NET, "org_analytics_app_id_user_id", "multi_pins_analytics"]
    assert [quota.remaining for quota in quotas] == [None, 59, None]


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "quotas"),
    [
        ("300", "299", "42", [QuotaHeader(300, 0, "", 299, 42)]),
        ("300", "300", "42", [QuotaHeader(300, 0, "", 300, 42)]),
        (None, "299", "42", [QuotaHeader(0, 0, "", 299, 42)]),
        ("1000;w=86400", "3", "77", [QuotaHeader(1000, 86400, "", 3, 77)]),
        ("60, 60;w=60", "3", "7.5", [QuotaHeader(60, 60, "", 3, 7.5)]),
        (
            "100, 100;w=1, 1000;w=60",
            "99, 998",
            "1, 42",
            [QuotaHeader(100, 1, "", 99, 1), QuotaHeader(1000, 60, "", 998, 42)],
        ),
        (
            "100;w=1;burst=5,1000;w=60",
            "99,998",
            "1,42",
            [QuotaHeader(100, 1, "", 99, 1), QuotaHeader(1000, 60, "", 998, 42)],
        ),
        ('9;name="a, b; c" ; w=60', "3", "7", [QuotaHeader(9, 60, "a, b; c", 3, 7)]),
    ],
)
def test_forms_of_earlier_years_are_read(
    limit: str | None, remaining: str, reset: str, quotas: list[QuotaHeader]
) -> None:
    assert read_rate_headers(headers(limit, remaining, reset)) == quotas


UNKNOWN_FORMS = [
    ("plenty", "7", "8"),
    ("300", "", "42"),
    ("300", "299", ""),
    ("300", "many", "soon"),
    ("300", "-1", "9"),
    ("300", "9", "nan"),
    ("300", "1", "inf"),
    ("300", "301", "9"),
    ("300", "9", "1793000000"),  # an epoch
    ("0", "0", "9"),
    ("0.5", "0", "9"),
    ("9;w=0", "1", "0"),
    ("9;w=minute", "1", "9"),
    ("", "7", "8"),
    ("300", "99, 298", "1, 42"),
    ("1000", "99, 998", "42"),
    (None, "99, 998", "1, 42"),
    ("100, 100;w=1, 1000;w=60", "99, 998", "42"),
    ("100, 100;w=1, 1000;w=60", "1001, 998", "1, 42"),
    ("100;w=1, 1000;w=60", "9", "42"),  # nothing says which one is meant
    ("300, 100;w=1, 1000;w=60", "9", "42"),  # none of those that are listed
    ("100, 100;w=1, 1000;w=60", "9", "42"),  # longer than it lasts
    ("100, 100;w=1, 1000;w=60", "101", "1"),  # more than it holds
    ("100, 100, 1000;w=60", "9", "1"),
    ("100, 100;w=1, many;w=60", "9", "1"),
    ('"default";q=100;w=60', '"default";r=50', "30"),
    ("limit=100, window=60", "limit=50", "reset=30"),
]


@pytest.mark.parametrize(("limit", "remaining", "reset"), UNKNOWN_FORMS)
def test_a_form_that_nobody_knows_says_nothing(limit: str | None, remaining: str, reset: str) -> None:
    assert list(read_rate_headers(headers(limit, remaining, reset))) == []


def test_no_headers_say_nothing() -> None:
    assert list(read_rate_headers({})) == []


def test_a_list_of_which_one_is_no_number_says_nothing() -> None:
    assert read_rate_headers(headers(None, "5, many", "60")) == ()


def test_a_reset_in_a_month_is_believed_and_no_later_one() -> None:
    assert read_rate_headers(headers(None, "5", "2678400")) == [QuotaHeader(remaining=5, reset=2_678_400)]
    assert read_rate_headers(headers(None, "5", "2678401")) == ()
