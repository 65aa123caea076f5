"""The reports that are tried out before a sync, and what is said of one that Pinterest refuses."""

from typing import Any

import pytest
import requests_mock

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.api.errors import ConfigError, UnavailableError
from source_pinterest.streams.analytics.custom_report import AccountsToAsk, try_out_reports
from unit_tests.report_configs import report
from unit_tests.streams.pinterest import Pinterest, refused

MADE = {"json": {"token": "t", "report_status": "IN_PROGRESS"}}
CUSTOM, MMM, PRODUCTS = "reports", "mmm_reports", "reports/brand_category_sku"
OWN = {"columns": ["TOTAL_HUGS"]}


class TryingOut:
    """Has the reports of a config tried out; account 11 is the first of two."""

    def __init__(self, mock: requests_mock.Mocker, **options: Any) -> None:
        self.pinterest = Pinterest(mock, **options)
        self.pinterest.lists("ad_accounts", "11", "12")
        self._mock = mock

    def creates(self, path: str, answer: dict[str, Any] | None = None, account: str = "11") -> Any:
        return self._mock.post(f"{DEFAULT_BASE_URL}/ad_accounts/{account}/{path}", **(answer or MADE))

    def run(self) -> None:
        try_out_reports(self.pinterest.sync, AccountsToAsk(self.pinterest.sync))


def doubtful(number: int = 0) -> dict[str, Any]:
    return report(name=f"Number {number}", columns=["TOTAL_HUGS"])


def test_five_reports_and_one_of_each_other_kind_are_tried_out_with_yesterday(
    mock: requests_mock.Mocker,
) -> None:
    reports = [doubtful(number) for number in range(7)]
    subject = TryingOut(mock, custom_reports=reports, marketing_mix_report=OWN, brand_category_sku_reports=OWN)
    created = [subject.creates(path) for path in (CUSTOM, MMM, PRODUCTS)]
    subject.run()

    assert [one.call_count for one in created] == [5, 1, 1]
    asked = created[0].last_request.json()
    assert (asked["start_date"], asked["end_date"]) == ("2026-06-30", "2026-06-30")


def test_no_report_is_tried_out_without_doubt_or_account(mock: requests_mock.Mocker) -> None:
    TryingOut(mock, custom_reports=[report()]).run()
    assert mock.call_count == 0

    subject = TryingOut(mock, custom_reports=[doubtful()])
    subject.pinterest.lists("ad_accounts")
    subject.run()
    assert mock.call_count == 1


@pytest.mark.parametrize(
    ("options", "path", "says"),
    [
        ({"custom_reports": [doubtful(7)]}, CUSTOM, "Custom Reports: Pinterest refuses Number 7. "),
        ({"marketing_mix_report": OWN}, MMM, "Marketing Mix Report: Pinterest refuses it. "),
        ({"brand_category_sku_reports": OWN}, PRODUCTS, "Brand, Category and SKU Reports: Pinterest refuses them. "),
    ],
)
def test_the_option_is_named_that_a_refused_report_comes_from(
    mock: requests_mock.Mocker, options: dict[str, Any], path: str, says: str
) -> None:
    subject = TryingOut(mock, **options)
    subject.creates(path, refused(400, 1, "There is no TOTAL_HUGS"))

    with pytest.raises(ConfigError, match=f'^{says}Pinterest answered "There is no TOTAL_HUGS"'):
        subject.run()


def test_a_right_that_an_account_lacks_is_no_error(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    subject = TryingOut(mock, marketing_mix_report=OWN, brand_category_sku_reports=OWN)
    created = [subject.creates(path, refused(403, 29)) for path in (MMM, PRODUCTS)]
    with caplog.at_level("INFO", "airbyte"):
        subject.run()

    assert [one.call_count for one in created] == [1, 1]
    assert "marketing_mix_report can't be read: it needs an app in Pinterest's beta" in caplog.text
    assert "brand_conversions_report can't be read: it needs brand/category/SKU reports" in caplog.text


def test_an_account_that_is_none_there_is_no_error_either(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    subject = TryingOut(mock, marketing_mix_report=OWN, brand_category_sku_reports=OWN)
    subject.creates(MMM, refused(404, 29))
    created = subject.creates(PRODUCTS)
    with caplog.at_level("INFO", "airbyte"):
        subject.run()

    assert "marketing_mix_report: Ad account 11 can't be read. " in caplog.text
    assert created.call_count == 1, "the others are tried out all the same"


@pytest.mark.parametrize("status", [403, 404])
def test_a_report_is_tried_out_with_another_account_after_a_refusal(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    subject = TryingOut(mock, custom_reports=[doubtful(1), doubtful(2)])
    first = subject.creates(CUSTOM, refused(status, 29))
    second = subject.creates(CUSTOM, refused(400, 1, "There is no TOTAL_HUGS"), "12")

    with pytest.raises(ConfigError, match="There is no TOTAL_HUGS"):
        subject.run()
    assert (first.call_count, second.call_count) == (1, 1)
    assert caplog.text.count("Ad account 11 can't be read. ") == 1


def test_after_three_refusing_accounts_no_report_is_tried_out(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    accounts = ("11", "12", "13", "14")
    subject = TryingOut(mock, custom_reports=[doubtful(1), doubtful(2)], marketing_mix_report=OWN)
    subject.pinterest.lists("ad_accounts", *accounts)
    created = [subject.creates(CUSTOM, refused(403, 29), account) for account in accounts]
    subject.run()

    assert [one.call_count for one in created] == [1, 1, 1, 0]
    assert [f"Ad account {account} can't be read" in caplog.text for account in accounts] == [True] * 3 + [False]


def test_an_account_that_fails_is_not_passed_over(mock: requests_mock.Mocker) -> None:
    subject = TryingOut(mock, custom_reports=[doubtful()])
    subject.creates(CUSTOM, refused(503))

    with pytest.raises(UnavailableError):
        subject.run()
