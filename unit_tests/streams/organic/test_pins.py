"""A gap in the list of boards forgets none of them, and one with too many pins is read as far as it goes."""

from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import SliceError, UnavailableError
from source_pinterest.streams.organic.pins import BoardPins, Pins
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest, list_bundles, page, records_of, slice_of, state_of

CAPPED = refused(400, 1, "Pagination beyond 100000 items is not supported")
NEW = "2026-02-02T00:00:00"
BOARD = slice_of({"board_id": "1"}, {"board_pins_modified_at": NEW})


@pytest.mark.parametrize(
    ("listed", "left"),
    [
        (page(["2", "3"]), {"2": NEW}),
        (page([{"id": "2"}, {"name": "without its id"}]), {"1": NEW, "2": NEW}),
        (refused(503), {"1": NEW, "2": NEW}),
    ],
    ids=["whole", "with a gap", "failed"],
)
def test_boards_that_are_gone_are_forgotten_only_after_a_whole_listing(
    mock: requests_mock.Mocker, listed: dict[str, Any], left: dict[str, str]
) -> None:
    pinterest = Pinterest(mock, state_of("board_pins", boards={"1": NEW, "2": NEW}))
    pinterest.answers("boards", listed)
    pinterest.stream(BoardPins).select()
    pinterest.tasks(BoardPins)

    assert pinterest.stream(BoardPins).checkpoint.state == {"boards": left}


def test_pins_of_unknown_age_are_analysed(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, pin_analytics_max_age_days=30)
    pinterest.answers("pins", page([{"id": "1", "created_at": "2012-01-01T00:00:00"}, {"id": "2"}]))

    assert list(pinterest.stream(Pins).ids.get(())) == ["2"]


def test_beyond_the_cap_of_pins_sections_are_read_and_the_rest_is_warned_of(pinterest: Pinterest) -> None:
    pinterest.answers("boards/1/pins", page(["1", "2"], "b"), CAPPED)
    pinterest.lists("boards/1/sections", "7", "8", "9")
    pinterest.answers("boards/1/sections/7/pins", refused(404, 40))
    pinterest.lists("boards/1/sections/8/pins", "2", "3")
    pinterest.answers("boards/1/sections/9/pins", page(["4"], "c"), page(["3", "5"]))
    records: list[dict[str, Any]] = []
    with pytest.raises(SliceError, match=r"board 1 has more pins .* 5 were read.* beyond 100000 items") as raised:
        records.extend(records_of(list_bundles(pinterest.stream(BoardPins), BOARD)))

    assert raised.value.is_isolated
    of_board = [(record["id"], record["board_id"], record["board_pins_modified_at"]) for record in records]
    assert of_board == [(pin, "1", NEW) for pin in "12345"]


def test_a_section_that_fails_fails_the_board(pinterest: Pinterest) -> None:
    pinterest.answers("boards/1/pins", page(["1"], "b"), CAPPED)
    pinterest.lists("boards/1/sections", "8")
    pinterest.answers("boards/1/sections/8/pins", refused(503))

    with pytest.raises(UnavailableError):
        list(list_bundles(pinterest.stream(BoardPins), BOARD))
