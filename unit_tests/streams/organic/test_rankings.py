"""The most popular pins come by metric."""

from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import SliceError
from source_pinterest.streams.organic.rankings import TopPins
from unit_tests.streams.pinterest import Pinterest, slice_of

PATH = "user_account/analytics/top_pins"
EVERYTHING = slice_of({})


@pytest.mark.parametrize(
    "body", [[], {"pins": [{}, {}]}, {"pins": 7}, {"pins": [{"pin_id": 813744226420000000.0}] * 2}], ids=str
)
def test_a_body_without_pins_is_never_read_as_none(pinterest: Pinterest, body: Any) -> None:
    pinterest.answers(PATH, {"json": body})

    with pytest.raises(SliceError):
        pinterest.read(TopPins, EVERYTHING)


def test_a_pin_that_comes_twice_has_one_rank_unless_its_numbers_differ(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    pinterest.answers(PATH, {"json": {"pins": [{"pin_id": 7}, {"pin_id": 8}, {"pin_id": "7"}]}})
    assert [one["pin_id"] for one in pinterest.read(TopPins, EVERYTHING)] == ["7", "8"] * len(TopPins.values)

    pinterest.answers(PATH, {"json": {"pins": [{"pin_id": 7}, {"pin_id": 8}, {"pin_id": 7, "metrics": {}}]}})
    assert [one["pin_id"] for one in pinterest.read(TopPins, EVERYTHING)] == ["7", "8", "7"] * len(TopPins.values)
    assert "1 of 2 keys: 7. All rows are emitted" in caplog.text
