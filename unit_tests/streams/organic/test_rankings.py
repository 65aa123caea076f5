"""The most popular pins come by metric."""

from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import SliceError
from source_pinterest.streams.organic.rankings import TopPins
from unit_tests.streams.pinterest import Pinterest, in_pieces, slice_of

PATH = "user_account/analytics/top_pins"
EVERYTHING = slice_of({})


@pytest.mark.parametrize(
    ("options", "start"),
    [({}, "2026-04-03"), ({"start_date": "2026-06-01"}, "2026-06-01"), ({"start_date": "2025-01-01"}, "2026-04-03")],
)
def test_a_ranking_is_asked_for_whole_and_stamped_with_its_metric_and_days(
    mock: requests_mock.Mocker, options: dict[str, str], start: str
) -> None:
    pinterest = Pinterest(mock, **options)
    ranking = {"pins": [{"pin_id": 7, "metrics": {}}], "date_availability": {"is_realtime": True}}
    pinterest.answers(PATH, {"text": in_pieces(ranking)})
    records = pinterest.read(TopPins, EVERYTHING)

    days = {"start_date": [start], "end_date": ["2026-07-01"]}
    assert pinterest.queries(PATH) == [{**days, "num_of_pins": ["50"], "sort_by": [one]} for one in TopPins.values]
    assert [record["sort_by"] for record in records] == list(TopPins.values)
    assert records[0] == {
        "pin_id": "7",
        "metrics": {},
        "date_availability": {"is_realtime": True},
        "sort_by": "ENGAGEMENT",
        "start_date": start,
        "end_date": "2026-07-01",
    }


def test_the_pins_of_each_owner_are_asked_for_on_his_behalf(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    pinterest.answers(PATH, {"json": {"pins": [{"pin_id": 7}]}})
    records = pinterest.read(TopPins, slice_of({"ad_account_id": "549"}))

    assert {record["ad_account_id"] for record in records} == {"549"}
    assert [asked["ad_account_id"] for asked in pinterest.asked(PATH)] == [["549"]] * len(TopPins.values)


@pytest.mark.parametrize(
    "body", [[], {"pins": [{}, {}]}, {"pins": 7}, {"pins": [{"pin_id": 813744226420000000.0}] * 2}], ids=str
)
def test_a_body_without_pins_is_never_read_as_none(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers(PATH, {"json": body})

    with pytest.raises(SliceError):
        pinterest.read(TopPins, EVERYTHING)


def test_a_pin_that_comes_twice_has_one_rank_or_none(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    pinterest.answers(PATH, {"json": {"pins": [{"pin_id": 7}, {"pin_id": 8}, {"pin_id": "7"}]}})
    assert [one["pin_id"] for one in pinterest.read(TopPins, EVERYTHING)] == ["7", "8"] * len(TopPins.values)

    pinterest.answers(PATH, {"json": {"pins": [{"pin_id": 7}, {"pin_id": 8}, {"pin_id": 7, "metrics": {}}]}})
    assert [one["pin_id"] for one in pinterest.read(TopPins, EVERYTHING)] == ["8"] * len(TopPins.values)
    assert "1 of 2 keys are left out: 7. All" in caplog.text
