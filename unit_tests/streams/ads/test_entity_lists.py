"""The lists of single entities are read whole, and part of an account is never taken for all of it."""

import pytest
from airbyte_cdk.models import FailureType

from source_pinterest.api.errors import GoneError, NothingLeftError, SliceError, UnavailableError
from source_pinterest.streams.ads.entities import AdGroups, Campaigns
from source_pinterest.streams.ads.entity_lists import ProductGroupPromotions
from source_pinterest.streams.ads.keywords import Keywords
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


@pytest.fixture
def account(pinterest: Pinterest) -> Pinterest:
    pinterest.lists(AD_GROUPS, "1", "2")
    return pinterest


def test_an_item_of_two_ad_groups_comes_once(pinterest: Pinterest) -> None:
    pinterest.answers(PROMOTIONS, page(["8", "9"]), page(["9"]))

    assert read(pinterest, "1", "2") == ["8", "9"]


def test_ad_groups_that_cannot_be_listed_are_a_slice_that_raises(account: Pinterest) -> None:
    account.answers(AD_GROUPS, refused(503))
    [failed] = account.tasks(ProductGroupPromotions)

    assert isinstance(failed.error, UnavailableError)
    with pytest.raises(UnavailableError):
        list(account.stream(ProductGroupPromotions).ids.get(("11",)))


def test_five_ad_groups_that_fail_in_a_row_end_the_account(pinterest: Pinterest) -> None:
    pinterest.answers(PROMOTIONS, page(["9"]), *[refused(503)] * 5, page(["8"]))
    with pytest.raises(
        SliceError, match=r"ad group 2 and 4 more of ad account 11 could not be read\. .* asks for them"
    ) as told:
        read(pinterest, *map(str, range(1, 11)))
    assert len(pinterest.asked(PROMOTIONS)) == 6
    assert told.value.kind is FailureType.transient_error


def test_an_account_of_whose_ad_groups_not_one_is_there_fails_if_they_were_several(pinterest: Pinterest) -> None:
    pinterest.answers(PROMOTIONS, GONE)

    assert read(pinterest, "123") == []
    with pytest.raises(NothingLeftError, match=rf"^product_group_promotions: .* all 2 .* The path was {PROMOTIONS}"):
        read(pinterest, "1", "2")


def test_a_deleted_account_is_not_taken_for_a_deleted_entity(pinterest: Pinterest) -> None:
    for entities in (Campaigns, AdGroups):
        pinterest.has_listed(entities, ("11",))
    pinterest.answers("ad_accounts/11/keywords", GONE)

    stream = pinterest.stream(Keywords)
    with pytest.raises(GoneError):
        list(stream.pages(stream.task({"ad_account_id": "11"})))


def test_a_refusal_leaves_the_account_out_and_that_of_a_later_call_fails_it(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(PROMOTIONS, refused(403, 29))
    assert read(pinterest, "1", "2") == []
    assert "product_group_promotions: 11 is left out" in caplog.text

    pinterest.answers(PROMOTIONS, page(["9"]), refused(403, 29))
    with pytest.raises(SliceError, match=r"^product_group_promotions: ad group 2 of ad account 11 .* refusal"):
        read(pinterest, "1", "2")
