"""Streams send their own parameters with each page."""

from collections.abc import Mapping
from typing import Any

import pytest

from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.ads.lists import BillingProfiles, ConversionTags, Labels
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.business import BusinessPartners
from unit_tests.streams.pinterest import Pinterest, page, slice_of

ACCOUNT, BUSINESS = {"ad_account_id": "11"}, {"business_id": "5"}
EVERY_STATUS = ["ACTIVE", "PAUSED", "ARCHIVED"]


@pytest.mark.parametrize(
    ("stream", "parents", "path", "calls"),
    [
        (Campaigns, ACCOUNT, "ad_accounts/11/campaigns", [{"entity_statuses": EVERY_STATUS}]),
        (BillingProfiles, ACCOUNT, "ad_accounts/11/billing_profiles", [{"is_active": ["false"]}]),
        (Labels, ACCOUNT, "ad_accounts/11/labels", [{"entity_statuses": ["ACTIVE", "ARCHIVED"]}]),
        (
            BusinessPartners,
            BUSINESS,
            "businesses/5/partners",
            [{"assets_summary": ["true"], "partner_type": [value]} for value in ("INTERNAL", "EXTERNAL")],
        ),
    ],
)
def test_each_page_is_asked_for_with_all_of_it(
    pinterest: Pinterest,
    stream: type[PinterestStream],
    parents: Mapping[str, str],
    path: str,
    calls: list[dict[str, list[str]]],
) -> None:
    pinterest.lists("ad_accounts", "11")
    pinterest.answers(path, *(answer for _ in calls for answer in (page(["1"], "more"), page(["2"]))))
    records = pinterest.read(stream, slice_of(parents))

    assert [(record["id"], record.items() >= parents.items()) for record in records] == [
        (number, True) for _ in calls for number in ("1", "2")
    ]
    pages: tuple[dict[str, Any], ...] = ({"page_size": ["250"]}, {"page_size": ["250"], "bookmark": ["more"]})
    assert pinterest.queries(path) == [{**one, **call} for call in calls for one in pages]


def test_a_list_that_comes_whole_is_asked_for_without_parameters(pinterest: Pinterest) -> None:
    pinterest.lists("ad_accounts/11/conversion_tags", "1")

    assert pinterest.read(ConversionTags, slice_of(ACCOUNT)) == [{"id": "1", **ACCOUNT}]
    assert pinterest.queries("ad_accounts/11/conversion_tags") == [{}]
