"""A stream that sends a request for each value of a parameter is whole, or else incomplete."""

from typing import Any

import pytest

from source_pinterest.streams.ads.lists import AudienceInsights, ConversionEventQuality
from unit_tests.streams.pinterest import Pinterest, slice_of

ACCOUNT = slice_of({"ad_account_id": "11"})
SCORE = {"source_platform": "WEB", "ingestion_source": "TAG"}
QUALITY = "ad_accounts/11/conversion_eqs"


def test_an_empty_audience_insight_is_a_record_with_its_type(pinterest: Pinterest) -> None:
    pinterest.answers("ad_accounts/11/audience_insights", {"json": {"date": None}})

    assert [record["type"] for record in pinterest.read(AudienceInsights, ACCOUNT)] == list(AudienceInsights.values)


@pytest.mark.parametrize("body", [[SCORE], {"items": [SCORE]}], ids=["a list", "an object with items"])
def test_a_bare_list_may_stand_in_items(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers(QUALITY, {"json": body}, {"json": []})

    assert pinterest.read(ConversionEventQuality, ACCOUNT) == [
        {**SCORE, "lookback_period": "1d", "ad_account_id": "11"},
    ]
