"""A stream that sends a request for each value of a parameter is whole, or else incomplete."""

from typing import Any

import pytest

from source_pinterest.api.errors import AccessLostError
from source_pinterest.streams.ads.lists import AudienceInsights, ConversionEventQuality
from source_pinterest.streams.business import BusinessMembers
from unit_tests.streams.pinterest import Pinterest, page, refused, slice_of

ACCOUNT = slice_of({"ad_account_id": "11"})
SCORE = {"source_platform": "WEB", "ingestion_source": "TAG"}
MEMBERS, QUALITY = "businesses/5/members", "ad_accounts/11/conversion_eqs"


def test_each_value_is_asked_for_and_stands_on_its_records(pinterest: Pinterest) -> None:
    pinterest.answers(MEMBERS, page(["1"], "more"), page(["1", "2"]), page(["1"]))
    found = pinterest.read(BusinessMembers, slice_of({"business_id": "5"}))

    assert [(record["id"], record["is_system_user"]) for record in found] == [("1", False), ("2", False), ("1", True)]
    first, second = (
        {"page_size": ["250"], "assets_summary": ["true"], "fetch_system_users": [value]} for value in ("false", "true")
    )
    assert pinterest.queries(MEMBERS) == [first, {**first, "bookmark": ["more"]}, second]


@pytest.mark.parametrize("answer", [refused(403, 29), refused(404, 4)])
def test_a_refusal_after_the_first_value_is_no_end(pinterest: Pinterest, answer: dict[str, Any]) -> None:
    pinterest.answers(QUALITY, {"json": []}, answer)

    with pytest.raises(AccessLostError, match=rf"gave the beginning of {QUALITY}.*Scripted refusal"):
        pinterest.read(ConversionEventQuality, ACCOUNT)


def test_a_refusal_of_the_first_value_leaves_the_account_out(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(QUALITY, refused(403, 29))

    assert pinterest.read(ConversionEventQuality, ACCOUNT) == []
    assert "11 is left out" in caplog.text
    assert len(pinterest.asked(QUALITY)) == 1


def test_an_audience_of_which_nothing_is_told_is_still_named(pinterest: Pinterest) -> None:
    pinterest.answers("ad_accounts/11/audience_insights", {"json": {"date": None}})

    assert [record["type"] for record in pinterest.read(AudienceInsights, ACCOUNT)] == list(AudienceInsights.values)


@pytest.mark.parametrize("body", [[SCORE], {"items": [SCORE]}], ids=["a list", "an object with items"])
def test_a_list_that_is_documented_without_a_name_may_have_one(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers(QUALITY, {"json": body}, {"json": []})

    assert pinterest.read(ConversionEventQuality, ACCOUNT) == [
        {**SCORE, "lookback_period": "1d", "ad_account_id": "11"},
    ]


def test_a_single_request_asks_for_the_first_value(pinterest: Pinterest) -> None:
    pinterest.answers(QUALITY, {"json": []})
    list(pinterest.stream(ConversionEventQuality).responses(ACCOUNT))

    assert [call["lookback_period"] for call in pinterest.asked(QUALITY)] == [["1d"]]
