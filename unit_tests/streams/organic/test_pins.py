"""The boards that are listed again; one with too many pins is read as far as it goes."""

from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStateMessage, AirbyteStateMessageSerializer

from source_pinterest.api.errors import SliceError, UnavailableError
from source_pinterest.streams.organic.pins import BoardPins, BoardSectionPins, Pins
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import Pinterest, list_bundles, page, records_of, refused, slice_of

CAPPED = refused(400, 1, "Pagination beyond 100000 items is not supported")
OLD, NEW = "2026-01-01T00:00:00", "2026-02-02T00:00:00"
BOARD = slice_of({"board_id": "1"}, {"board_pins_modified_at": NEW})


def known(stream: str, **boards: str) -> list[AirbyteStateMessage]:
    entry = {"stream_descriptor": {"name": stream}, "stream_state": {"boards": {k[1:]: v for k, v in boards.items()}}}
    return [AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": entry})]


def board(name: str, modified_at: str | None = NEW) -> dict[str, Any]:
    return {"id": name, "board_pins_modified_at": modified_at}


# ---- Boards that have changed


def read_all(pinterest: Pinterest, of: type[BoardPins | BoardSectionPins]) -> list[dict[str, Any]]:
    pinterest.stream(of).select()
    return [record for one in pinterest.tasks(of) for record in pinterest.read(of, one)]


@pytest.mark.parametrize(("listed_at", "state"), [("00:04:59", {"1": OLD}), ("00:05:00", {"1": NEW})])
def test_a_board_that_changed_moments_ago_is_listed_again(
    mock: requests_mock.Mocker, listed_at: str, state: dict[str, str]
) -> None:
    pinterest = Pinterest(mock, known("board_pins", b1=OLD))
    pinterest.answers("boards", page([board("1")]) | {"headers": {"Date": f"Mon, 02 Feb 2026 {listed_at} GMT"}})
    pinterest.lists("boards/1/pins", "10")

    assert len(read_all(pinterest, BoardPins)) == 1
    assert pinterest.stream(BoardPins).checkpoint.state == {"boards": state}


def test_boards_that_are_gone_are_forgotten_only_after_a_whole_listing(mock: requests_mock.Mocker) -> None:
    listed, with_a_gap = page([board("2"), board("3")]), page([board("2"), {"name": "without its id"}])
    both = {"1": NEW, "2": NEW}
    for answer, left in ((listed, {"2": NEW}), (refused(503), both), (with_a_gap, both)):
        pinterest = Pinterest(mock, known("board_pins", b1=NEW, b2=NEW))
        pinterest.answers("boards", answer)
        pinterest.stream(BoardPins).select()
        pinterest.tasks(BoardPins)

        assert pinterest.stream(BoardPins).checkpoint.state == {"boards": left}


# ---- A board with too many pins


@pytest.mark.parametrize(("max_age", "kept"), [({"pin_analytics_max_age_days": 30}, ["2", "4"]), ({}, ["1", "2", "4"])])
def test_pins_that_are_too_old_are_emitted_but_not_analysed(
    mock: requests_mock.Mocker, max_age: dict[str, int], kept: list[str]
) -> None:
    pinterest = Pinterest(mock, **max_age)
    ages = {"1": "2012-01-01T00:00:00", "2": f"{TODAY.subtract(days=30)}T00:00:00", "4": None}
    pinterest.answers("pins", page([{"id": name, "created_at": created_at} for name, created_at in ages.items()]))

    assert [record["id"] for record in pinterest.read(Pins, slice_of({}))] == ["1", "2", "4"]
    assert list(pinterest.stream(Pins).ids.of(())) == kept


def test_beyond_the_cap_sections_are_read_and_the_rest_is_told(pinterest: Pinterest) -> None:
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
