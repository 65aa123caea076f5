"""Requests of which Pinterest refuses a column, or whose response does not come whole."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest import limits
from source_pinterest.api.errors import RejectedError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.pages import RowBudget
from source_pinterest.streams.analytics.levels import AdAccountAnalytics, CampaignTargetingAnalytics
from unit_tests.configs import TODAY
from unit_tests.streams.analytics.test_query import PATH, call, days, row, rows_of
from unit_tests.streams.pinterest import Pinterest, refused

CHOSEN = {"analytics_columns": ["CTR", "CPC_IN_DOLLAR"]}


def refusing(pinterest: Pinterest, column: str, message: str) -> None:
    """Script a Pinterest that calls every request wrong that has a column in it."""

    def answer(request: Any, context: Any) -> Any:
        is_wrong = column in request.qs["columns"][0].upper().split(",")
        context.status_code = 400 if is_wrong else 200
        return refused(400, 1, message)["json"] if is_wrong else [row("1"), row("2")]

    pinterest.answers(PATH, {"json": answer})


def asked(pinterest: Pinterest) -> list[tuple[str, str, str, str]]:
    """The columns that the user has chosen, the ids and the days of each call."""
    return [
        (
            one["columns"][0].removeprefix("CAMPAIGN_ID,AD_ACCOUNT_ID,"),
            one["campaign_ids"][0],
            one["start_date"][0],
            one["end_date"][0],
        )
        for one in pinterest.queries(PATH)
    ]


def test_a_column_that_pinterest_refuses_by_name_is_left_out_for_good(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = Pinterest(mock, **CHOSEN)
    refusing(pinterest, "CTR", "Columns CTR are not available.")
    whole = ("1,2", "2026-06-22", "2026-07-01")

    assert [one["CAMPAIGN_ID"] for one in rows_of(pinterest, call(days(9, 0), "1", "2"))] == ["1", "2"]
    assert asked(pinterest) == [*[("CTR,CPC_IN_DOLLAR", *whole)] * 2, ("CPC_IN_DOLLAR", *whole)]
    [message] = caplog.messages
    assert message.startswith("campaign_analytics: Pinterest refuses CTR, so the rows of ad account 11 for 2026-06-22 ")
    rows_of(pinterest, call(days(9, 0), "3"))
    assert asked(pinterest)[-1][:2] == ("CPC_IN_DOLLAR", "3"), "what is known by now is not asked for again"


def test_a_refusal_that_names_no_column_fails_its_request(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, **CHOSEN)
    refusing(pinterest, "CTR", "Something is wrong")

    with pytest.raises(RejectedError, match="Something is wrong"):
        rows_of(pinterest, call(days(9, 0), "1", "2"))
    assert len(asked(pinterest)) == 1


def test_rows_without_the_id_of_what_they_are_about_are_of_no_use(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, **CHOSEN)
    refusing(pinterest, "CAMPAIGN_ID", "There is no CAMPAIGN_ID")

    with pytest.raises(RejectedError, match="There is no CAMPAIGN_ID"):
        rows_of(pinterest, call(days(9, 0), "1", "2"))


def test_an_answer_that_does_not_come_whole_makes_no_later_call_smaller(mock: requests_mock.Mocker) -> None:
    """Nobody says that it was too large."""
    pinterest = Pinterest(mock, max_retries=1)
    broken = {"exc": requests.ReadTimeout}
    pinterest.answers(PATH, broken, broken, {"json": []})
    for _ in range(2):
        rows_of(pinterest, call(days(0, 0), "1", "2"))

    assert [one["campaign_ids"] for one in pinterest.asked(PATH)] == [["1,2"], ["1,2"], ["1"], ["2"], ["1,2"]]


def test_a_call_is_made_larger_again_after_enough_good_ones(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock)
    pinterest.answers(PATH, refused(413), {"json": []})
    rows_of(pinterest, call(days(0, 0), "1", "2"))
    for _ in range(limits.GOOD_REQUESTS_BEFORE_LARGER):
        rows_of(pinterest, call(days(0, 0), "1"))
    rows_of(pinterest, call(days(0, 0), "1", "2"))

    assert pinterest.asked(PATH)[-1]["campaign_ids"] == ["1,2"]


def test_a_request_is_judged_without_ids_on_the_days_that_are_named(pinterest: Pinterest) -> None:
    pinterest.answers("ad_accounts/11/analytics", {"json": []})
    pinterest.stream(AdAccountAnalytics).calls.try_out("11", DateWindow(TODAY, TODAY))

    [one] = pinterest.asked("ad_accounts/11/analytics")
    assert (one["start_date"], one["end_date"]) == (["2026-07-01"], ["2026-07-01"])


class Noted(RowBudget):
    """Notes how many rows are held."""

    def __init__(self) -> None:
        super().__init__(limits.ROWS_IN_MEMORY)
        self.held: list[int] = []

    @contextmanager
    def holding(self, rows: int) -> Generator[None, None, None]:
        self.held.append(rows)
        with super().holding(rows):
            yield


def test_as_many_rows_are_held_as_a_call_may_bring(mock: requests_mock.Mocker) -> None:
    """Which keeps what is in memory within bounds."""
    pinterest, noted = Pinterest(mock), Noted()
    vars(pinterest.sync)["rows"] = noted
    pinterest.answers(PATH, {"json": []})
    pinterest.answers("ad_accounts/11/analytics", {"json": []})
    pinterest.answers("ad_accounts/11/campaigns/targeting_analytics", {"json": {"data": []}})
    rows_of(pinterest, call(days(9, 0), "1", "2", "3"))
    rows_of(pinterest, call(days(9, 0)), AdAccountAnalytics)
    rows_of(pinterest, call(days(9, 0), "1", "2"), CampaignTargetingAnalytics)

    assert noted.held == [30, 10, 20 * limits.TARGETING_ROWS_A_DAY]
