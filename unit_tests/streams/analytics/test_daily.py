"""Days too old for the synchronous endpoints come from reports, with no gap and no overlap."""

from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStateMessage

from source_pinterest.api.errors import SliceError
from source_pinterest.dates import DateWindow
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from unit_tests.answers import refused
from unit_tests.streams.analytics.syncs import DEDUP, Sync, ago, known, window
from unit_tests.streams.pinterest import Pinterest, state_of

NAME = "campaign_analytics"
CALLS = "ad_accounts/11/campaigns/analytics"


def row(campaign: Any = "7", date: str = "2026-06-01", **more: Any) -> dict[str, Any]:
    return {"CAMPAIGN_ID": campaign, "DATE": date, **more}


class Daily(Sync):
    """A sync of account 11 with one campaign, of which every report and every call is finished at once."""

    def __init__(
        self,
        mock: requests_mock.Mocker,
        state: list[AirbyteStateMessage] | None = None,
        how: Any = DEDUP,
        **options: Any,
    ) -> None:
        self.pinterest = Pinterest(mock, state, **options)
        self.pinterest.lists("ad_accounts/11/campaigns", "7")
        self.pinterest.answers(CALLS, {"json": [row()]})
        self.asked = self.pinterest.reports({"7": [row()]})
        super().__init__(self.pinterest.attached(self.pinterest.sync.stream(CampaignAnalytics), how))

    @property
    def by_report(self) -> list[DateWindow]:
        return [one.required_window for one in self.slices if "token" in one]

    @property
    def by_call(self) -> list[DateWindow]:
        return [one.required_window for one in self.slices if "token" not in one]


@pytest.mark.parametrize(
    ("state", "start_ago", "by_report", "by_call"),
    [
        (known(NAME, 913, 56), 913, [], [(89, 0)]),
        (known(NAME, 913, 60), 913, [(93, 90)], [(89, 0)]),
        (known(NAME, 300, 1), 700, [(328, 301), (514, 329), (700, 515)], [(34, 0)]),
        (known(NAME, 50, 1), 200, [(200, 90)], [(89, 51), (34, 0)]),
        (known(NAME, 913, 1, window(200, 150), window(95, 80)), 913, [(200, 150), (95, 90)], [(89, 80), (34, 0)]),
    ],
    ids=["the lookback", "a long pause", "an earlier start, backwards", "one that both reach", "missing days"],
)
def test_unread_days_come_from_both_sources(
    mock: requests_mock.Mocker,
    state: list[AirbyteStateMessage],
    start_ago: int,
    by_report: list[tuple[int, int]],
    by_call: list[tuple[int, int]],
) -> None:
    sync = Daily(mock, state, start_date=ago(start_ago))

    assert sync.by_call == [window(*one) for one in by_call]
    assert [(one["start_date"], one["end_date"]) for one in sync.asked] == [
        (ago(first), ago(last)) for first, last in by_report
    ]
    sync.read_all()
    assert sync.cursors == [{"DATE": ago(0), "from": ago(start_ago)}]


def test_a_state_of_the_future_goes_back_in_the_same_sync_also_for_reports(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    sync = Daily(mock, state_of(NAME, "11", DATE="3021-06-09", **{"from": ago(913)}))

    assert (sync.by_call, sync.by_report) == ([window(89, 0)], [window(123, 90)])
    assert caplog.text.count("lies in the future") == 1
    sync.read_all()
    assert sync.cursors == [{"DATE": ago(0), "from": ago(913)}]


def test_older_days_are_read_of_an_account_without_entities(mock: requests_mock.Mocker) -> None:
    """A report covers what was deleted or never listed."""
    sync = Daily(mock, start_date=ago(100))
    sync.pinterest.lists("ad_accounts/11/campaigns")

    assert (sync.by_call, sync.by_report) == ([], [window(100, 90)])


def test_a_report_asks_for_the_level_and_the_columns_that_reports_know(mock: requests_mock.Mocker) -> None:
    chosen = ["CTR", "QUIZ_PIN_RESULT_OPEN"]
    sync = Daily(mock, start_date=ago(90), attribution_window="7/7/1", analytics_columns=chosen)
    sync.read_all()
    [asked] = sync.asked

    assert (asked["level"], asked["granularity"]) == ("CAMPAIGN", "DAY")
    assert (asked["start_date"], asked["end_date"]) == (ago(90), ago(90))
    assert asked["click_window_days"] == 7
    assert asked["columns"] == ["CAMPAIGN_ID", "AD_ACCOUNT_ID", "CTR"]
    assert sync.pinterest.asked(CALLS)[0]["columns"] == ["campaign_id,ad_account_id,ctr,quiz_pin_result_open"]


def test_a_report_that_pinterest_refuses_fails_its_older_days_alone(mock: requests_mock.Mocker) -> None:
    sync = Daily(mock, start_date=ago(90))
    sync.pinterest.creates(refused(400, 1, "Nothing of the kind"))
    failed, request = sorted(sync.slices, key=lambda one: str(one["start_date"]))
    sync.read(request)

    with pytest.raises(SliceError, match=r"^Pinterest refuses the report on .*Nothing of the kind"):
        sync.read(failed)
    assert sync.cursors[0]["missing"] == [[ago(90), ago(90)]]
