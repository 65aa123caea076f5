"""Which campaigns, ad groups and ads are emitted, and whose ids go to their analytics?"""

from collections.abc import Sequence
from typing import Any

import requests_mock

from source_pinterest.streams.ads.entities import Ads, Campaigns
from source_pinterest.streams.analytics.daily import CampaignAnalytics
from source_pinterest.streams.base.slices import partition_slice
from unit_tests.streams.pinterest import Pinterest, page, records_of, state_of

ACCOUNT = partition_slice({"ad_account_id": "11"})


def ids(records: Sequence[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


ENTITIES = [
    {"id": "1", "status": "ACTIVE", "updated_time": 100},
    {"id": "2", "status": "PAUSED", "updated_time": 200},
    {"id": "3", "status": "ARCHIVED", "updated_time": 300},
    {"id": "4", "status": "ACTIVE", "updated_time": 400},
]


def test_by_default_every_status_is_asked_for_and_emitted(pinterest: Pinterest) -> None:
    pinterest.answers("ad_accounts/11/campaigns", page(ENTITIES))

    assert ids(pinterest.read(Campaigns, ACCOUNT)) == ["1", "2", "3", "4"]
    assert pinterest.asked("ad_accounts/11/campaigns") == [
        {"page_size": ["250"], "entity_statuses": ["active", "paused", "archived"]},
    ]


def test_chosen_statuses_are_all_that_is_asked_for(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, status=["PAUSED"])
    pinterest.answers("ad_accounts/11/ads", page([ENTITIES[1]]))

    assert ids(pinterest.read(Ads, ACCOUNT)) == ["2"]
    assert pinterest.asked("ad_accounts/11/ads")[0]["entity_statuses"] == ["paused"]


def test_analytics_get_the_ids_of_every_status(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, status=["PAUSED"])
    pinterest.stream(CampaignAnalytics).select()
    campaigns = pinterest.stream(Campaigns)
    campaigns.select()
    pinterest.answers("ad_accounts/11/campaigns", page(ENTITIES))

    assert ids(pinterest.read(Campaigns, ACCOUNT)) == ["2"]
    assert list(campaigns.ids.of(("11",))) == ["1", "2", "3", "4"]
    assert pinterest.asked("ad_accounts/11/campaigns")[0]["entity_statuses"] == ["active", "paused", "archived"]


def test_the_start_date_hides_no_entity(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, start_date="2026-06-30")
    pinterest.answers("ad_accounts/11/campaigns", page(ENTITIES))

    assert len(pinterest.read(Campaigns, ACCOUNT)) == 4


def test_a_later_sync_emits_what_changed_but_lists_the_ids_of_all(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, state_of("campaigns", "11", updated_time=300))
    pinterest.stream(CampaignAnalytics).select()
    campaigns = pinterest.stream(Campaigns)
    campaigns.select()
    pinterest.answers("ad_accounts/11/campaigns", page(ENTITIES))

    assert ids(list(records_of(campaigns.read_slice(ACCOUNT)))) == ["3", "4"]
    assert list(campaigns.ids.of(("11",))) == ["1", "2", "3", "4"]
