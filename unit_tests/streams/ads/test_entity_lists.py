"""The lists of single entities are read whole, and part of an account is never taken for all of it."""

import pytest
from airbyte_cdk.models import FailureType

from source_pinterest.api.errors import SliceError
from source_pinterest.streams.ads.entities import AdGroups
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, page, slice_of

AD_GROUPS, PROMOTIONS = "ad_accounts/11/ad_groups", "ad_accounts/11/product_group_promotions"
GONE = refused(404, 404)


def read(pinterest: Pinterest, *ad_groups: str) -> list[str]:
    """The ids of the promotions of these ad groups."""
    pinterest.has_listed(AdGroups, ("11",), *ad_groups)
    records = pinterest.read(ProductGroupPromotions, slice_of({"ad_account_id": "11"}))
    assert all(record == {"id": record["id"], "ad_account_id": "11"} for record in records)
    return [record["id"] for record in records]


def test_an_item_of_two_ad_groups_comes_once(pinterest: Pinterest) -> None:
    pinterest.answers(PROMOTIONS, page(["8", "9"]), page(["9"]))

    assert read(pinterest, "1", "2") == ["8", "9"]


def test_five_ad_groups_that_fail_in_a_row_end_the_account(pinterest: Pinterest) -> None:
    pinterest.answers(PROMOTIONS, page(["9"]), *[refused(503)] * 5, page(["8"]))
    with pytest.raises(
        SliceError, match=r"ad group 2 and 4 more of ad account 11 could not be read\. .* asks for them"
    ) as told:
        read(pinterest, *map(str, range(1, 11)))
    assert len(pinterest.asked(PROMOTIONS)) == 6
    assert told.value.kind is FailureType.transient_error
