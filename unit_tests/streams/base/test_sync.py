"""A sync knows which streams need which ids."""

from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import AdGroups, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from unit_tests.streams.pinterest import Planned


def test_a_selected_stream_needs_the_ids_of_its_parents_and_of_theirs() -> None:
    sync = Planned().sync
    sync.children.clear()
    sync.select(sync.stream(ProductGroupPromotions))

    needed = {stream for stream, children in sync.children.items() if children}
    assert needed == {AdGroups, AdAccounts}
    assert not sync.stream(Campaigns).children
