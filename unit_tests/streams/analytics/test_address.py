"""URLs stay within the longest length, and are shortened after a refusal."""

from collections.abc import Sequence

import pytest
import requests_mock

from source_pinterest import limits
from source_pinterest.api.errors import ConfigError, RejectedError
from source_pinterest.columns import DEFAULT_COLUMNS
from source_pinterest.dates import DateWindow
from source_pinterest.streams.analytics.levels import AdAccountAnalytics, CampaignAnalytics
from source_pinterest.streams.analytics.shapes import check_url_length
from unit_tests.answers import refused
from unit_tests.configs import TODAY
from unit_tests.streams.analytics.test_query import PATH, call, rows_of
from unit_tests.streams.pinterest import Pinterest

DAY = DateWindow(TODAY, TODAY)
LONGEST = [str(10**17 + number) for number in range(250)]
"""As many ids as a call may have, as long as they may be."""


def test_a_refusal_with_pinterests_words_is_not_about_length(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, refused(400, 1, "No"))

    with pytest.raises(RejectedError):
        rows_of(pinterest, call(DAY, LONGEST[0]))
    assert len(pinterest.asked(PATH)) == 1


def test_a_request_names_as_many_ids_as_fit_into_an_address(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, start_date=str(TODAY))
    pinterest.lists("ad_accounts/11/campaigns", *LONGEST)
    requests = pinterest.answers(PATH, {"json": []})
    for one in pinterest.tasks(CampaignAnalytics):
        pinterest.read(CampaignAnalytics, one)

    assert requests.call_count == 2
    assert max(len(request.url) for request in requests.request_history) <= limits.URL_CHARACTERS


@pytest.mark.parametrize(("least_ids", "fit"), [(0, 70), (10, 67)])
def test_columns_leave_room_for_ids_in_the_url(least_ids: int, fit: int) -> None:
    """Of 100 characters each with what stands between them, beside 1,000 others; an id has 21."""

    def length(columns: Sequence[str]) -> int:
        return 1_000 + 100 * len(columns)

    with pytest.raises(ConfigError, match=f"800 columns make the URL of a request too long for Pinterest; {fit} of th"):
        check_url_length(["C" * 97] * 800, length, least_ids)
    check_url_length(["C" * 97] * fit, length, least_ids)


def test_columns_that_leave_no_room_for_ids_are_refused_where_ids_are_named(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, analytics_columns=[f"TOTAL_A_COLUMN_OF_NEXT_YEAR_{number:03}" for number in range(220)])

    with pytest.raises(ConfigError, match=r"Analytics Columns.*220 .*Custom Reports"):
        pinterest.stream(CampaignAnalytics).check_room()
    pinterest.stream(AdAccountAnalytics).check_room()


def test_the_default_columns_leave_room_for_ids(pinterest: Pinterest) -> None:
    assert len(DEFAULT_COLUMNS) == 113
    pinterest.stream(CampaignAnalytics).check_room()
