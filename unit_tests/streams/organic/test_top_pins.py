"""Are the best pins read by each metric, over the days that are to be had?"""

from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import UnavailableError
from source_pinterest.streams.base.slices import partition_slice
from source_pinterest.streams.organic.top_pins import TopPins
from unit_tests.streams.pinterest import Pinterest

PATH = "user_account/analytics/top_pins"
EVERYTHING = partition_slice({})


@pytest.mark.parametrize(
    ("options", "start"),
    [({}, "2026-04-03"), ({"start_date": "2026-06-01"}, "2026-06-01"), ({"start_date": "2025-01-01"}, "2026-04-03")],
)
def test_a_ranking_is_stamped_with_its_metric_and_days(
    mock: requests_mock.Mocker, options: dict[str, str], start: str
) -> None:
    pinterest = Pinterest(mock, **options)
    pinterest.answers(
        PATH, {"json": {"pins": [{"pin_id": 7, "metrics": {}}], "date_availability": {"is_realtime": True}}}
    )
    records = pinterest.read(TopPins, EVERYTHING)

    assert [record["sort_by"] for record in records] == list(TopPins.values)
    assert records[0] == {
        "pin_id": "7",
        "metrics": {},
        "date_availability": {"is_realtime": True},
        "sort_by": "ENGAGEMENT",
        "start_date": start,
        "end_date": "2026-07-01",
    }


@pytest.mark.parametrize("body", [[], {}, {"pins": [{}]}, {"pins": 7}], ids=str)
def test_a_body_without_pins_is_never_read_as_none(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers(PATH, {"json": body})

    with pytest.raises(UnavailableError):
        pinterest.read(TopPins, EVERYTHING)
