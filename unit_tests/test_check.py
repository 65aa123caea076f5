"""`check` reports the truth with few requests and without waiting."""

import logging
import re
from dataclasses import replace
from typing import Any

import pytest
import requests_mock

from source_pinterest import check
from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.check import LONGEST_WAIT_SECONDS, check_access
from source_pinterest.config import Config
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from source_pinterest.streams.base.stream import Sync
from unit_tests.configs import TODAY, signed_in_with
from unit_tests.report_configs import report
from unit_tests.streams.pinterest import Pinterest, connected, page, refused

MISSING_SCOPE = refused(401, 3, "Your token does not have sufficient permissions to perform this operation.")
RESTRICTED = refused(401, 3, "Your application does not have access to this restricted feature: extras")
SIGNED_IN = signed_in_with(auth_method="access_token", access_token="false-access-token")


class Checked:
    """A Pinterest where all is well, unless a path is scripted otherwise; and what `check` says of it."""

    def __init__(self, mock: requests_mock.Mocker, *, max_retries: int = 0, **options: Any) -> None:
        self._mock = mock
        self.pinterest = Pinterest(mock)
        self._config = replace(Config.from_mapping({**SIGNED_IN, **options}, TODAY), max_retries=max_retries)
        self.seen: list[Config] = []
        self.granted: frozenset[str] = frozenset()
        self.pinterest.lists("boards", "1")
        self.pinterest.answers("boards/0/pins", refused(404, 40))
        self.pinterest.answers("user_account/analytics", {"json": {"all": {"daily_metrics": []}}})
        self.pinterest.lists("ad_accounts", "11", "12")

    def answers(self, path: str, *answers: dict[str, Any]) -> None:
        self.pinterest.answers(path, *answers)

    def creates(self, answer: dict[str, Any], path: str = "reports", account: str = "11") -> Any:
        return self._mock.post(f"{DEFAULT_BASE_URL}/ad_accounts/{account}/{path}", [answer])

    def result(self) -> tuple[bool, str | None]:
        return check_access(self._config, self._connect)

    @property
    def calls(self) -> int:
        return int(self._mock.call_count)

    def _connect(self, config: Config) -> Sync:
        self.seen.append(config)
        sync = Sync(connected(config), config)
        sync.api.authenticator.granted = self.granted
        return sync


@pytest.fixture
def mock() -> Any:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture(autouse=True)
def nothing_asked_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights that a stream needs have tests of their own."""
    monkeypatch.setattr(check, "STREAMS", (CampaignAnalytics,))


def test_all_is_well(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock)

    assert checked.result() == (True, None)
    assert checked.calls == 4


def test_one_page_is_enough_however_many_there_are(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock)
    checked.answers("boards", page(["1"], "more"))
    checked.answers("ad_accounts", page(["11"], "more"))

    assert checked.result() == (True, None)
    assert checked.calls == 4


def test_analytics_are_asked_for_yesterday(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, analytics_columns=["TOTAL_HUGS"])
    checked.answers("ad_accounts/11/analytics", {"json": []})
    yesterday = {"start_date": ["2026-06-30"], "end_date": ["2026-06-30"]}

    assert checked.result() == (True, None)
    for path in ("user_account/analytics", "ad_accounts/11/analytics"):
        [asked] = checked.pinterest.asked(path)
        assert {name: asked[name] for name in yesterday} == yesterday


@pytest.mark.parametrize("answer", [refused(403, 29), refused(404, 40), refused(400, 1)], ids=str)
def test_a_board_that_does_not_exist_may_be_refused_in_any_way(
    mock: requests_mock.Mocker, answer: dict[str, Any]
) -> None:
    checked = Checked(mock)
    checked.answers("boards/0/pins", answer)

    assert checked.result() == (True, None)


@pytest.mark.parametrize("answer", [refused(403, 29), refused(404, 40)], ids=str)
@pytest.mark.parametrize("path", ["boards", "ad_accounts"])
def test_what_pinterest_does_not_give_is_told_and_the_rest_can_be_read(
    mock: requests_mock.Mocker, path: str, answer: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    checked = Checked(mock)
    checked.answers(path, answer)
    is_fine, message = checked.result()

    assert is_fine
    assert str(message).startswith(f'{path}: Pinterest answered "Scripted refusal" (HTTP 40')
    assert str(message).endswith("). Check what the token's user may see, or leave the stream out.")
    assert str(message) in caplog.messages


def test_a_token_that_is_given_nothing_is_a_failure(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock)
    for path in ("boards", "ad_accounts"):
        checked.answers(path, refused(403, 29))
    for path in ("boards/0/pins", "user_account/analytics"):
        checked.answers(path, MISSING_SCOPE)
    is_fine, message = checked.result()

    assert not is_fine
    assert "boards: Pinterest answered" in str(message)
    assert "ad_accounts: Pinterest answered" in str(message)


def test_organic_scopes_alone_pass_and_the_missing_one_is_named(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    checked = Checked(mock)
    checked.answers("ad_accounts", MISSING_SCOPE)
    with caplog.at_level(logging.WARNING):
        is_fine, message = checked.result()

    assert is_fine
    assert "ads:read" in str(message)
    assert "ads:read" in caplog.text


def test_ads_scopes_alone_pass_and_the_missing_ones_are_named(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock)
    for path in ("boards", "boards/0/pins", "user_account/analytics"):
        checked.answers(path, MISSING_SCOPE)
    is_fine, message = checked.result()

    assert is_fine
    for scope in ("boards:read", "pins:read", "user_accounts:read"):
        assert scope in str(message)
    assert "ads:read" not in str(message)


def test_no_scope_at_all_fails(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock)
    for path in ("boards", "boards/0/pins", "user_account/analytics", "ad_accounts"):
        checked.answers(path, MISSING_SCOPE)
    is_fine, message = checked.result()

    assert not is_fine
    for scope in ("boards:read", "user_accounts:read", "ads:read"):
        assert scope in str(message)
    assert "(HTTP 401, code 3). board_pins can't be read: " in str(message)


def test_what_pinterest_restricts_is_named_and_the_rest_passes(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, custom_reports=[report(click_window_days=7)])
    checked.answers("boards", RESTRICTED)
    checked.creates(RESTRICTED)
    is_fine, message = checked.result()

    assert is_fine
    for words in ("boards can't be read", "custom__weekly can't be read", "restricted feature extras"):
        assert words in str(message)
    assert ". custom__weekly can't" in str(message)
    assert "Authenticate again" not in str(message)


def test_a_report_to_try_out_is_no_proof_of_access(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, custom_reports=[report(click_window_days=7)])
    for path in ("boards", "boards/0/pins", "user_account/analytics", "ad_accounts"):
        checked.answers(path, MISSING_SCOPE)
    is_fine, message = checked.result()

    assert not is_fine
    assert str(message).count("ads:read") == 1


def test_a_report_that_names_windows_is_tried_out_on_a_day_of_one_account(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, custom_reports=[report(click_window_days=7), report(name="Plain")])
    created = checked.creates({"json": {"token": "t", "report_status": "IN_PROGRESS"}})

    assert checked.result() == (True, None)
    [request] = created.request_history
    asked = request.json()
    assert (asked["start_date"], asked["end_date"]) == ("2026-06-30", "2026-06-30")
    assert (asked["level"], asked["click_window_days"]) == ("CAMPAIGN", 7)


def test_a_report_that_pinterest_refuses_is_named_with_its_words(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, custom_reports=[report(click_window_days=7)])
    checked.creates(refused(400, 1, "These windows do not go together"))
    is_fine, message = checked.result()

    assert not is_fine
    for words in ("Custom Reports", "Weekly", "These windows do not go together"):
        assert words in str(message)


OWN_REPORTS = pytest.mark.parametrize(
    ("option", "path", "stream"),
    [
        ("marketing_mix_report", "mmm_reports", "marketing_mix_report"),
        ("brand_category_sku_reports", "reports/brand_category_sku", "brand_conversions_report"),
    ],
)


@OWN_REPORTS
def test_a_report_of_its_own_kind_is_tried_out_once_its_option_is_filled_in(
    mock: requests_mock.Mocker, option: str, path: str, stream: str
) -> None:
    checked = Checked(mock, **{option: {"columns": ["CAMPAIGN_NAME"]}})
    created = checked.creates({"json": {"token": "t", "report_status": "IN_PROGRESS"}}, path)

    assert checked.result() == (True, None)
    [request] = created.request_history
    asked = request.json()
    assert asked["end_date"] == "2026-06-30"
    assert asked["start_date"] == ("2026-06-30" if stream.startswith("marketing") else "2026-06-22")
    assert {"CAMPAIGN_ID", "CAMPAIGN_NAME"} <= set(asked["columns"])


@OWN_REPORTS
def test_what_pinterest_refuses_of_it_is_an_error_in_its_words(
    mock: requests_mock.Mocker, option: str, path: str, stream: str
) -> None:
    checked = Checked(mock, **{option: {"columns": ["TOTAL_HUGS"]}})
    checked.creates(refused(400, 1, "There is no TOTAL_HUGS"), path)
    is_fine, message = checked.result()

    assert stream
    assert not is_fine
    assert "There is no TOTAL_HUGS" in str(message)
    assert "Pinterest refuses" in str(message)


@OWN_REPORTS
@pytest.mark.parametrize("status", [403, 404])
def test_an_account_without_a_right_to_it_passes(
    mock: requests_mock.Mocker, option: str, path: str, stream: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    checked = Checked(mock, **{option: {"columns": ["CAMPAIGN_NAME"]}})
    checked.creates(refused(status, 29), path)
    with caplog.at_level(logging.INFO):
        assert checked.result() == (True, None)

    assert re.search(f"{stream}.* (leave the stream out|Ad account 11 can't be read)", caplog.text)


@pytest.mark.parametrize("column", ["TOTAL_START_TRIAL", "SPEND_IN_DOLAR"])
def test_columns_that_no_document_lists_are_judged_by_pinterest(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture, column: str
) -> None:
    checked = Checked(mock, analytics_columns=["SPEND_IN_DOLLAR", column])
    checked.answers("ad_accounts/11/analytics", refused(400, 1, f"{column} is none of ours"))
    with caplog.at_level(logging.INFO):
        is_fine, message = checked.result()

    assert not is_fine
    assert message == (
        f'Analytics Columns: Pinterest refuses them. Pinterest answered "{column} is none of ours" (HTTP 400, code 1). '
        "Remove what it names, or correct it."
    )
    assert ("did you mean SPEND_IN_DOLLAR?" in caplog.text) is (column == "SPEND_IN_DOLAR")
    checked.answers("ad_accounts/11/analytics", {"json": []})
    assert checked.result() == (True, None)


def test_columns_that_documents_list_are_not_tried_out(mock: requests_mock.Mocker) -> None:
    assert Checked(mock, analytics_columns=["SPEND_IN_DOLLAR"]).result() == (True, None)


def test_a_report_of_a_column_that_no_document_lists_is_tried_out(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, custom_reports=[report(columns=["TOTAL_HUGS"])])
    checked.creates(refused(400, 1, "TOTAL_HUGS is none of ours"))
    is_fine, message = checked.result()

    assert not is_fine
    assert "TOTAL_HUGS is none of ours" in str(message)


def test_columns_that_leave_no_room_for_ids_are_refused_without_a_call(mock: requests_mock.Mocker) -> None:
    columns = [f"TOTAL_A_COLUMN_OF_NEXT_YEAR_{number:03}" for number in range(300)]
    checked = Checked(mock, analytics_columns=columns)
    is_fine, message = checked.result()

    assert not is_fine
    assert "Custom Reports" in str(message)
    assert checked.calls == 0


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_that_refuses_is_no_verdict_on_columns_and_reports(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    checked = Checked(mock, analytics_columns=["TOTAL_HUGS"], custom_reports=[report(click_window_days=7)])
    checked.answers("ad_accounts/11/analytics", refused(status, 29))
    checked.answers("ad_accounts/12/analytics", {"json": []})
    created = checked.creates({"json": {"token": "t"}}, account="12")

    assert checked.result() == (True, None)
    assert created.call_count == 1, "an account that has refused is not asked for more"
    assert "Ad account 11 can't be read. ad_account_analytics: Pinterest answered" in caplog.text


def test_what_another_account_says_of_columns_is_a_verdict(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, analytics_columns=["TOTAL_HUGS"])
    checked.answers("ad_accounts/11/analytics", refused(403, 29))
    checked.answers("ad_accounts/12/analytics", refused(400, 1, "TOTAL_HUGS is none of ours"))
    is_fine, message = checked.result()

    assert not is_fine
    assert "TOTAL_HUGS is none of ours" in str(message)


def test_accounts_that_can_not_be_listed_are_no_verdict_on_columns(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, analytics_columns=["TOTAL_HUGS"])
    checked.answers("ad_accounts", refused(403, 29))
    is_fine, message = checked.result()

    assert is_fine
    assert str(message).startswith("ad_accounts: Pinterest answered")


def test_few_reports_are_tried_out_however_many_there_are(mock: requests_mock.Mocker) -> None:
    reports = [report(name=f"Number {number}", click_window_days=7) for number in range(20)]
    checked = Checked(mock, custom_reports=reports)
    created = checked.creates({"json": {"token": "t", "report_status": "IN_PROGRESS"}})

    assert checked.result() == (True, None)
    assert created.call_count == 5


def test_a_report_is_not_tried_out_where_there_is_no_account(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, custom_reports=[report(click_window_days=7)])
    checked.pinterest.lists("ad_accounts")

    assert checked.result() == (True, None)


def test_a_token_that_is_not_accepted_fails_at_once(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock)
    checked.answers("boards", refused(401, 2, "Authentication failed."))
    is_fine, message = checked.result()

    assert not is_fine
    assert "Authenticate again" in str(message)
    assert checked.calls == 1


@pytest.mark.parametrize("answer", [refused(403, 29), refused(404, 1)])
def test_a_wrong_account_fails_and_is_named(mock: requests_mock.Mocker, answer: dict[str, Any]) -> None:
    checked = Checked(mock, account_ids=["14"])
    checked.answers("ad_accounts/14", answer)
    is_fine, message = checked.result()

    assert not is_fine
    assert "14" in str(message)


def test_each_wrong_account_is_named(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, account_ids=["11", "14", "15"])
    for account in ("14", "15"):
        checked.answers(f"ad_accounts/{account}", refused(403, 29))
    is_fine, message = checked.result()

    assert not is_fine
    assert "14" in str(message)
    assert "15" in str(message)


def test_named_accounts_that_can_be_read_pass(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, account_ids=["11", "12"])

    assert checked.result() == (True, None)


def test_a_profile_without_analytics_is_no_failure(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    checked = Checked(mock)
    checked.answers("user_account/analytics", refused(403, 29, "Not a business account"))
    with caplog.at_level(logging.WARNING):
        assert checked.result() == (True, None)

    assert "business account" in caplog.text


def test_an_exhausted_quota_fails_and_says_until_when(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock)
    checked.answers("boards", {**refused(429, 8), "headers": {"x-ratelimit-reset": "4000"}})
    is_fine, message = checked.result()

    assert not is_fine
    assert "until" in str(message)
    assert checked.calls == 1


def test_trouble_of_the_server_fails(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock)
    checked.answers("boards", {"status_code": 503, "text": "<html>"})

    assert checked.result()[0] is False


def test_trouble_that_passes_is_no_verdict(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, max_retries=1)
    checked.answers("boards", refused(400, 12, "Something went wrong on our end"), page(["1"]))

    assert checked.result() == (True, None)


def test_nothing_is_waited_for_or_tried_for_long(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, max_wait_minutes=100, max_retries=20, request_timeout_seconds=3_600)
    checked.result()
    [hasty] = checked.seen

    assert hasty.max_wait_seconds <= LONGEST_WAIT_SECONDS == 30
    assert (hasty.max_retries + 1) * hasty.request_timeout_seconds <= LONGEST_WAIT_SECONDS


def test_a_user_who_is_more_impatient_is_obeyed(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, max_wait_minutes=0, max_retries=1, request_timeout_seconds=1)
    checked.result()
    [hasty] = checked.seen

    assert (hasty.max_wait_seconds, hasty.max_retries, hasty.request_timeout_seconds) == (0, 1, 1)
