"""A sync knows which streams need the ids of which others, from their declarations."""

import requests_mock

from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import AdGroups, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from source_pinterest.streams.organic.profile import UserAccount
from source_pinterest.streams.organic.rankings import TopPins
from unit_tests.streams.pinterest import Pinterest


def test_a_selected_stream_needs_the_ids_of_its_parents_and_of_theirs(pinterest: Pinterest) -> None:
    sync = pinterest.sync
    sync.select(sync.stream(ProductGroupPromotions))

    needed = {stream for stream, children in sync.children.items() if children}
    assert needed == {AdGroups, AdAccounts}
    assert not sync.stream(Campaigns).children


def test_a_list_is_not_read_only_for_the_date_of_its_response(pinterest: Pinterest, mock: requests_mock.Mocker) -> None:
    sync, ranking = pinterest.sync, pinterest.sync.stream(TopPins)
    sync.select(ranking)
    sync.fix_day(ranking)
    assert mock.call_count == 0

    listed = pinterest.answers("user_account", {"json": {"id": "7"}})
    sync.select(sync.stream(UserAccount))
    sync.fix_day(ranking)
    assert listed.call_count == 1
