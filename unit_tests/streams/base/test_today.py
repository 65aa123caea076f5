"""The day of a sync is Pinterest's, fixed once."""

import logging

import pytest
import requests_mock

from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.base.sync import Sync
from source_pinterest.streams.organic.boards import Boards
from source_pinterest.streams.organic.rankings import TopPins
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import Pinterest, page, slice_of

DAY = "2026-05-20"
"""40 days before this machine's."""
DATED = {**page(["11"]), "headers": {"Date": "Wed, 20 May 2026 23:59:59 GMT"}}


def test_the_day_is_the_same_for_the_whole_sync(pinterest: Pinterest) -> None:
    pinterest.answers("boards", DATED, {**DATED, "headers": {"Date": "Thu, 21 May 2026 00:00:01 GMT"}})
    for _ in range(2):
        pinterest.read(Boards, slice_of({}))
        assert str(pinterest.sync.today()) == DAY


def test_before_the_first_response_a_list_that_is_read_anyway_is_waited_for(pinterest: Pinterest) -> None:
    sync = Sync(pinterest.sync.api, pinterest.sync.config)
    listed = pinterest.answers("ad_accounts", DATED)
    sync.select(sync.stream(AdAccounts))
    sync.fix_day(sync.stream(TopPins))

    assert str(sync.today()) == DAY
    assert list(sync.stream(AdAccounts).ids.get(())) == ["11"]
    assert listed.call_count == 1


def test_without_a_response_and_such_a_list_this_machines_day_counts(
    pinterest: Pinterest, mock: requests_mock.Mocker
) -> None:
    sync = Sync(pinterest.sync.api, pinterest.sync.config)
    sync.fix_day(sync.stream(TopPins))

    assert sync.today() == TODAY
    assert mock.call_count == 0


@pytest.mark.parametrize(("date", "warnings"), [("Thu, 01 Jan 1970 00:00:00 GMT", 1), ("soon", 0)])
def test_an_absurd_date_is_ignored(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, date: str, warnings: int
) -> None:
    pinterest.answers("boards", {**DATED, "headers": {"Date": date}})
    pinterest.read(Boards, slice_of({}))

    with caplog.at_level(logging.WARNING, "airbyte"):
        assert pinterest.sync.today() == TODAY
    assert len(caplog.messages) == warnings
